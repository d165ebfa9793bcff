"""Which keys vouch for a log: the first, and each that the one before it has named in an entry."""

import base64
import binascii
from collections.abc import AsyncIterable
from pathlib import Path

from adapters.store.log.book import Line, LogBook
from adapters.store.log.entries import Entry, EntryError, Said
from adapters.tlog.canonical import canonical
from adapters.tlog.folder import LogFolder, Published
from adapters.tlog.notes import NoteError, PrivateKey, PublicKey

NOTARY_KEY = "notary_key"


def succession(new: PublicKey, old: PrivateKey | None) -> Said:
    """What an entry says of a new key: under the old one's signature, or that it is the first."""
    says = {"vkey": new.vkey, "succeeds": old.public.vkey if old else ""}
    if old is None:
        return says
    return {**says, "signature": base64.b64encode(old.key.sign(canonical(says))).decode()}


async def published_in(book: LogBook, path: Path, first: PublicKey | None = None) -> Published | None:
    """What a folder holds of the log, by its first key, else by the folder's own; None where it holds nothing.

    Raises NoteError.
    """
    folder = LogFolder(path)
    trusted = first or folder.key()
    return None if trusted is None else folder.published(await known_keys(trusted, book.lines(NOTARY_KEY)))


async def known_keys(first: PublicKey, lines: AsyncIterable[Line]) -> list[PublicKey]:
    """The first key and its successors, out of the entries of that kind, of which none is believed unsigned."""
    known = [first]
    async for line in lines:
        try:
            says = dict(Entry.parse(line.entry).says or {})
            signature = base64.b64decode(str(says.pop("signature", "")), validate=True)
            old, new = PublicKey.parse(str(says.get("succeeds"))), PublicKey.parse(str(says.get("vkey")))
        except (EntryError, NoteError, binascii.Error):
            continue
        if old in known and new.name == first.name and old.verifies(canonical(says), signature):
            known.append(new)
    return known
