"""The notary vouches only for a log that grew, and whoever has the store but not its key vouches for nothing."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.store import Store
from adapters.store.log.checking import check
from adapters.store.log.keys import NOTARY_KEY, known_keys
from adapters.store.people.access import Access
from adapters.tlog.folder import LogFolder
from adapters.tlog.notes import NoteError, opened
from adapters.tlog.tree import consistency_proof, consistent
from audit.notary import Notary
from audit.notary_key import NotaryError, fresh_key, keep_key, load_key
from tests.support.tampering import disarm, read, write

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
LOG = "clinic.example/log"


async def looks(store: Store, count: int) -> None:
    """So many looks."""
    for number in range(count):
        await store.access.note(Access("ada", f"look {number}", NOW, "c-1"))


def notary_of(store: Store, folder: Path) -> Notary:
    """A notary with its key, its folder and one witness."""
    return Notary(store, LOG, folder / "key", LogFolder(folder / "own"), [LogFolder(folder / "witness")])


async def faults(store: Store, folder: Path) -> list[str]:
    """What an auditor finds, who has a witness's folder and its key."""
    held = LogFolder(folder / "witness")
    first = held.key()
    assert first is not None
    published = held.published(await known_keys(first, store.log.lines(NOTARY_KEY)))
    return [one.shown for one in (await check(store.database, published)).faults]


async def test_checkpoints_grow_out_of_each_other(store: Store, tmp_path: Path) -> None:
    """Each is signed by the notary's key, the same log is vouched for once, and a proof leads from one to the next."""
    notary = notary_of(store, tmp_path)
    await looks(store, 3)
    one = await notary.vouch()
    assert not (await notary.vouch()).fresh
    await looks(store, 300)
    two = await notary.vouch()
    assert (one.checkpoint.size, two.checkpoint.size) == (4, 304)
    key = load_key(tmp_path / "key").public
    assert opened(two.note, [key]).text == two.checkpoint.text
    held = LogFolder(tmp_path / "witness").published([key])
    assert list(held.checkpoints) == [one.checkpoint, two.checkpoint]
    assert held.leaves[-1] == (await read(store))[-1]["leaf_hash"]
    proof = consistency_proof(held.leaves, 4)
    assert consistent(4, one.checkpoint.root, 304, two.checkpoint.root, proof)
    assert await faults(store, tmp_path) == []
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


async def test_a_log_that_was_changed_is_refused_with_the_index(store: Store, tmp_path: Path) -> None:
    """No checkpoint is made over it, and it is made again once the entry is as it was."""
    notary = notary_of(store, tmp_path)
    await looks(store, 5)
    await notary.vouch()
    await disarm(store)
    whole = await read(store)
    await write(store, [*whole[:2], *({**row, "leaf_index": row["leaf_index"] - 1} for row in whole[3:])])
    await looks(store, 3)
    with pytest.raises(NotaryError, match=r"no checkpoint is made\. entry 2, access 4, entry: it is not the entry"):
        await notary.vouch()
    await write(store, whole)
    await looks(store, 1)
    assert (await notary.vouch()).checkpoint.size == len(whole) + 1


async def test_a_store_and_a_notary_set_back_together_are_found_out_by_a_witness(store: Store, tmp_path: Path) -> None:
    """Yesterday's backup of both would vouch for another today; the witness holds today's."""
    notary = notary_of(store, tmp_path)
    await looks(store, 5)
    await notary.vouch()
    await disarm(store)
    whole = await read(store)
    await write(store, whole[:4])
    for file in sorted((tmp_path / "own").rglob("*"), reverse=True):
        if file.is_file() and file.name != "vkey":
            file.unlink()
    await looks(store, 4)
    with pytest.raises(NotaryError, match="its checkpoint of 6 entries is of another past"):
        await notary.vouch()
    assert (await faults(store, tmp_path))[0].startswith("entry 4, access 6, entry: it is not the entry")


async def test_keys_follow_each_other_in_the_log(store: Store, tmp_path: Path) -> None:
    """Who knows the first key opens checkpoints of the third; a key that no key has named opens none."""
    notary = notary_of(store, tmp_path)
    first = (await notary.vouch()).note
    old = load_key(tmp_path / "key")
    for _ in range(2):
        old = load_key(tmp_path / "key")
        turned = await notary.rotate()
        assert {key.vkey for key in opened(turned.note, [old.public, load_key(tmp_path / "key").public]).signers} == {
            old.public.vkey, load_key(tmp_path / "key").public.vkey,
        }  # fmt: skip
        assert old.public != load_key(tmp_path / "key").public
    await looks(store, 2)
    latest = await notary.vouch()
    with pytest.raises(NoteError):
        opened(latest.note, [old.public])
    assert await faults(store, tmp_path) == []
    assert first in {file.read_text() for file in (tmp_path / "witness" / "checkpoints").iterdir()}
    keep_key(tmp_path / "key", fresh_key(LOG))
    with pytest.raises(NotaryError, match="No entry of the log names the key"):
        await notary.vouch()


async def test_a_key_slipped_into_the_log_vouches_for_nothing(store: Store, tmp_path: Path) -> None:
    """Whoever can write entries, and has no key, cannot name a successor."""
    notary = notary_of(store, tmp_path)
    await notary.vouch()
    first, mine = load_key(tmp_path / "key").public, fresh_key(LOG)
    for signature in ({}, {"signature": ""}, {"signature": "AAAA"}):
        says = {"vkey": mine.public.vkey, "succeeds": first.vkey, **signature}
        await store.log.state(NOTARY_KEY, mine.public.id.hex(), says)
    assert await known_keys(first, store.log.lines(NOTARY_KEY)) == [first]


@pytest.mark.parametrize("step", [0, 1, 2, 3])
async def test_a_rotation_that_is_cut_off_goes_on(store: Store, tmp_path: Path, step: int) -> None:
    """After any of its writes the next start ends it, with one key and one entry about it."""
    notary = notary_of(store, tmp_path)
    await notary.vouch()
    before = load_key(tmp_path / "key")
    waiting = fresh_key(LOG)
    keep_key(tmp_path / "key.next", waiting)
    if step == 0:
        await notary.vouch()
    else:
        await notary.rotate()
        if step > 1:
            keep_key(tmp_path / "key.next", waiting)
        if step == 2:
            keep_key(tmp_path / "key", before)
        await notary.vouch()
    assert load_key(tmp_path / "key").public == waiting.public
    assert not (tmp_path / "key.next").exists()
    assert len([line async for line in store.log.lines(NOTARY_KEY)]) == 2
    assert await faults(store, tmp_path) == []


async def test_a_key_that_others_can_read_or_that_is_gone_is_refused(store: Store, tmp_path: Path) -> None:
    """Each with what to do; nothing is made anew in silence."""
    notary = notary_of(store, tmp_path)
    await notary.vouch()
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(NotaryError, match=r"can be read by others \(mode 0640\): run 'chmod 600"):
        await notary.vouch()
    (tmp_path / "key").chmod(0o600)
    kept = (tmp_path / "key").read_text()
    (tmp_path / "key").write_text("PRIVATE+KEY+a+b+c\n")
    with pytest.raises(NotaryError, match="holds no notary key"):
        await notary.vouch()
    (tmp_path / "key").unlink()
    with pytest.raises(NotaryError, match=r"is gone, and .* was made with it: restore it"):
        await notary.vouch()
    assert kept.startswith(f"PRIVATE+KEY+{LOG}+")


async def test_an_auditor_needs_no_code_of_ours(store: Store, tmp_path: Path) -> None:
    """A checkpoint's head follows from the texts of the entries by sha256 alone."""
    notary = notary_of(store, tmp_path)
    await looks(store, 2)
    made = await notary.vouch()
    texts = [row["entry"] for row in await read(store)]
    one, two, three = (sha256(b"\0" + text.encode()).digest() for text in texts)
    head = sha256(b"\1" + sha256(b"\1" + one + two).digest() + three).digest()
    assert made.checkpoint.root == head
    assert [json.loads(text)["kind"] for text in texts] == ["access", "access", "notary_key"]
