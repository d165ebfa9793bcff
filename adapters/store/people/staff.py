"""The staff: accounts, roles, and the hashes of their passphrases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database import Database
from adapters.store.errors import StoreError
from adapters.store.log.writing import logged
from adapters.store.people.contacts import email_of, phone_of
from adapters.store.people.signing_keys import revoke_keys, seal_anew
from adapters.store.tables import SIGNINS, STAFF
from course.model.parts import Actor
from course.model.terms import Role


@dataclass(frozen=True)
class Account:
    """One of the staff."""

    account_id: str
    name: str
    role: Role
    site: str
    email: str = field(default="", repr=False)
    disabled: bool = False
    phone: str = field(default="", repr=False)
    language: str = ""
    licence: str = ""
    licence_expires: date | None = None

    def actor(self, via: str = "cli") -> Actor:
        """The author of this person's acts, not yet stamped."""
        return Actor(account_id=self.account_id, name=self.name, role=self.role, via=via)


class StaffList:
    """Accounts are never deleted, so that every act keeps its author."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, account: Account, passphrase_hash: str) -> bool:
        """Add an account; False where it is there already, which is then left as it is."""
        async with self._database.writing() as connection:
            mine = select(STAFF.c.account_id).where(STAFF.c.account_id == account.account_id)
            if (await connection.execute(mine)).one_or_none() is not None:
                return False
            values = {**_values(account), "account_id": account.account_id, "passphrase_hash": passphrase_hash}
            async with logged(connection, STAFF, STAFF.c.account_id == account.account_id):
                await connection.execute(insert(STAFF).values(**values))
            return True

    async def change(self, account: Account) -> None:
        """Change a name, role, site, address, phone, or whether the account is disabled, which signs it out."""
        async with self._database.writing() as connection:
            await self._update(connection, account.account_id, _values(account))
            if account.disabled:
                await connection.execute(delete(SIGNINS).where(SIGNINS.c.account_id == account.account_id))

    async def set_passphrase(self, account_id: str, passphrase_hash: str, *, by: str = "") -> None:
        """Keep the hash of a passphrase that somebody else gave; their key is revoked, and they are signed out."""
        async with self._database.writing() as connection:
            await self._update(connection, account_id, {"passphrase_hash": passphrase_hash})
            await revoke_keys(connection, account_id, by)
            await connection.execute(delete(SIGNINS).where(SIGNINS.c.account_id == account_id))

    async def change_passphrase(self, account_id: str, passphrase_hash: str, key_id: str, sealed: bytes) -> None:
        """Keep the hash of a person's own new passphrase, and their key as it seals it; they are signed out.

        Raises StoreError where the key does not stand any more.
        """
        async with self._database.writing() as connection:
            await seal_anew(connection, key_id, sealed)
            await self._update(connection, account_id, {"passphrase_hash": passphrase_hash})
            await connection.execute(delete(SIGNINS).where(SIGNINS.c.account_id == account_id))

    async def account(self, account_id: str) -> Account | None:
        """The account with this id, disabled or not, or None."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(STAFF).where(STAFF.c.account_id == account_id))).one_or_none()
        return None if row is None else account_of(row)

    async def passphrase_hash(self, account_id: str) -> str | None:
        """What a passphrase is checked against, or None for an unknown account."""
        async with self._database.reading() as connection:
            query = select(STAFF.c.passphrase_hash).where(STAFF.c.account_id == account_id)
            return (await connection.execute(query)).scalar_one_or_none()

    async def accounts(self) -> tuple[Account, ...]:
        """Everybody, disabled or not."""
        async with self._database.reading() as connection:
            return tuple(account_of(row) for row in await connection.execute(select(STAFF).order_by(STAFF.c.name)))

    async def _update(self, connection: AsyncConnection, account_id: str, values: Mapping[str, Any]) -> None:
        mine = STAFF.c.account_id == account_id
        async with logged(connection, STAFF, mine):
            if not (await connection.execute(update(STAFF).where(mine).values(**values))).rowcount:
                raise StoreError(f"There is no account {account_id}: add it first.")


def account_of(row: Row[Any]) -> Account:
    """The account in a row of the staff table."""
    return Account(
        row.account_id,
        row.name,
        Role(row.role),
        row.site,
        row.email,
        bool(row.disabled),
        row.phone or "",
        row.staff_language or "",
        row.licence or "",
        row.licence_expires,
    )


def _values(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role,
        "site": account.site,
        "email": email_of(account.email),
        "phone": phone_of(account.phone),
        "staff_language": account.language or None,
        "licence": account.licence or None,
        "licence_expires": account.licence_expires,
        "disabled": account.disabled,
    }
