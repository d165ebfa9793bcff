"""Wrong passphrases, by account and place: how many there were, and whether another try is looked at yet."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.brake import COUNTED_FOR, FORGOTTEN_AFTER, KNOWN_FOR, Place, Tried, wait_of
from adapters.store.database import Database
from adapters.store.installation import Installation
from adapters.store.tables import PASSPHRASE_TRIES as TRIES

TRIES_LOCK = 7_307_213_015
"""Tries are counted one after the other."""


@dataclass(frozen=True)
class Slowed:
    """A try that is not looked at before some time has passed; `first` is the first such since the last that was."""

    wait: timedelta
    first: bool


@dataclass(frozen=True)
class _Standing:
    """What is known of an account at a place."""

    account: str
    place: str
    wrong: int
    tried_at: datetime
    told: bool
    known: bool


class Tries:
    """One row an account and place; a try counts as wrong until it turns out to be right."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._installation = Installation(database)

    async def begin(self, typed: str, place: Place, now: datetime) -> Slowed | None:
        """Count a try, unless it comes too early; so many at once are so many tries."""
        account = await self._hash(typed)
        async with self._database.writing() as connection:
            if not self._database.is_sqlite:
                await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": TRIES_LOCK})
            await _forget(connection, now)
            standing = await _standing(connection, account, place, now)
            wait = wait_of(await _tried(connection, standing, now)) - max(now - standing.tried_at, timedelta())
            mine = update(TRIES).where(_is(account, standing.place))
            if wait > timedelta():
                await connection.execute(mine.values(told=True))
                return Slowed(wait, first=not standing.told)
            await connection.execute(mine.values(wrong=standing.wrong + 1, tried_at=now, told=False))
            return None

    async def right(self, typed: str, place: Place, now: datetime) -> None:
        """The passphrase was right: the place is known for the account now, and its wrong ones are forgotten."""
        account, (device, address) = await self._hash(typed), place.names
        async with self._database.writing() as connection:
            if not self._database.is_sqlite:
                await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": TRIES_LOCK})
            await connection.execute(delete(TRIES).where(_is(account, device) | _is(account, address)))
            known = {"account_hash": account, "place": device, "wrong": 0, "tried_at": now, "told": False}
            await connection.execute(insert(TRIES).values(**known, known_until=now + KNOWN_FOR))

    async def _hash(self, typed: str) -> str:
        secret = await self._installation.secret()
        return hmac.digest(secret.encode(), b"account\0" + typed.encode(), sha256).hex()


async def _standing(connection: AsyncConnection, account: str, place: Place, now: datetime) -> _Standing:
    """The row of a known device, else that of the address, which is made where there is none."""
    device, address = place.names
    found = await connection.execute(select(TRIES).where(_is(account, device) | _is(account, address)))
    rows = {row.place: row for row in found}
    known = device in rows and (rows[device].known_until or now) > now
    at = device if known else address
    if at not in rows:
        fresh = {"account_hash": account, "place": at, "wrong": 0, "tried_at": now, "told": False}
        await connection.execute(insert(TRIES).values(**fresh))
        return _Standing(account, at, 0, now, told=False, known=False)
    row = rows[at]
    wrong = row.wrong if now - row.tried_at < FORGOTTEN_AFTER else 0
    return _Standing(account, at, wrong, row.tried_at, told=bool(row.told), known=known)


async def _tried(connection: AsyncConnection, standing: _Standing, now: datetime) -> Tried:
    strange = TRIES.c.known_until.is_(None) & (TRIES.c.tried_at > now - COUNTED_FOR)
    of_account = select(func.sum(TRIES.c.wrong)).where(strange, TRIES.c.account_hash == standing.account)
    of_place = select(func.count()).where(strange, TRIES.c.place == standing.place, TRIES.c.wrong > 0)
    account, accounts = [(await connection.execute(one)).scalar_one() or 0 for one in (of_account, of_place)]
    return Tried(standing.wrong, int(account), int(accounts), standing.known)


async def _forget(connection: AsyncConnection, now: datetime) -> None:
    """Sweep what nobody needs to know any more."""
    old = (TRIES.c.tried_at < now - FORGOTTEN_AFTER) & (TRIES.c.known_until.is_(None) | (TRIES.c.known_until < now))
    await connection.execute(delete(TRIES).where(old))


def _is(account: str, place: str) -> ColumnElement[bool]:
    return (TRIES.c.account_hash == account) & (TRIES.c.place == place)
