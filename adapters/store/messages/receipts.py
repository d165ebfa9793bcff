"""What the network says of a message after it was handed over; kept in the message's row of the send ledger."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from adapters.store.database import Database
from adapters.store.log.writing import logged
from adapters.store.tables import SEND_PARTS, SENDS


class Receipt(StrEnum):
    """How far a text message has come, in Twilio's words."""

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_bad(self) -> bool:
        """Whether the message did not arrive and will not."""
        return self in BAD

    @property
    def is_final(self) -> bool:
        """Whether nothing that is said later counts."""
        return self in {Receipt.DELIVERED, Receipt.READ, *BAD}


BAD = (Receipt.UNDELIVERED, Receipt.FAILED, Receipt.CANCELED)


@dataclass(frozen=True)
class ReturnedMessage:
    """A message that came back, its own occasion first, and that its course has not heard of."""

    course_id: str
    provider_id: str
    occasions: tuple[str, ...]


class Receipts:
    """One receipt a message: the first final one stands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, provider_id: str, receipt: Receipt, at: datetime) -> bool:
        """Keep what is said of a message; False where no message has this id, or not yet."""
        mine = SENDS.c.provider_id == provider_id
        final = [one for one in Receipt if one.is_final]
        open_still = SENDS.c.receipt.is_(None) | SENDS.c.receipt.not_in(final)
        async with self._database.writing() as connection:
            if not provider_id or (await connection.execute(select(SENDS.c.course_id).where(mine))).first() is None:
                return False
            changed = update(SENDS).where(mine, open_still).values(receipt=receipt, receipt_at=at)
            async with logged(connection, SENDS, mine):
                await connection.execute(changed)
        return True

    async def returned(self) -> tuple[ReturnedMessage, ...]:
        """Messages that came back and that no course has taken yet, oldest first."""
        same = (SENDS.c.course_id == SEND_PARTS.c.course_id) & (SENDS.c.occasion == SEND_PARTS.c.letter)
        query = (
            select(SENDS.c.course_id, SENDS.c.provider_id, SENDS.c.occasion, SEND_PARTS.c.occasion.label("part"))
            .join(SEND_PARTS, same)
            .where(SENDS.c.receipt.in_(BAD), SENDS.c.receipt_taken_at.is_(None))
            .order_by(SENDS.c.receipt_at, SENDS.c.course_id, SENDS.c.occasion, SEND_PARTS.c.occasion)
        )
        found: dict[tuple[str, str, str], tuple[str, ...]] = {}
        async with self._database.reading() as connection:
            for row in await connection.execute(query):
                key = (row.course_id, row.provider_id, row.occasion)
                others = found.get(key, (row.occasion,))
                found[key] = others if row.part in others else (*others, row.part)
        return tuple(ReturnedMessage(course, provider, occasions) for (course, provider, _), occasions in found.items())

    async def take(self, returned: ReturnedMessage, at: datetime) -> None:
        """Mark a message that came back as taken by its course."""
        mine = (SENDS.c.course_id == returned.course_id) & (SENDS.c.occasion == returned.occasions[0])
        async with self._database.writing() as connection, logged(connection, SENDS, mine):
            await connection.execute(update(SENDS).where(mine).values(receipt_taken_at=at))
