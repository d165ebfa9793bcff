"""Who answers for a site at an instant, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ports import Person
from adapters.store.database import Database
from adapters.store.errors import StoreError
from adapters.store.staff import account_of
from adapters.store.tables import ONCALL_PEOPLE, ONCALL_TURNS, STAFF
from course.terms import Role

ROSTER_LOCK = 7_307_213_006


@dataclass(frozen=True)
class Turn:
    """A dated turn; from `begins_at` until before `ends_at` its people come before the standing list."""

    turn_id: int
    site: str
    begins_at: datetime
    ends_at: datetime
    accounts: tuple[str, ...]


class Roster:
    """A standing list for each site, and dated turns that go before it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_standing(self, site: str, accounts: Sequence[str]) -> None:
        """Keep a site's standing list in place of the one before."""
        async with self._database.writing() as connection:
            await self._alone(connection)
            standing = (ONCALL_TURNS.c.site == site) & ONCALL_TURNS.c.begins_at.is_(None)
            await connection.execute(delete(ONCALL_TURNS).where(standing))
            await self._insert(connection, site, None, None, accounts)

    async def add_turn(self, site: str, begins_at: datetime, ends_at: datetime, accounts: Sequence[str]) -> int:
        """Add a dated turn; refused where it overlaps another of the site."""
        if begins_at >= ends_at:
            raise StoreError("A turn ends after it begins: swap its instants.")
        async with self._database.writing() as connection:
            await self._alone(connection)
            overlaps = select(ONCALL_TURNS.c.turn_id).where(
                ONCALL_TURNS.c.site == site, ONCALL_TURNS.c.begins_at < ends_at, ONCALL_TURNS.c.ends_at > begins_at
            )
            if (await connection.execute(overlaps)).first() is not None:
                raise StoreError(f"Somebody has that turn at {site}: remove it first, or choose other instants.")
            return await self._insert(connection, site, begins_at, ends_at, accounts)

    async def remove_turn(self, turn_id: int) -> None:
        """Take a dated turn away."""
        async with self._database.writing() as connection:
            mine = (ONCALL_TURNS.c.turn_id == turn_id) & ONCALL_TURNS.c.begins_at.is_not(None)
            if not (await connection.execute(delete(ONCALL_TURNS).where(mine))).rowcount:
                raise StoreError(f"There is no turn {turn_id}: list the turns of the site.")

    async def turns(self, site: str, since: datetime) -> tuple[Turn, ...]:
        """Dated turns of a site that end after an instant, soonest first."""
        query = (
            select(ONCALL_TURNS, ONCALL_PEOPLE.c.account_id)
            .join(ONCALL_PEOPLE)
            .where(ONCALL_TURNS.c.site == site, ONCALL_TURNS.c.ends_at > since)
            .order_by(ONCALL_TURNS.c.begins_at, ONCALL_PEOPLE.c.position)
        )
        found: dict[int, Turn] = {}
        async with self._database.reading() as connection:
            for row in await connection.execute(query):
                before = found[row.turn_id].accounts if row.turn_id in found else ()
                accounts = (*before, row.account_id)
                found[row.turn_id] = Turn(row.turn_id, row.site, row.begins_at, row.ends_at, accounts)
        return tuple(found.values())

    async def people(self, site: str, at: datetime) -> tuple[Person, ...]:
        """The enabled people of the turn, else of the standing list, else every prescriber and nurse of the site."""
        now = (ONCALL_TURNS.c.begins_at <= at) & (ONCALL_TURNS.c.ends_at > at)
        listed = (
            select(STAFF, ONCALL_TURNS.c.begins_at)
            .select_from(ONCALL_TURNS.join(ONCALL_PEOPLE).join(STAFF))
            .where(ONCALL_TURNS.c.site == site, now | ONCALL_TURNS.c.begins_at.is_(None), ~STAFF.c.disabled)
            .order_by(ONCALL_PEOPLE.c.position)
        )
        clinical = (
            select(STAFF)
            .where(STAFF.c.site == site, STAFF.c.role.in_((Role.PRESCRIBER, Role.NURSE)), ~STAFF.c.disabled)
            .order_by(STAFF.c.role.desc(), STAFF.c.account_id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(listed)).all()
            chosen = [row for row in rows if row.begins_at is not None] or rows
            accounts = [account_of(row) for row in chosen or (await connection.execute(clinical)).all()]
        return tuple(Person(one.account_id, one.name, one.role, one.email) for one in accounts)

    async def _alone(self, connection: AsyncConnection) -> None:
        if not self._database.is_sqlite:
            await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": ROSTER_LOCK})

    async def _insert(
        self,
        connection: AsyncConnection,
        site: str,
        begins_at: datetime | None,
        ends_at: datetime | None,
        accounts: Sequence[str],
    ) -> int:
        if not accounts:
            raise StoreError(f"Nobody is on call at {site}: name at least one account.")
        made = await connection.execute(
            insert(ONCALL_TURNS)
            .values(site=site, begins_at=begins_at, ends_at=ends_at)
            .returning(ONCALL_TURNS.c.turn_id)
        )
        turn_id: int = made.scalar_one()
        rows = [
            {"turn_id": turn_id, "position": position, "account_id": account_id}
            for position, account_id in enumerate(accounts)
        ]
        try:
            await connection.execute(insert(ONCALL_PEOPLE), rows)
        except IntegrityError:
            raise StoreError(f"The list for {site} names an unknown account, or one twice: correct it.") from None
        return turn_id
