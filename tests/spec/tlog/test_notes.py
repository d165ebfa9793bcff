"""Notes and checkpoints are those of the C2SP specifications, and a signature that is not theirs is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.tlog.checkpoints import Checkpoint
from adapters.tlog.notes import NoteError, PrivateKey, PublicKey, opened, signed

VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = """This is an example message.

\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
CHECKPOINT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_example_of_the_specification_opens() -> None:
    """Under the verifier key that stands beside it, and not once a letter is changed."""
    key = PublicKey.parse(VKEY)
    assert key.vkey == VKEY
    assert opened(NOTE, [key]).text == "This is an example message.\n"
    with pytest.raises(NoteError, match=r"signature of example.com/foo is not of this text"):
        opened(NOTE.replace("example m", "examplE m"), [key])


def test_two_keys_may_sign_and_an_unknown_one_counts_for_nothing() -> None:
    """A note opens under either key; a stranger's key of the same name opens nothing."""
    old, new, other = (PrivateKey("clinic.example/log", Ed25519PrivateKey.generate()) for _ in range(3))
    note = signed("one\n\ntwo\n", old, new)
    assert opened(note, [old.public]).signers == (old.public,)
    assert opened(note, [new.public, old.public]).signers == (old.public, new.public)
    assert opened(note, [new.public]).text == "one\n\ntwo\n"
    with pytest.raises(NoteError, match="No known key"):
        opened(note, [other.public])


@pytest.mark.parametrize(
    "broken", ["", "text\n", NOTE[:-1], NOTE.replace("\u2014 ", "- "), NOTE.replace("Uw2Q", "Uw2!")]
)
def test_half_a_note_is_no_note(broken: str) -> None:
    """What was cut or retyped is refused in a sentence."""
    with pytest.raises(NoteError):
        opened(broken, [PublicKey.parse(VKEY)])


@pytest.mark.parametrize(
    "wrong", ["", VKEY[:-4], VKEY.replace("530d", "530e"), VKEY.replace("+AekY", "+AEkY"), "a b+0+x"]
)
def test_half_a_verifier_key_is_none(wrong: str) -> None:
    """A key is known by its whole text form."""
    with pytest.raises(NoteError):
        PublicKey.parse(wrong if wrong != VKEY else "")


def test_a_checkpoint_is_three_lines() -> None:
    """The specification's example is read and written back to the letter; other lines are refused."""
    found = Checkpoint.parse(CHECKPOINT)
    assert (found.origin, found.size, found.text) == ("example.com/behind-the-sofa", 20852163, CHECKPOINT)
    assert Checkpoint.parse(CHECKPOINT + "more\n") == found
    for wrong in (
        "",
        "a\n1\n",
        CHECKPOINT.replace("208", "0208"),
        CHECKPOINT.replace("CsUY", ""),
        "\n" + CHECKPOINT[28:],
    ):
        with pytest.raises(NoteError, match="a name, a size and a root hash"):
            Checkpoint.parse(wrong)
