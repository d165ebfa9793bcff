"""Appends to the log, in the transaction of what it logs."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.columns import ring_of
from adapters.store.log.entries import Entry, Said, entry_of, subject_of
from adapters.store.log.tables import LOG_ENTRIES, told_of
from adapters.tlog.tree import leaf_hash

LOG_LOCK = 7_307_213_014
"""Entries are numbered by one writer at a time; it is taken last, and held until the transaction ends."""


async def log_rows(connection: AsyncConnection, table: Table, *rows: Mapping[str, Any]) -> None:
    """Log rows that were added, whole."""
    ring, now = ring_of(connection.dialect), datetime.now(UTC)
    await append(connection, *(entry_of(table, row, ring, now) for row in rows))


@asynccontextmanager
async def logged(connection: AsyncConnection, table: Table, where: ColumnElement[bool]) -> AsyncIterator[None]:
    """Log what becomes of rows in a block: those that are added, changed or removed."""
    before = await _rows(connection, table, where)
    yield
    after = await _rows(connection, table, where)
    ring, now = ring_of(connection.dialect), datetime.now(UTC)
    changed = [row for subject, row in after.items() if row != before.get(subject)]
    removed = [Entry(table.name, subject, now, None) for subject in before if subject not in after]
    await append(connection, *removed, *(entry_of(table, row, ring, now) for row in changed))


async def log_statement(
    connection: AsyncConnection, kind: str, subject: str, says: Said, *, once: bool = False
) -> None:
    """Log what is no row of a table; `once` leaves a subject that is in the log as it is."""
    if once:
        mine = (LOG_ENTRIES.c.kind == kind) & (LOG_ENTRIES.c.subject == subject)
        if (await connection.execute(select(LOG_ENTRIES.c.leaf_index).where(mine).limit(1))).first() is not None:
            return
    await append(connection, Entry(kind, subject, datetime.now(UTC), says))


async def append(connection: AsyncConnection, *entries: Entry) -> None:
    """Give entries the next indices, in order."""
    if not entries:
        return
    await alone(connection)
    last = (await connection.execute(select(func.max(LOG_ENTRIES.c.leaf_index)))).scalar_one()
    first = 0 if last is None else last + 1
    texts = [one.text for one in entries]
    rows = [
        {
            "leaf_index": first + number,
            "kind": one.kind,
            "subject": one.subject,
            "entry": said,
            "leaf_hash": leaf_hash(said.encode()),
        }
        for number, (one, said) in enumerate(zip(entries, texts, strict=True))
    ]
    await connection.execute(insert(LOG_ENTRIES), rows)


async def alone(connection: AsyncConnection) -> None:
    """Wait until nobody else appends; on SQLite a writer is alone from its start."""
    if connection.dialect.name != "sqlite":
        await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOG_LOCK})


async def _rows(connection: AsyncConnection, table: Table, where: ColumnElement[bool]) -> dict[str, dict[str, Any]]:
    """The rows by subject, held until the transaction ends."""
    found = await connection.execute(select(table).where(where, told_of(table)).with_for_update())
    rows = [dict(row._mapping) for row in found]  # noqa: SLF001
    return {subject_of(table, row): row for row in rows}
