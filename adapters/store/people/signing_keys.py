"""The signing keys of the staff: one that stands for each, its private half sealed, and those that were revoked."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database import Database
from adapters.store.errors import StoreError
from adapters.store.log.writing import logged
from adapters.store.tables import SIGNING_KEYS

SEALED_ANEW = "The signing key does not stand any more: sign in again."


@dataclass(frozen=True)
class StoredKey:
    """A key of somebody's; `sealed` is its private half, empty where the store never had it."""

    key_id: str
    account_id: str
    algorithm: str
    public_key: str
    sealed: bytes = field(default=b"", repr=False)


class SigningKeys:
    """Rows are never deleted, so that every signature keeps the key that it is checked with."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, account_id: str) -> StoredKey | None:
        """The key that an account signs with now, or None."""
        mine = (SIGNING_KEYS.c.account_id == account_id) & SIGNING_KEYS.c.revoked_at.is_(None)
        async with self._database.reading() as connection:
            row = (await connection.execute(select(SIGNING_KEYS).where(mine))).one_or_none()
        if row is None:
            return None
        return StoredKey(row.key_id, row.account_id, row.algorithm, row.public_key, bytes(row.sealed or b""))

    async def enrol(self, key: StoredKey) -> None:
        """Let an account sign with a key from now on; one that stands stays, unless its private half is not here."""
        mine = SIGNING_KEYS.c.account_id == key.account_id
        with suppress(IntegrityError):  # the same person, signing in twice at once
            async with self._database.writing() as connection, logged(connection, SIGNING_KEYS, mine):
                await _revoke(connection, mine & SIGNING_KEYS.c.sealed.is_(None), key.account_id)
                fresh = {**vars(key), "sealed": key.sealed or None, "enrolled_at": datetime.now(UTC), "revoked_by": ""}
                await connection.execute(insert(SIGNING_KEYS).values(**fresh))


async def revoke_keys(connection: AsyncConnection, account_id: str, by: str) -> None:
    """Let an account's key sign nothing any more."""
    mine = SIGNING_KEYS.c.account_id == account_id
    async with logged(connection, SIGNING_KEYS, mine):
        await _revoke(connection, mine, by)


async def seal_anew(connection: AsyncConnection, key_id: str, sealed: bytes) -> None:
    """Keep a private half as another passphrase seals it; raises StoreError where the key does not stand."""
    mine = SIGNING_KEYS.c.key_id == key_id
    async with logged(connection, SIGNING_KEYS, mine):
        change = update(SIGNING_KEYS).where(mine, SIGNING_KEYS.c.revoked_at.is_(None)).values(sealed=sealed)
        if not (await connection.execute(change)).rowcount:
            raise StoreError(SEALED_ANEW)


async def _revoke(connection: AsyncConnection, which: ColumnElement[bool], by: str) -> None:
    gone = {"revoked_at": datetime.now(UTC), "revoked_by": by, "sealed": None}
    await connection.execute(update(SIGNING_KEYS).where(which, SIGNING_KEYS.c.revoked_at.is_(None)).values(**gone))
