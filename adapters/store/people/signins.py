"""Who is signed in; the store knows tokens by their hashes only."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update

from adapters.store.database import Database
from adapters.store.tables import SIGNINS


class SignIn(NamedTuple):
    """One sign-in, its end, and the signing key sealed under its token."""

    account_id: str
    expires_at: datetime
    key_id: str = ""
    sealed_key: bytes = b""


class SignIns:
    """One row a token."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, token_hash: str, signed_in: SignIn, made_at: datetime) -> None:
        """Keep a sign-in; those that have expired by then are swept."""
        async with self._database.writing() as connection:
            await connection.execute(delete(SIGNINS).where(SIGNINS.c.expires_at <= made_at))
            values = {"token_hash": token_hash, "made_at": made_at, **signed_in._asdict()}
            await connection.execute(insert(SIGNINS).values(**values))

    async def find(self, token_hash: str) -> SignIn | None:
        """The sign-in of a token, expired or not, or None."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(SIGNINS).where(SIGNINS.c.token_hash == token_hash))
            row = found.one_or_none()
        if row is None:
            return None
        return SignIn(row.account_id, row.expires_at, row.key_id or "", bytes(row.sealed_key or b""))

    async def go_on(self, token_hash: str, now: datetime, for_: timedelta, longest: timedelta) -> None:
        """Let a sign-in that is in use end that much later, yet no later than it may last; a lost row stays lost."""
        of_token = SIGNINS.c.token_hash == token_hash
        async with self._database.writing() as connection:
            made_at = await connection.scalar(select(SIGNINS.c.made_at).where(of_token))
            if made_at is not None:
                until = min(now + for_, made_at + longest)
                await connection.execute(update(SIGNINS).where(of_token).values(expires_at=until))

    async def drop(self, token_hash: str) -> None:
        """Sign out."""
        async with self._database.writing() as connection:
            await connection.execute(delete(SIGNINS).where(SIGNINS.c.token_hash == token_hash))
