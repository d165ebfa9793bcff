"""Who answers for a site at an instant, in which order."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, exists, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ports import Person
from adapters.store.database import Database
from adapters.store.errors import StoreError
from adapters.store.log.writing import logged
from adapters.store.people.staff import Account, account_of
from adapters.store.tables import LEAVES, ONCALL_PEOPLE, ONCALL_TURNS, STAFF
from course.model.terms import Role
from course.views.cover import Cover, Member, Span

ROSTER_LOCK = 7_307_213_006


@dataclass(frozen=True)
class Turn:
    """A dated turn; from `begins_at` until before `ends_at` its people come before the standing list."""

    turn_id: int
    site: str
    begins_at: datetime
    ends_at: datetime
    accounts: tuple[str, ...]


@dataclass(frozen=True)
class Leave:
    """A span in which somebody is passed over, whatever list names them."""

    account_id: str
    begins_at: datetime
    ends_at: datetime


class NobodyOnCallError(StoreError):
    """A site at which nobody could be told of a safety matter."""


class Roster:
    """A standing list for each site, dated turns that go before it, and who is on leave."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_standing(self, site: str, accounts: Sequence[str]) -> None:
        """Keep a site's standing list in place of the one before."""
        async with self._database.writing() as connection:
            await self._alone(connection)
            standing = (ONCALL_TURNS.c.site == site) & ONCALL_TURNS.c.begins_at.is_(None)
            if tuple((await connection.execute(_standing(site))).scalars()) == tuple(accounts) != ():
                return
            async with _logged_turns(connection, ONCALL_TURNS.c.site == site):
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
            async with _logged_turns(connection, ONCALL_TURNS.c.site == site):
                return await self._insert(connection, site, begins_at, ends_at, accounts)

    async def remove_turn(self, turn_id: int) -> None:
        """Take a dated turn away."""
        async with self._database.writing() as connection:
            mine = (ONCALL_TURNS.c.turn_id == turn_id) & ONCALL_TURNS.c.begins_at.is_not(None)
            async with _logged_turns(connection, mine):
                removed = await connection.execute(delete(ONCALL_TURNS).where(mine))
            if not removed.rowcount:
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

    async def standing(self, site: str) -> tuple[str, ...]:
        """The accounts of a site's standing list, in order."""
        async with self._database.reading() as connection:
            return tuple((await connection.execute(_standing(site))).scalars())

    async def add_leave(self, leave: Leave) -> None:
        """Pass somebody over from an instant until before another; the same beginning again changes the end."""
        if leave.begins_at >= leave.ends_at:
            raise StoreError("A leave ends after it begins: swap its instants.")
        mine = (LEAVES.c.account_id == leave.account_id) & (LEAVES.c.begins_at == leave.begins_at)
        try:
            async with self._database.writing() as connection, logged(connection, LEAVES, mine):
                await connection.execute(delete(LEAVES).where(mine))
                await connection.execute(insert(LEAVES).values(**vars(leave)))
        except IntegrityError:
            raise StoreError(f"There is no account {leave.account_id}: `starter.py staff list`.") from None

    async def end_leave(self, account_id: str, at: datetime) -> None:
        """Somebody is back: a leave under way ends, one that lies ahead is dropped."""
        mine = (LEAVES.c.account_id == account_id) & (LEAVES.c.ends_at > at)
        async with self._database.writing() as connection, logged(connection, LEAVES, mine):
            if not (await connection.execute(delete(LEAVES).where(mine))).rowcount:
                raise StoreError(f"{account_id} is not on leave, nor will be: `starter.py oncall show`.")

    async def leaves(self, since: datetime) -> tuple[Leave, ...]:
        """Leaves that end after an instant, soonest first."""
        query = select(LEAVES).where(LEAVES.c.ends_at > since).order_by(LEAVES.c.begins_at, LEAVES.c.account_id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(Leave(row.account_id, row.begins_at, row.ends_at) for row in rows)

    async def refuse_empty(self, sites: Iterable[str], at: datetime) -> None:
        """Raise NobodyOnCallError for the first site at which nobody can be told of a safety matter."""
        for site in sites:
            if not any(one.email for one in await self.people(site, at)):
                raise NobodyOnCallError(
                    f"Nobody is on call at {site} who can be written to: name somebody in clinic/staff.toml and "
                    "`starter.py staff load`, or see `starter.py oncall show`."
                )

    async def cover(self, site: str, since: datetime) -> Cover:
        """What decides who is told at a site from an instant on, out of which its gaps are read."""
        serving = select(STAFF).where(~STAFF.c.disabled, STAFF.c.role.in_((Role.PRESCRIBER, Role.NURSE)))
        async with self._database.reading() as connection:
            accounts = [account_of(row) for row in (await connection.execute(serving)).all()]
        return Cover(
            site,
            tuple(Member(one.account_id, one.site, one.role is Role.PRESCRIBER, bool(one.email)) for one in accounts),
            await self.standing(site),
            tuple(Span(one.begins_at, one.ends_at, one.accounts) for one in await self.turns(site, since)),
            tuple(Span(one.begins_at, one.ends_at, (one.account_id,)) for one in await self.leaves(since)),
        )

    async def person(self, account: str, at: datetime) -> Person | None:
        """One of the staff who is neither disabled nor on leave, or None."""
        query = select(STAFF).where(STAFF.c.account_id == account, _there(at))
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _person(account_of(row))

    async def people(self, site: str, at: datetime) -> tuple[Person, ...]:
        """Of those who are there: the turn's, else the standing list's, else every prescriber and nurse of the site."""
        now = (ONCALL_TURNS.c.begins_at <= at) & (ONCALL_TURNS.c.ends_at > at)
        listed = (
            select(STAFF, ONCALL_TURNS.c.begins_at)
            .select_from(ONCALL_TURNS.join(ONCALL_PEOPLE).join(STAFF))
            .where(ONCALL_TURNS.c.site == site, now | ONCALL_TURNS.c.begins_at.is_(None), _there(at))
            .order_by(ONCALL_PEOPLE.c.position)
        )
        clinical = (
            select(STAFF)
            .where(STAFF.c.site == site, STAFF.c.role.in_((Role.PRESCRIBER, Role.NURSE)), _there(at))
            .order_by(STAFF.c.role.desc(), STAFF.c.account_id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(listed)).all()
            chosen = [row for row in rows if row.begins_at is not None] or rows
            accounts = [account_of(row) for row in chosen or (await connection.execute(clinical)).all()]
        return tuple(_person(one) for one in accounts)

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


@asynccontextmanager
async def _logged_turns(connection: AsyncConnection, which: ColumnElement[bool]) -> AsyncIterator[None]:
    """Log what becomes of turns, and of who is in them."""
    inside = ONCALL_PEOPLE.c.turn_id.in_(select(ONCALL_TURNS.c.turn_id).where(which))
    async with logged(connection, ONCALL_PEOPLE, inside), logged(connection, ONCALL_TURNS, which):
        yield


def _standing(site: str) -> Select[str]:
    """The accounts of a site's standing list, in order."""
    return (
        select(ONCALL_PEOPLE.c.account_id)
        .join(ONCALL_TURNS)
        .where(ONCALL_TURNS.c.site == site, ONCALL_TURNS.c.begins_at.is_(None))
        .order_by(ONCALL_PEOPLE.c.position)
    )


def _there(at: datetime) -> ColumnElement[bool]:
    """Neither disabled nor on leave."""
    away = exists().where(LEAVES.c.account_id == STAFF.c.account_id, LEAVES.c.begins_at <= at, LEAVES.c.ends_at > at)
    return ~STAFF.c.disabled & ~away


def _person(one: Account) -> Person:
    return Person(one.account_id, one.name, one.role, one.email, one.phone, one.language)
