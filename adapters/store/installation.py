"""What makes this store this clinic's and no other's."""

import secrets
from contextlib import suppress

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from adapters.store.database import Database
from adapters.store.tables import INSTALLATION

NAME = "signing"
SECRET_BYTES = 32


class Installation:
    """One row a name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def secret(self) -> str:
        """The store's own secret, made when it is first asked for; it never leaves the store but to sign and check."""
        known = await self._known()
        if known is None:
            with suppress(IntegrityError):  # another program made it in between
                async with self._database.writing() as connection:
                    fresh = {"name": NAME, "value": secrets.token_urlsafe(SECRET_BYTES)}
                    await connection.execute(insert(INSTALLATION).values(**fresh))
            known = await self._known()
        assert known is not None
        return known

    async def _known(self) -> str | None:
        async with self._database.reading() as connection:
            found = await connection.execute(select(INSTALLATION.c.value).where(INSTALLATION.c.name == NAME))
            return found.scalar_one_or_none()
