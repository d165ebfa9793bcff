"""One database, SQLite or PostgreSQL: how it is opened, read and written."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, create_engine, event, insert, make_url
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.schema import CreateTable, DropTable

from adapters.keyring import KeyRing
from adapters.store.columns import seal_with
from adapters.store.errors import StoreDownError, StoreError
from adapters.store.one_trip import OneTripConnection

Answer = TypeVar("Answer")

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
BUSY_SECONDS = 30
SQLITE = {"timeout": BUSY_SECONDS, "async_creator_fn": OneTripConnection.to}
WRITES = "writes"
PROBE, PROBE_BYTES = Table("room_for_more", MetaData(), Column("filler", Text)), 500_000

DOWN = (OperationalError, InterfaceError)
DAMAGED = ("malformed", "not a database")
SAYS = {
    ("is full", "No space left", "could not extend"): "is full: make room on its disk",
    ("is locked",): "is locked by another program: let that one finish, then try again",
    ("readonly", "Permission denied", "read-only"): "may not be written by this account: see who owns it",
    DAMAGED: "is damaged: restore a backup",
    ("no such table", "does not exist"): "has not been set up: run `make up` or start a worker",
}
"""What a database says of itself, and what that means to whoever asked."""


class Database:
    """Gives connections; what is done inside one `writing` is one transaction."""

    def __init__(self, url: str, ring: KeyRing) -> None:
        try:
            parsed = make_url(url)
            kind = parsed.get_backend_name()
        except ArgumentError:
            raise StoreError("ST_STORE_URL is not a database URL: write one such as sqlite:///var/store.db") from None
        if kind not in DRIVERS:
            raise StoreError(f"A store is kept in SQLite or PostgreSQL, not in {kind}: set ST_STORE_URL.")
        self.is_sqlite = kind == "sqlite"
        self.shown = parsed.render_as_string(hide_password=True)
        self.file = Path(parsed.database) if self.is_sqlite and parsed.database else None
        if self.is_sqlite and (self.file is None or parsed.database == ":memory:"):
            raise StoreError("A store lasts: give SQLite a file, such as sqlite:///var/store.db.")
        self._engine = create_async_engine(
            parsed.set(drivername=DRIVERS[kind]),
            hide_parameters=True,
            pool_pre_ping=not self.is_sqlite,
            pool_reset_on_return=None,  # every use is one transaction, which has ended
            connect_args=SQLITE if self.is_sqlite else {},
        )
        seal_with(self._engine.dialect, ring)
        self._in_thread: Engine | None = None
        if self.is_sqlite:
            self._in_thread = create_engine(
                parsed.set(drivername="sqlite"),
                hide_parameters=True,
                pool_reset_on_return=None,
                connect_args={"timeout": BUSY_SECONDS},
            )
            seal_with(self._in_thread.dialect, ring)
            for engine in (self._engine.sync_engine, self._in_thread):
                event.listen(engine, "connect", _prepare)
                event.listen(engine, "begin", _begin)

    async def read(self, ask: Callable[[Connection], Answer]) -> Answer:
        """What comes of asking a connection; on SQLite all of it in one trip to a thread."""
        return await self._ask(ask, writes=False)

    async def write(self, ask: Callable[[Connection], Answer]) -> Answer:
        """The same as one transaction; committed at the end, rolled back on any error."""
        return await self._ask(ask, writes=True)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection; on PostgreSQL each query sees what is committed by then."""
        async with self._connection(writes=False) as connection:
            yield connection

    @asynccontextmanager
    async def at_one_state(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one state of the database, however many queries it is asked."""
        isolation: IsolationLevel | None = None if self.is_sqlite else "REPEATABLE READ"
        async with self._connection(writes=False, isolation=isolation) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction; committed at the end, rolled back on any error."""
        async with self._connection(writes=True) as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
        if self._in_thread is not None:
            self._in_thread.dispose()

    async def _ask(self, ask: Callable[[Connection], Answer], *, writes: bool) -> Answer:
        if self._in_thread is not None:
            return await asyncio.to_thread(self._ask_here, self._in_thread, ask, writes=writes)
        async with self._connection(writes=writes) as connection:
            return await connection.run_sync(ask)

    def _ask_here(self, engine: Engine, ask: Callable[[Connection], Answer], *, writes: bool) -> Answer:
        self._have_file()
        with (
            self._said_plainly(),
            engine.connect() as connection,
            connection.execution_options(**{WRITES: writes}).begin(),
        ):
            return ask(connection)

    @asynccontextmanager
    async def _connection(
        self, *, writes: bool, isolation: IsolationLevel | None = None
    ) -> AsyncIterator[AsyncConnection]:
        self._have_file()
        connection = self._engine.connect()
        try:
            await connection.start()
        except (*DOWN, OSError) as error:
            raise self._down(error) from None
        try:
            with self._said_plainly():
                await connection.execution_options(**{WRITES: writes})
                if isolation is not None:
                    await connection.execution_options(isolation_level=isolation)
                async with connection.begin():
                    yield connection
        finally:
            await connection.close()

    def _have_file(self) -> None:
        """SQLite makes its other files with the mode of the first."""
        if self.file is None or self.file.exists():
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise self._down(error) from None

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        """A database that is down, or damaged, is said to be; any other error is its block's own."""
        try:
            yield
        except DOWN as error:
            raise self._down(error) from None
        except DatabaseError as error:
            if error.connection_invalidated or any(word in str(error.orig) for word in DAMAGED):
                raise self._down(error) from None
            raise

    def _down(self, error: Exception) -> StoreDownError:
        """What keeps the store from being read or written, and what to do; a database's own words may quote a row."""
        value = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        where = f"The store at {self.shown}"
        for words, sentence in SAYS.items():
            if any(word in value for word in words):
                return StoreDownError(f"{where} {sentence}.")
        return StoreDownError(f"{where} does not answer: start it, or set ST_STORE_URL.")

    async def prove_writable(self) -> None:
        """Write a large table and take it back; raises StoreDownError where there is no room, or no turn, for it."""
        async with self.writing() as connection:
            await connection.execute(CreateTable(PROBE))
            await connection.execute(insert(PROBE).values(filler="x" * PROBE_BYTES))
            await connection.execute(DropTable(PROBE))


def _prepare(connection: Any, _record: object) -> None:
    """Make SQLite keep its promises, and leave transactions to us."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """A writer takes its turn at the start, so that what it has read is still true when it writes."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")
