"""The rows of a logged table as its entries put them, even where somebody has made one unreadable."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.keyring import KeyRingError
from adapters.store.log.entries import Said, spoken, subject_of
from adapters.store.log.tables import told_of

BATCH = 100
Key = Mapping[str, Any]
UNREADABLE = (KeyRingError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError)
"""What a column raises over a value that it never wrote."""


@dataclass(frozen=True)
class Found:
    """One row, or the field of it that cannot be read."""

    subject: str
    says: Said = field(default_factory=dict)
    unreadable: str = ""


async def rows_of(connection: AsyncConnection, table: Table) -> AsyncIterator[Found]:
    """Every row of a table, by its key."""
    found = await connection.execute(select(*table.primary_key).where(told_of(table)).order_by(*table.primary_key))
    keys = [dict(row._mapping) for row in found]  # noqa: SLF001
    for number in range(0, len(keys), BATCH):
        some = keys[number : number + BATCH]
        try:
            rows = await _readable(connection, table, some)
        except UNREADABLE:
            rows = [await _by_field(connection, table, key) for key in some]
        for row in rows:
            yield row


async def _readable(connection: AsyncConnection, table: Table, keys: Sequence[Key]) -> list[Found]:
    found = await connection.execute(select(table).where(or_(*(_is(table, key) for key in keys))))
    rows = [dict(row._mapping) for row in found]  # noqa: SLF001
    return [Found(subject_of(table, row), spoken(table, row)) for row in rows]


async def _by_field(connection: AsyncConnection, table: Table, key: Key) -> Found:
    values: dict[str, Any] = {}
    for column in table.c:
        try:
            values[column.name] = (await connection.execute(select(column).where(_is(table, key)))).scalar_one()
        except UNREADABLE:
            return Found(subject_of(table, key), unreadable=column.name)
    return Found(subject_of(table, values), spoken(table, values))


def _is(table: Table, key: Key) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in key.items()))
