from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.keyring import KeyRing, KeyRingError, UnknownKeyError, UnreadableError

RING = KeyRing.generate()


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """Eight programs that start together get one and the same ring, in a file of mode 0600."""
    path = tmp_path / "var" / "keys.json"
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(KeyRing.load_or_create, [path] * 8))
    assert {ring.active for ring in rings} == {KeyRing.load(path).active}
    assert rings[7].unseal(rings[0].seal(b"x", "contact"), "contact") == b"x"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The refusal names the file, its mode and the command that mends it."""
    path = tmp_path / "keys.json"
    KeyRing.load_or_create(path)
    path.chmod(0o640)
    with pytest.raises(KeyRingError) as refused:
        KeyRing.load_or_create(path)
    assert str(refused.value) == f"{path} can be read by others (mode 0640): run 'chmod 600 {path}'."


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"active": "k", "keys": {"k": "private"}}', '{"keys": 1}'])
def test_a_broken_key_file_is_refused_without_quoting_it(tmp_path: Path, content: str) -> None:
    """A file that is not a ring is named, never shown, and never replaced by fresh keys."""
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyRingError) as refused:
        KeyRing.load_or_create(path)
    assert str(refused.value) == f"{path} is not a key file: restore it from its backup."
    assert path.read_text() == content


def test_a_saved_ring_keeps_its_old_keys(tmp_path: Path) -> None:
    """After rotation the file holds both keys, and what the first one sealed still opens."""
    path = tmp_path / "keys.json"
    first = KeyRing.load_or_create(path)
    sealed, signature = first.seal(b"x", "contact"), first.sign(b"act")
    first.rotated().save(path)
    both = KeyRing.load(path)
    assert len(both.key_ids) == 2
    assert both.active != first.active
    assert both.unseal(sealed, "contact") == b"x"
    assert both.verify(b"act", signature)
    alone = KeyRing.generate()
    with pytest.raises(UnknownKeyError):
        alone.unseal(both.seal(b"x", "contact"), "contact")
    assert first.unseal(both.seal(b"x", "contact"), "contact") == b"x", "a ring that is open looks at its file again"
    assert first.active == both.active


def test_a_lost_key_is_named_and_works_again_once_it_is_back(tmp_path: Path) -> None:
    """Through three keys: a process whose file lacks one says which, and needs no new start when it is there again."""
    path = tmp_path / "keys.json"
    old = KeyRing.load_or_create(path)
    whole = old.rotated().rotated()
    sealed = {key_id: whole.seal(b"x", "contact") for key_id in whole.key_ids[2:]}
    running = KeyRing.load(path)
    for key_id, value in sealed.items():
        with pytest.raises(UnknownKeyError, match=f"Key {key_id} is not in the key ring: put it back"):
            running.unseal(value, "contact")
    path.write_text("half a file")
    with pytest.raises(UnknownKeyError):
        running.unseal(sealed[whole.active], "contact")
    assert running.unseal(old.seal(b"y", "contact"), "contact") == b"y", "what it has, it keeps"
    KeyRing.generate().save(path)
    with pytest.raises(UnknownKeyError):
        running.unseal(sealed[whole.active], "contact")
    assert running.active == old.active, "another installation's file changes nothing"
    whole.save(path)
    assert running.unseal(sealed[whole.active], "contact") == b"x"
    assert (running.active, running.key_ids) == (whole.active, whole.key_ids)


@given(data=st.binary(max_size=200), place=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
def test_a_sealed_column_opens_whole_and_for_its_purpose_alone(data: bytes, place: int, flip: int) -> None:
    """Sealed bytes come back for their purpose; for another one, or with one byte changed, they raise."""
    sealed = RING.seal(data, "contact")
    assert RING.unseal(sealed, "contact") == data
    damaged = bytearray(sealed)
    damaged[place % len(sealed)] ^= flip
    for bad, purpose in ((sealed, "inbox"), (bytes(damaged), "contact"), (b"", "contact")):
        with pytest.raises((UnreadableError, UnknownKeyError)):
            RING.unseal(bad, purpose)


@given(data=st.binary(max_size=200), other=st.binary(max_size=200), junk=st.text(max_size=40))
def test_a_signature_is_of_one_text_for_one_purpose(data: bytes, other: bytes, junk: str) -> None:
    """A signature fits its data and purpose; nothing else fits, and nothing that is no signature raises."""
    signature = RING.sign(data)
    assert RING.verify(data, signature)
    assert RING.verify(other, signature) == (other == data)
    assert not RING.verify(data, signature, purpose="link")
    assert not RING.verify(data, junk)
    assert not RING.verify(data, f"{RING.active}.{junk}")
    assert not KeyRing.generate().verify(data, signature)
