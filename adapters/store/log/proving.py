"""What the proof of the night says of the log."""

from collections.abc import Sequence
from pathlib import Path

from adapters.store.database import Database
from adapters.store.log.book import LogBook
from adapters.store.log.checking import check
from adapters.store.log.keys import published_in
from adapters.tlog.folder import Published
from adapters.tlog.notes import NoteError

SAID_MOST = 20


async def not_as_recorded(database: Database, folders: Sequence[Path]) -> tuple[str, ...]:
    """Sentences about the log by itself, about its rows, and about each folder of checkpoints; opaque ids only."""
    said: list[str] = []
    held: list[Published] = []
    for path in folders:
        try:
            found = await published_in(LogBook(database), path)
        except NoteError as error:
            said.append(f"{path} holds no key of the log: {error}")
            continue
        if found is None:
            said.append(f"{path} holds no checkpoint of the log: have a timer run `starter.py notary` every day")
        else:
            held.append(found)
    for one in held or [Published()]:
        said += [fault.shown for fault in (await check(database, one)).faults]
    return tuple(dict.fromkeys(said))[:SAID_MOST]
