"""Who looked at what; rows are added and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, insert, select

from adapters.store.database import Database
from adapters.store.log.writing import log_rows
from adapters.store.tables import ACCESS


@dataclass(frozen=True)
class Access:
    """One look: by whom, at what, of which course, when."""

    account_id: str
    what: str
    at: datetime
    course_id: str = ""


@dataclass(frozen=True)
class AccessQuery:
    """Which lines are asked for; what is empty is not asked."""

    account_id: str = ""
    course_id: str = ""
    what: str = ""
    since: datetime | None = None
    most: int = 200


class AccessLog:
    """The log that HIPAA 164.312(b) asks to record and to examine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, access: Access) -> None:
        """Add one line."""
        async with self._database.writing() as connection:
            made = await connection.execute(insert(ACCESS).values(**vars(access)).returning(ACCESS.c.number))
            await log_rows(connection, ACCESS, {**vars(access), "number": made.scalar_one()})

    async def of_course(self, course_id: str) -> tuple[Access, ...]:
        """Who looked at one course, oldest first."""
        return await self._found(select(ACCESS).where(ACCESS.c.course_id == course_id))

    async def of_account(self, account_id: str) -> tuple[Access, ...]:
        """What one account looked at, oldest first."""
        return await self._found(select(ACCESS).where(ACCESS.c.account_id == account_id))

    async def latest(self, asking: AccessQuery) -> tuple[Access, ...]:
        """The newest lines that are asked for, oldest first."""
        query = select(ACCESS).order_by(ACCESS.c.number.desc()).limit(asking.most)
        for column in (ACCESS.c.account_id, ACCESS.c.course_id):
            if value := getattr(asking, column.name):
                query = query.where(column == value)
        if asking.what:
            query = query.where(ACCESS.c.what.startswith(asking.what, autoescape=True))
        if asking.since is not None:
            query = query.where(ACCESS.c.at >= asking.since)
        async with self._database.reading() as connection:
            rows = list(await connection.execute(query))
        return tuple(Access(row.account_id, row.what, row.at, row.course_id) for row in reversed(rows))

    async def last_looks(self, what: Sequence[str] = ()) -> dict[str, datetime]:
        """When somebody last looked at each course, or last did one of the things named."""
        query = select(ACCESS.c.course_id, func.max(ACCESS.c.at).label("last")).where(ACCESS.c.course_id != "")
        if what:
            query = query.where(ACCESS.c.what.in_(what))
        async with self._database.reading() as connection:
            return {row.course_id: row.last for row in await connection.execute(query.group_by(ACCESS.c.course_id))}

    async def _found(self, query: Select[tuple[object, ...]]) -> tuple[Access, ...]:
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(ACCESS.c.number))
            return tuple(Access(row.account_id, row.what, row.at, row.course_id) for row in rows)
