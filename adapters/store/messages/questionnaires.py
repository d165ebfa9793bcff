"""Questionnaires that patients answer on pages; a link is known here by its hash only."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, insert, select, update

from adapters.store.database import Database
from adapters.store.tables import QUESTIONNAIRES


@dataclass(frozen=True)
class OpenedQuestionnaire:
    """One request to a patient; `draft` is what was typed so far, as JSON."""

    link_hash: str
    course_id: str
    patient_id: str
    subject: str
    language: str
    opened_at: datetime
    expires_at: datetime
    draft: str = field(default="", repr=False)
    answered_at: datetime | None = None


def hash_of(token: str) -> str:
    """What the store knows of a link."""
    return sha256(token.encode()).hexdigest()


class Questionnaires:
    """One row a link."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, asked: OpenedQuestionnaire) -> None:
        """Keep a request; one that is kept already changes its language at most."""
        theirs = QUESTIONNAIRES.c.link_hash == asked.link_hash
        async with self._database.writing() as connection:
            known = await connection.execute(update(QUESTIONNAIRES).where(theirs).values(language=asked.language))
            if not known.rowcount:
                await connection.execute(insert(QUESTIONNAIRES).values(**vars(asked)))

    async def find(self, token: str) -> OpenedQuestionnaire | None:
        """The request behind a link, or None."""
        async with self._database.reading() as connection:
            mine = select(QUESTIONNAIRES).where(QUESTIONNAIRES.c.link_hash == hash_of(token))
            row = (await connection.execute(mine)).one_or_none()
        return None if row is None else _of(row)

    async def keep(self, link_hash: str, draft: str) -> None:
        """Keep what was typed so far, unless it was sent already."""
        await self._change(link_hash, draft=draft)

    async def close(self, link_hash: str, at: datetime) -> None:
        """It was sent: the draft is no longer needed, and the link opens nothing any more."""
        await self._change(link_hash, draft="", answered_at=at)

    async def _change(self, link_hash: str, **values: Any) -> None:
        unsent = QUESTIONNAIRES.c.answered_at.is_(None)
        mine = update(QUESTIONNAIRES).where(QUESTIONNAIRES.c.link_hash == link_hash, unsent)
        async with self._database.writing() as connection:
            await connection.execute(mine.values(**values))


def _of(row: Row[Any]) -> OpenedQuestionnaire:
    return OpenedQuestionnaire(**row._mapping)  # noqa: SLF001
