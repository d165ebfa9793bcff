"""Who wants an earlier visit."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select

from adapters.store.chairs.tables import WAITLIST
from adapters.store.database import Database
from adapters.store.errors import StoreError


@dataclass(frozen=True)
class WaitingCourse:
    """A course whose next free chair should be an earlier one for this visit, on a day before `before` if it says."""

    course_id: str
    session_id: str
    site: str
    before: date | None
    added_at: datetime


class WaitList:
    """One row a course; adding it again changes what it waits for, and keeps its place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, waiting: WaitingCourse) -> None:
        """Put a course on the list."""
        async with self._database.writing() as connection:
            mine = WAITLIST.c.course_id == waiting.course_id
            since = (await connection.execute(select(WAITLIST.c.added_at).where(mine))).scalar_one_or_none()
            await connection.execute(delete(WAITLIST).where(mine))
            await connection.execute(insert(WAITLIST).values({**vars(waiting), "added_at": since or waiting.added_at}))

    async def drop(self, course_id: str) -> None:
        """Take a course off the list."""
        async with self._database.writing() as connection:
            if not (await connection.execute(delete(WAITLIST).where(WAITLIST.c.course_id == course_id))).rowcount:
                raise StoreError(f"Course {course_id} does not wait for an earlier visit: `starter.py waitlist list`.")

    async def at(self, site: str) -> tuple[WaitingCourse, ...]:
        """Who waits at a site, longest first."""
        query = select(WAITLIST).where(WAITLIST.c.site == site).order_by(WAITLIST.c.added_at, WAITLIST.c.course_id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(WaitingCourse(row.course_id, row.session_id, row.site, row.before, row.added_at) for row in rows)
