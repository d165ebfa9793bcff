"""Reads the log, and takes into it what a store held before it had one."""

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, exists, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.columns import ring_of
from adapters.store.database import Database
from adapters.store.log.entries import Entry, EntryError, Said, entry_of
from adapters.store.log.tables import LOG_ENTRIES, LOGGED, told_of
from adapters.store.log.writing import NOTHING, alone, append, log_statement
from adapters.tlog.tree import Frontier, leaf_hash

BATCH = 500


@dataclass(frozen=True)
class Line:
    """One row of the log, as it stands in the store: nothing of it is believed yet."""

    leaf_index: int
    kind: str
    subject: str
    entry: str
    leaf_hash: bytes


@dataclass(frozen=True)
class Version:
    """A protocol or an instrument as it was when it was used."""

    kind: str
    id: str
    version: str
    sha256: str


class LogBook:
    """The log of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def size(self) -> int:
        """How many entries there are."""
        async with self._database.reading() as connection:
            return (await connection.execute(select(func.count()).select_from(LOG_ENTRIES))).scalar_one()

    async def lines(self, kind: str = "") -> AsyncIterator[Line]:
        """Every line in order, or those of one kind, all of one state of the store."""
        async with self._database.at_one_state() as connection:
            async for line in lines(connection, kind):
                yield line

    async def index_of(self, kind: str, subject: str) -> int | None:
        """The index of the last entry about a subject, or None."""
        mine = (LOG_ENTRIES.c.kind == kind) & (LOG_ENTRIES.c.subject == subject)
        async with self._database.reading() as connection:
            query = select(func.max(LOG_ENTRIES.c.leaf_index)).where(mine)
            index: int | None = (await connection.execute(query)).scalar_one()
        return index

    async def begun(self) -> datetime | None:
        """When the first entry was made, None where there is none that can be read."""
        async with self._database.reading() as connection:
            first = await line_at(connection, 0)
        with suppress(EntryError):
            return None if first is None else Entry.parse(first.entry).recorded_at
        return None

    async def head(self) -> tuple[int, bytes]:
        """How many entries there are, and the head of the tree over them."""
        tree = Frontier()
        async for line in self.lines():
            tree.add(leaf_hash(line.entry.encode()))
        return tree.size, tree.root

    async def state(self, kind: str, subject: str, says: Said, *, once: bool = False, secrets: Said = NOTHING) -> bool:
        """Append a statement that is no row of a table; `once` leaves a subject that has one as it is: then False."""
        async with self._database.writing() as connection:
            return await log_statement(connection, kind, subject, says, once=once, secrets=secrets)

    async def used(self, versions: Iterable[Version]) -> None:
        """Append each version of a clinical file that the log does not have yet: the first use of it."""
        async with self._database.writing() as connection:
            for one in versions:
                subject = f"{one.id} {one.version} {one.sha256}"
                await log_statement(connection, one.kind, subject, {**vars(one)}, once=True)

    async def take_in(self) -> None:
        """Append every row of a logged table of which the log does not know yet: the store is older than its log."""
        without = union_all(*(_without_entries(number) for number in range(len(LOGGED))))
        async with self._database.reading() as connection:
            if (await connection.execute(without)).first() is None:
                return
        async with self._database.writing() as connection:
            await alone(connection)
            ring, now = ring_of(connection.dialect), datetime.now(UTC)
            for table in [LOGGED[row[0]] for row in await connection.execute(without)]:
                rows = (
                    await connection.execute(select(table).where(told_of(table)).order_by(*table.primary_key))
                ).all()
                await append(connection, *(entry_of(table, dict(row._mapping), ring, now) for row in rows))  # noqa: SLF001


async def line_at(connection: AsyncConnection, index: int) -> Line | None:
    """The line with an index, or None."""
    row = (await connection.execute(select(LOG_ENTRIES).where(LOG_ENTRIES.c.leaf_index == index))).one_or_none()
    return None if row is None else _line(row)


async def lines(connection: AsyncConnection, kind: str = "") -> AsyncIterator[Line]:
    """Every line in order, or those of one kind."""
    query = select(LOG_ENTRIES).order_by(LOG_ENTRIES.c.leaf_index).limit(BATCH)
    if kind:
        query = query.where(LOG_ENTRIES.c.kind == kind)
    some = (await connection.execute(query)).all()
    while some:
        for row in some:
            yield _line(row)
        some = (await connection.execute(query.where(LOG_ENTRIES.c.leaf_index > some[-1].leaf_index))).all()


def _line(row: Row[Any]) -> Line:
    return Line(row.leaf_index, row.kind, row.subject, row.entry, bytes(row.leaf_hash))


def _without_entries(number: int) -> Select[int]:
    """The number of a table that has rows, and no entry of its kind."""
    table = LOGGED[number]
    known = exists().where(LOG_ENTRIES.c.kind == table.name)
    return select(literal(number)).where(exists(select(literal(1)).select_from(table).where(told_of(table))), ~known)
