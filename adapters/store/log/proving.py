"""What the proof of the night says of the log."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.store.database import Database
from adapters.store.log.book import LogBook, line_at
from adapters.store.log.checking import check
from adapters.store.log.entries import Entry, EntryError
from adapters.store.log.keys import published_in
from adapters.tlog.folder import Published
from adapters.tlog.notes import NoteError

SAID_MOST = 20
VOUCHED_WITHIN = timedelta(days=2)
"""The notary comes every day; once may fail. [set]"""


async def not_as_recorded(database: Database, folders: Sequence[Path]) -> tuple[str, ...]:
    """Sentences about the log by itself, about its rows, and about each folder of checkpoints; opaque ids only."""
    lines: list[str] = []
    held: list[Published] = []
    for path in folders:
        try:
            found = await published_in(LogBook(database), path)
        except NoteError as error:
            lines.append(f"{path} holds no key of the log: {error}")
            continue
        if found is None:
            lines.append(f"{path} holds no checkpoint of the log: have a timer run `starter.py notary` every day")
        else:
            held.append(found)
            lines += [f"{path}: {late}" for late in await _late(database, found.size)]
    for one in held or [Published()]:
        lines += [fault.shown for fault in (await check(database, one)).faults]
    return tuple(dict.fromkeys(lines))[:SAID_MOST]


async def _late(database: Database, vouched: int) -> list[str]:
    """Whether the first entry that no checkpoint vouches for has waited too long for one."""
    async with database.reading() as connection:
        line = await line_at(connection, vouched)
    if line is None:
        return []
    try:
        since = Entry.parse(line.entry).recorded_at
    except EntryError:
        return []  # named as a fault of its own
    if datetime.now(UTC) - since <= VOUCHED_WITHIN:
        return []
    return [f"nothing vouches for entries since {since:%Y-%m-%d %H:%M} UTC: see why `starter.py notary` does not run"]
