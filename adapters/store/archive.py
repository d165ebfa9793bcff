"""Closed runs of courses, kept for years after Temporal has dropped them."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text

from adapters.store.database import Database
from adapters.store.errors import StoreError
from adapters.store.log.writing import log_rows_at_once
from adapters.store.tables import ARCHIVE

ARCHIVE_LOCK = 7_307_213_007


@dataclass(frozen=True)
class ArchivedRun:
    """One closed run; `sha256` is of the history's JSON as it was archived."""

    course_id: str
    run_id: str
    ordinal: int
    closed_at: datetime
    sha256: str


class Archive:
    """Write-once: the same run again is no change, another history under its id is refused."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self, course_id: str, run_id: str, history: bytes, closed_at: datetime, ordinal: int | None = None
    ) -> ArchivedRun:
        """Keep the JSON of a run's history; without an ordinal it is the next one of its course."""
        digest = sha256(history).hexdigest()
        mine = select(ARCHIVE).where(ARCHIVE.c.course_id == course_id, ARCHIVE.c.run_id == run_id)
        last = select(func.max(ARCHIVE.c.ordinal)).where(ARCHIVE.c.course_id == course_id)
        packed = gzip.compress(history, mtime=0)

        def kept(connection: Connection) -> ArchivedRun:
            if not self._database.is_sqlite:
                connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": ARCHIVE_LOCK})
            row = connection.execute(mine).one_or_none()
            if row is not None and row.sha256 != digest:
                raise StoreError(f"Run {run_id} of {course_id} is archived with another history: compare the two.")
            if row is not None:
                return _run(row)
            number = (connection.execute(last).scalar_one() or 0) + 1 if ordinal is None else ordinal
            run = ArchivedRun(course_id, run_id, number, closed_at, digest)
            values = {**vars(run), "history": packed}
            connection.execute(insert(ARCHIVE), values)
            log_rows_at_once(connection, ARCHIVE, values)
            return run

        return await self._database.write(kept)

    async def runs(self, course_id: str) -> tuple[ArchivedRun, ...]:
        """The archived runs of a course, in order."""
        columns = [column for column in ARCHIVE.c if column is not ARCHIVE.c.history]
        query = select(*columns).where(ARCHIVE.c.course_id == course_id).order_by(ARCHIVE.c.ordinal)
        async with self._database.reading() as connection:
            return tuple(_run(row) for row in await connection.execute(query))

    async def held(self, course_ids: Sequence[str]) -> set[str]:
        """The ids of all archived runs of these courses."""
        query = select(ARCHIVE.c.run_id).where(ARCHIVE.c.course_id.in_(course_ids))
        async with self._database.reading() as connection:
            return set((await connection.execute(query)).scalars())

    async def history(self, course_id: str, run_id: str) -> bytes | None:
        """The JSON that was archived, or None; raises StoreError where it is not what its sha256 says."""
        mine = select(ARCHIVE).where(ARCHIVE.c.course_id == course_id, ARCHIVE.c.run_id == run_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(mine)).one_or_none()
        if row is None:
            return None
        try:
            history = gzip.decompress(row.history)
        except (OSError, EOFError):
            history = b""
        if sha256(history).hexdigest() != row.sha256:
            raise StoreError(f"Run {run_id} of {course_id} was changed after it was archived: restore a backup.")
        return history


def _run(row: Row[Any]) -> ArchivedRun:
    return ArchivedRun(row.course_id, row.run_id, row.ordinal, row.closed_at, row.sha256)
