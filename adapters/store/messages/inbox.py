"""What patients answered, kept before any course hears of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, insert, select, update

from adapters.store.database import Database
from adapters.store.errors import StoreError
from adapters.store.tables import INBOX


class ItemKind(StrEnum):
    """What came in."""

    ANSWER = "answer"
    REPLY = "reply"


@dataclass(frozen=True)
class Item:
    """One thing that a patient sent; `item_id` is the id of the request, so that a second try adds nothing."""

    item_id: str
    patient_id: str
    course_id: str
    kind: ItemKind
    received_at: datetime
    content: str = field(repr=False)
    taken_at: datetime | None = None


class Inbox:
    """Items wait until their course has taken them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, item: Item) -> Item:
        """Keep an item; the same id again gives the one that was kept, unless it says something else."""
        async with self._database.writing() as connection:
            query = select(INBOX).where(INBOX.c.item_id == item.item_id)
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                await connection.execute(insert(INBOX).values(**vars(item)))
                return item
            kept = Item(**{**row._mapping, "kind": ItemKind(row.kind)})  # noqa: SLF001
        if (kept.patient_id, kept.kind, kept.content) != (item.patient_id, item.kind, item.content):
            raise StoreError(f"Request {item.item_id} came with another content before: send this under a new id.")
        return kept

    async def waiting(self, course_id: str | None = None) -> tuple[Item, ...]:
        """What no course has taken yet, oldest first."""
        query = select(INBOX).where(INBOX.c.taken_at.is_(None)).order_by(INBOX.c.received_at, INBOX.c.item_id)
        if course_id is not None:
            query = query.where(INBOX.c.course_id == course_id)
        return await self._items(query)

    async def of_course(self, course_id: str) -> tuple[Item, ...]:
        """What came in for a course, taken or not, oldest first."""
        mine = select(INBOX).where(INBOX.c.course_id == course_id)
        return await self._items(mine.order_by(INBOX.c.received_at, INBOX.c.item_id))

    async def _items(self, query: Select[Any]) -> tuple[Item, ...]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(Item(**{**row._mapping, "kind": ItemKind(row.kind)}) for row in rows)  # noqa: SLF001

    async def take(self, item_id: str, at: datetime) -> bool:
        """Mark an item as taken; False where it was before."""
        async with self._database.writing() as connection:
            mine = update(INBOX).where(INBOX.c.item_id == item_id, INBOX.c.taken_at.is_(None))
            return (await connection.execute(mine.values(taken_at=at))).rowcount == 1
