"""What somebody can do to a store that they own: every trigger is gone, every row can be written."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Table, delete, insert, select, text

from adapters.store import Store
from adapters.store.log.tables import LOG_ENTRIES
from adapters.store.tables import ACCESS
from adapters.tlog.tree import leaf_hash
from tests.support.bundle_edits import unseen
from tests.support.bundles import exported_course, signing_key

Rows = list[dict[str, Any]]
GUARDED = ("log_entries", "access", "archive", "drug_moves")


@dataclass(frozen=True)
class Edit:
    """What was done to the log, and the first index at which it is no longer what it was."""

    how: str
    rows: Rows
    index: int


async def disarm(store: Store) -> None:
    """Take the guards of the database away."""
    async with store.database.writing() as connection:
        for table in GUARDED:
            if store.database.is_sqlite:
                for change in ("update", "delete"):
                    await connection.execute(text(f"drop trigger {table}_no_{change}"))
            else:
                await connection.execute(text(f"drop trigger {table}_write_once on {table}"))


async def read(store: Store, table: Table = LOG_ENTRIES) -> Rows:
    """Every row of a table, by its key."""
    async with store.database.reading() as connection:
        found = await connection.execute(select(table).order_by(*table.primary_key))
        return [dict(row._mapping) for row in found]


async def write(store: Store, rows: Rows, table: Table = LOG_ENTRIES) -> None:
    """Put these rows in place of all that a table holds."""
    async with store.database.writing() as connection:
        await connection.execute(delete(table))
        if rows:
            await connection.execute(insert(table), rows)


def edit(rows: Sequence[dict[str, Any]], chance: Random) -> Edit:
    """One random change of the log, made as well as it can be made."""
    how = chance.choice(tuple(EDITS))
    index = chance.randrange(len(rows) - 1)
    changed, first = EDITS[how]([dict(row) for row in rows], index, chance)
    return Edit(how, changed, first)


def _flipped(rows: Rows, index: int, chance: Random) -> tuple[Rows, int]:
    entry: str = rows[index]["entry"]
    at = chance.randrange(len(entry))
    rows[index]["entry"] = entry[:at] + chr(ord(entry[at]) ^ 1) + entry[at + 1 :]
    return rows, index


def _said_otherwise(rows: Rows, index: int, _: Random) -> tuple[Rows, int]:
    value = json.loads(rows[index]["entry"])
    value["recorded_at"] = "2020-01-01T00:00:00.000000Z"
    rows[index]["entry"] = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return _hashed(rows), index


def _rewritten(rows: Rows, index: int, chance: Random) -> tuple[Rows, int]:
    for later in range(index, len(rows)):
        rows, _ = _said_otherwise(rows, later, chance)
    return rows, index


def _removed(rows: Rows, index: int, _: Random) -> tuple[Rows, int]:
    return rows[:index] + rows[index + 1 :], index


def _closed_up(rows: Rows, index: int, _: Random) -> tuple[Rows, int]:
    return _numbered(rows[:index] + rows[index + 1 :]), index


def _swapped(rows: Rows, index: int, chance: Random) -> tuple[Rows, int]:
    other = chance.randrange(index + 1, len(rows))
    rows[index], rows[other] = rows[other], rows[index]
    return _numbered(rows), index


def _cut_off(rows: Rows, index: int, _: Random) -> tuple[Rows, int]:
    return rows[:index], index


def _slipped_in(rows: Rows, index: int, chance: Random) -> tuple[Rows, int]:
    copy = dict(chance.choice(rows[:index] or rows[-1:]))
    return _numbered([*rows[:index], copy, *rows[index:]]), index


def _numbered(rows: Rows) -> Rows:
    return [{**row, "leaf_index": number} for number, row in enumerate(rows)]


def _hashed(rows: Rows) -> Rows:
    return [{**row, "leaf_hash": leaf_hash(row["entry"].encode())} for row in rows]


EDITS: dict[str, Callable[[Rows, int, Random], tuple[Rows, int]]] = {
    "a byte of an entry": _flipped,
    "an entry, with its hash": _said_otherwise,
    "all entries from one on, with their hashes": _rewritten,
    "an entry removed": _removed,
    "an entry removed, and the gap closed": _closed_up,
    "two entries swapped": _swapped,
    "the tail cut off": _cut_off,
    "an entry slipped in": _slipped_in,
}


def main() -> int:
    """Edit a bundle of a real course as often as asked, and say what was not found where it was made."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    missed = asyncio.run(_bundle(times))
    for how, lines in sorted(missed.items()):
        print(f"{how}: {len(lines)} not found" if lines else f"{how}: all found")
        print(*lines[:3], sep="\n", end="\n" if lines else "")
    return 1 if any(missed.values()) else 0


async def _bundle(times: int) -> dict[str, list[str]]:
    with TemporaryDirectory() as folder:
        async with exported_course(Path(folder)) as exported:
            return unseen(exported.files, await signing_key(exported), Random(), times)  # noqa: S311  no secrets


__all__ = ["ACCESS", "EDITS", "Edit", "disarm", "edit", "read", "write"]

if __name__ == "__main__":
    sys.exit(main())
