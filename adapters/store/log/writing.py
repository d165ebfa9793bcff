"""Appends to the log, in the transaction of what it logs."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.columns import ring_of
from adapters.store.log.entries import Entry, Said, entry_of, subject_of
from adapters.store.log.tables import LOG_ENTRIES, told_of
from adapters.tlog.tree import leaf_hash

LOG_LOCK = 7_307_213_014
"""Entries are numbered by one writer at a time; it is taken last, and held until the transaction ends."""

LAST, ADDED = select(func.max(LOG_ENTRIES.c.leaf_index)), insert(LOG_ENTRIES)
NOTHING: Said = {}
Rows = dict[str, dict[str, Any]]
"""Rows by subject."""


async def log_rows(connection: AsyncConnection, table: Table, *rows: Mapping[str, Any]) -> None:
    """Log rows that were added, whole."""
    await connection.run_sync(log_rows_at_once, table, *rows)


def log_rows_at_once(connection: Connection, table: Table, *rows: Mapping[str, Any]) -> None:
    """The same for a transaction that runs in one trip."""
    ring, now = ring_of(connection.dialect), datetime.now(UTC)
    _append(connection, *(entry_of(table, row, ring, now) for row in rows))


@asynccontextmanager
async def logged(connection: AsyncConnection, table: Table, where: ColumnElement[bool]) -> AsyncIterator[None]:
    """Log what becomes of rows in a block: those that are added, changed or removed."""
    mine = told(table, where)
    before = await connection.run_sync(_rows, table, mine)
    yield
    await connection.run_sync(_log_change, table, mine, {}, before)


@contextmanager
def logged_at_once(connection: Connection, table: Table, mine: Select[Any], given: Mapping[str, Any]) -> Iterator[None]:
    """The same for a transaction that runs in one trip; `mine` is made by `told`, once for all."""
    before = _rows(connection, table, mine, given)
    yield
    _log_change(connection, table, mine, given, before)


def told(table: Table, where: ColumnElement[bool]) -> Select[Any]:
    """The rows that the log tells of, held until the transaction ends."""
    return select(table).where(where, told_of(table)).with_for_update()


async def log_statement(
    connection: AsyncConnection,
    kind: str,
    subject: str,
    says: Said,
    *,
    once: bool = False,
    secrets: Said = NOTHING,
) -> bool:
    """Log what is no row of a table, `secrets` sealed; `once` leaves a subject that is there as it is: then False."""
    if once:
        await alone(connection)
        mine = (LOG_ENTRIES.c.kind == kind) & (LOG_ENTRIES.c.subject == subject)
        if (await connection.execute(select(LOG_ENTRIES.c.leaf_index).where(mine).limit(1))).first() is not None:
            return False
    entry = Entry(kind, subject, datetime.now(UTC), says)
    await append(connection, entry.with_sealed(secrets, ring_of(connection.dialect)))
    return True


async def append(connection: AsyncConnection, *entries: Entry) -> None:
    """Give entries the next indices, in order."""
    await connection.run_sync(_append, *entries)


async def alone(connection: AsyncConnection) -> None:
    """Wait until nobody else appends; on SQLite a writer is alone from its start."""
    await connection.run_sync(_alone)


def _log_change(
    connection: Connection, table: Table, mine: Select[Any], given: Mapping[str, Any], before: Rows
) -> None:
    after = _rows(connection, table, mine, given)
    ring, now = ring_of(connection.dialect), datetime.now(UTC)
    changed = [row for subject, row in after.items() if row != before.get(subject)]
    removed = [Entry(table.name, subject, now, None) for subject in before if subject not in after]
    _append(connection, *removed, *(entry_of(table, row, ring, now) for row in changed))


def _append(connection: Connection, *entries: Entry) -> None:
    if not entries:
        return
    _alone(connection)
    last = connection.execute(LAST).scalar_one()
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
    connection.execute(ADDED, rows)


def _alone(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOG_LOCK})


def _rows(connection: Connection, table: Table, mine: Select[Any], given: Mapping[str, Any] | None = None) -> Rows:
    rows = [dict(row) for row in connection.execute(mine, given or {}).mappings()]
    return {subject_of(table, row): row for row in rows}
