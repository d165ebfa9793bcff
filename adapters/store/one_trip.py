"""SQLite in a thread of its own, asked once a statement: aiosqlite goes there for the cursor, the rows and the end too.

Each way to the thread and back costs more than most statements do.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import aiosqlite
from typing_extensions import override

ROWS_AT_ONCE = 64
Columns = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Ran:
    """All that came of one statement."""

    rows: Sequence[Any] = ()
    description: Columns | None = None
    rowcount: int = -1
    lastrowid: int | None = None


class OneTripConnection(aiosqlite.Connection):
    """One connection in one thread, which does not keep the program alive."""

    @classmethod
    def to(cls, file: str, **options: Any) -> "OneTripConnection":
        """A connection that opens when it is first awaited."""
        connection = cls(lambda: sqlite3.connect(file, **options), ROWS_AT_ONCE)
        connection._thread.daemon = True
        return connection

    @override
    def cursor(self) -> "OneTripCursor":  # type: ignore[override]  # as far as SQLAlchemy asks
        return OneTripCursor(self)

    async def ran(self, ask: Callable[[sqlite3.Cursor], object]) -> Ran:
        """What comes of what is asked of a cursor, which is gone again when this returns."""
        answer: Ran = await self._execute(self._ran, ask)  # type: ignore[no-untyped-call]  # aiosqlite types it not
        return answer

    def _ran(self, ask: Callable[[sqlite3.Cursor], object]) -> Ran:
        cursor = self._conn.cursor()
        try:
            ask(cursor)
            rows = cursor.fetchall() if cursor.description else ()
            return Ran(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
        finally:
            cursor.close()


class OneTripCursor:
    """A cursor as SQLAlchemy uses it: it executes, and has everything then."""

    arraysize = 1

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._ran = Ran()

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Columns | None:
        """The columns of the rows, or None where there are none."""
        return self._ran.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._ran.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The number of the row that was inserted last."""
        return self._ran.lastrowid

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> None:
        """Execute a statement and fetch what it selects."""
        self._ran = await self._connection.ran(lambda cursor: cursor.execute(operation, parameters))

    async def executemany(self, operation: str, rows: Sequence[Sequence[Any]]) -> None:
        """Execute a statement for each row."""
        self._ran = await self._connection.ran(lambda cursor: cursor.executemany(operation, rows))

    async def fetchall(self) -> Sequence[Any]:
        """The rows, which are here already."""
        return self._ran.rows

    async def close(self) -> None:
        """Nothing: it was closed when it was done."""
