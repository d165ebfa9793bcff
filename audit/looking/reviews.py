"""An auditor's word that a period was looked at: a numbered entry of the log, under the auditor's own key."""

import base64
import binascii
from collections.abc import AsyncIterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.keyring import KeyRing, KeyRingError
from adapters.store.log.book import Line
from adapters.store.log.checking import LogFault
from adapters.store.log.entries import Entry, EntryError, Said
from adapters.tlog.canonical import Json, canonical
from adapters.tlog.tree import Frontier
from audit.key_book import KeyBook
from audit.signatures import CLOCKS_DIFFER

REVIEW = "review"
STATEMENT = b"structured-treatments review 1\n"
BARE = frozenset({"key_id", "signature"})
"""Fields that the signature does not stand under."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Review:
    """One review: who looked at which period, how the log stood then, and what is wrong with the entry, if anything."""

    number: int
    at: datetime
    account: str
    since: datetime
    until: datetime
    size: int
    root: str
    index: int
    note: str = field(repr=False, default="")
    wrong: str = ""


def statement(says: Said) -> bytes:
    """What an auditor signs: everything that the entry says, the note too."""
    return STATEMENT + canonical({name: value for name, value in says.items() if name not in BARE})


async def reviews_of(lines: AsyncIterable[Line], book: KeyBook, ring: KeyRing) -> list[Review]:
    """Every review in the log, by its number."""
    found = []
    async for line in lines:
        try:
            entry = Entry.parse(line.entry)
            says = entry.opened(ring) or {}
            found.append(_review(entry, says, line.leaf_index, _why_wrong(entry, says, book)))
        except (EntryError, KeyRingError, KeyError, ValueError, TypeError) as why:
            at = datetime.fromisoformat("1970-01-01T00:00Z")
            found.append(Review(0, at, "", at, at, 0, "", line.leaf_index, wrong=f"it cannot be read: {why}"))
    return sorted(found, key=lambda one: (one.number, one.index))


def review_faults(reviews: Sequence[Review], leaves: Sequence[bytes]) -> list[LogFault]:
    """Reviews that somebody else signed, that were taken out or came twice, or that saw another log than this."""
    faults = [LogFault(one.index, REVIEW, f"{one.number}", "signature", one.wrong) for one in reviews if one.wrong]
    heads = _heads(leaves, {one.size for one in reviews})
    other = "the log that was reviewed is not this one: an earlier entry was changed since"
    faults += [
        LogFault(one.index, REVIEW, f"{one.number}", "root", other)
        for one in reviews
        if not one.wrong and heads.get(one.size) != one.root
    ]
    numbers = [0, *(one.number for one in reviews if one.number)]
    for before, after in pairwise(numbers):
        if before == after:
            faults.append(LogFault(None, REVIEW, f"{after}", "number", "there are two reviews of this number"))
        gone = "this review is missing: others before and after it are there"
        faults += [LogFault(None, REVIEW, f"{one}", "number", gone) for one in range(before + 1, after)]
    return faults


def unreviewed(reviews: Sequence[Review], first: datetime, now: datetime) -> tuple[Span, ...]:
    """The spans that nobody has reviewed, oldest first; a review that is wrong counts for nothing."""
    left: list[Span] = []
    begins = first
    for since, until in sorted((one.since, one.until) for one in reviews if not one.wrong):
        if since > begins:
            left.append((begins, min(since, now)))
        begins = max(begins, until)
    return tuple(span for span in (*left, (begins, now)) if span[0] < span[1])


def _heads(leaves: Sequence[bytes], sizes: AbstractSet[int]) -> dict[int, str]:
    """The heads of the tree at some of its sizes."""
    tree = Frontier()
    heads = {0: tree.root.hex()}
    for leaf in leaves:
        tree.add(leaf)
        if tree.size in sizes:
            heads[tree.size] = tree.root.hex()
    return heads


def _review(entry: Entry, says: dict[str, Json], index: int, wrong: str) -> Review:
    since, until = (datetime.fromisoformat(str(says[name])) for name in ("since", "until"))
    who, size = str(says["account_id"]), int(str(says["size"]))
    number, note = int(entry.subject), str(says.get("note", ""))
    return Review(number, entry.recorded_at, who, since, until, size, str(says["root"]), index, note, wrong)


def _why_wrong(entry: Entry, says: dict[str, Json], book: KeyBook) -> str:
    """Why a review is not its auditor's, or an empty string."""
    account, key = str(says.get("account_id")), book.keys.get(str(says.get("key_id")))
    if key is None or key.account_id != account or key.clashes_with:
        return f"the log has no key of {account} that signed it"
    if says.get("number") != entry.subject:
        return "its number is not the one that was signed"
    if key.revoked_at is not None and key.revoked_at <= entry.recorded_at:
        return f"key {key.key_id} was revoked before"
    if "auditor" not in book.roles_of(account, entry.recorded_at, CLOCKS_DIFFER):
        return f"{account} was no auditor then"
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public_key, validate=True))
        public.verify(base64.b64decode(str(says.get("signature")), validate=True), statement(says))
    except (InvalidSignature, binascii.Error, ValueError):
        return f"the signature is not of this review by key {key.key_id}"
    return ""
