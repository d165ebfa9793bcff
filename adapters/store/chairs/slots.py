"""Chairs: which visit has reserved which span at a site; a site has one writer at a time, so nobody overbooks."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Row, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.chairs.tables import SLOTS
from adapters.store.database import Database
from course.scheduling.slots import Full, Slot, first_full

SITE_LOCK = 730_721


class SlotLedger:
    """One row a reserved visit; rows of visits that are over stay, to be looked at."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, site: str, slots: Sequence[Slot], capacity: int) -> tuple[Slot, Full] | None:
        """Reserve all of these besides what their course has, or none: then the first that does not fit, and where."""
        async with self._database.writing() as connection:
            await self._alone(connection, site)
            taken = await _between(connection, site, min(one.begins for one in slots), max(one.ends for one in slots))
            refused = first_full(slots, taken, capacity)
            if refused is None:
                await _insert(connection, site, [one for one in slots if one not in taken])
            return refused

    async def keep(
        self, site: str, course_id: str, slots: Sequence[Slot], capacity: int, *, now: datetime, made_before: datetime
    ) -> tuple[Slot, ...]:
        """Free what a course has from now on besides these, and reserve what it lacks; those that find no place.

        What was reserved later than `made_before` stays: it may belong to an act that is under way.
        """
        async with self._database.writing() as connection:
            await self._alone(connection, site)
            mine = (SLOTS.c.course_id == course_id) & (SLOTS.c.ends > now)
            for row in (await connection.execute(select(SLOTS).where(mine))).all():
                if row.reserved_at <= made_before and (_slot(row) not in slots or row.site != site):
                    here = (SLOTS.c.session_id == row.session_id) & (SLOTS.c.begins == row.begins)
                    await connection.execute(delete(SLOTS).where(mine & here))
            without: list[Slot] = []
            for one in slots:
                taken = await _between(connection, site, one.begins, one.ends)
                if one in taken:
                    continue
                if first_full([one], taken, capacity) is None:
                    await _insert(connection, site, [one])
                else:
                    without.append(one)
            return tuple(without)

    async def between(self, site: str, since: datetime, until: datetime) -> tuple[Slot, ...]:
        """Every reserved visit that touches a span, soonest first."""
        async with self._database.reading() as connection:
            return await _between(connection, site, since, until)

    async def of_course(self, course_id: str, since: datetime) -> tuple[Slot, ...]:
        """What a course has reserved from an instant on, soonest first."""
        query = select(SLOTS).where(SLOTS.c.course_id == course_id, SLOTS.c.ends > since).order_by(SLOTS.c.begins)
        async with self._database.reading() as connection:
            return tuple(_slot(row) for row in await connection.execute(query))

    async def courses_ahead(self, since: datetime) -> frozenset[str]:
        """The courses that have a chair from an instant on."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(SLOTS.c.course_id).where(SLOTS.c.ends > since).distinct())
            return frozenset(found.scalars())

    async def _alone(self, connection: AsyncConnection, site: str) -> None:
        if not self._database.is_sqlite:
            lock = text("select pg_advisory_xact_lock(:lock, hashtext(:site))")
            await connection.execute(lock, {"lock": SITE_LOCK, "site": site})


async def _between(connection: AsyncConnection, site: str, since: datetime, until: datetime) -> tuple[Slot, ...]:
    query = select(SLOTS).where(SLOTS.c.site == site, SLOTS.c.ends > since, SLOTS.c.begins < until)
    found = await connection.execute(query.order_by(SLOTS.c.begins, SLOTS.c.course_id))
    return tuple(_slot(row) for row in found)


async def _insert(connection: AsyncConnection, site: str, slots: Sequence[Slot]) -> None:
    at = datetime.now(UTC)
    for one in slots:
        same = (SLOTS.c.course_id == one.course_id) & (SLOTS.c.session_id == one.session)
        await connection.execute(delete(SLOTS).where(same & (SLOTS.c.begins == one.begins)))
        row = {"session_id": one.session, "begins": one.begins, "ends": one.ends, "site": site, "reserved_at": at}
        await connection.execute(insert(SLOTS).values(course_id=one.course_id, **row))


def _slot(row: Row[tuple[object, ...]]) -> Slot:
    return Slot(row.course_id, row.session_id, row.begins, row.ends)
