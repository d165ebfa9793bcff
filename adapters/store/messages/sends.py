"""The send ledger: what became of every message, sent or not."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from activities.ports import Letter, Person, SendStatus
from adapters.store.database import Database
from adapters.store.log.writing import logged_at_once, told
from adapters.store.tables import SEND_PARTS, SENDS
from course.agenda.withdrawn_messages import OVERTAKEN
from course.model.messages import SendOrder
from course.model.terms import Audience, OccasionKind, OccasionState, Role

MAY_BEGIN = (OccasionState.LATER, OccasionState.IN_FLIGHT)

MINE = (SENDS.c.course_id == bindparam("of_course")) & (SENDS.c.occasion == bindparam("of_occasion"))
HELD, TOLD, ADDED = select(SENDS).where(MINE).with_for_update(), told(SENDS, MINE), insert(SENDS)
CHANGED = update(SENDS).where(MINE)
CHANGED_FROM = CHANGED.where(SENDS.c.state == bindparam("was"))
CHANGED_UNLESS = CHANGED.where(SENDS.c.state != bindparam("is"))
OF_COURSE = SEND_PARTS.c.course_id == bindparam("of_course")
PART_MOVED = update(SEND_PARTS).where(OF_COURSE & (SEND_PARTS.c.occasion == bindparam("of_occasion")))
PART_ADDED = insert(SEND_PARTS)
PARTS_LEFT = delete(SEND_PARTS).where(
    OF_COURSE
    & (SEND_PARTS.c.letter == bindparam("of_occasion"))
    & SEND_PARTS.c.occasion.not_in(bindparam("kept", expanding=True))
)
IN_LETTER = (SENDS.c.course_id == SEND_PARTS.c.course_id) & (SENDS.c.occasion == SEND_PARTS.c.letter)
LETTER_OF = (
    select(SENDS, SEND_PARTS.c.occasion.label("part"))
    .join(SEND_PARTS, IN_LETTER)
    .where(OF_COURSE & SEND_PARTS.c.occasion.in_(bindparam("occasions", expanding=True)))
)
"""What is asked for every message is made once: making a statement costs more than asking it."""


@dataclass(frozen=True)
class Sent:
    """One message as the ledger knows it; `as_of` is when it was due, `recorded_at` when it came to its state."""

    course_id: str
    occasion: str
    patient_id: str
    site: str
    audience: Audience
    kinds: tuple[OccasionKind, ...]
    state: OccasionState
    as_of: datetime
    recorded_at: datetime
    channel: str
    provider_id: str
    reason: str
    resent: int
    to_account: str
    subject: str = field(repr=False)
    body: str = field(repr=False)
    receipt: str = ""
    receipt_at: datetime | None = None


class SendLedger:
    """One row a message, under its course and its first occasion."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, course_id: str, occasions: Sequence[str]) -> dict[str, SendStatus]:
        """For each occasion that was ever taken up, the message that it was last part of."""
        given = {"of_course": course_id, "occasions": list(occasions)}
        return await self._database.read(
            lambda connection: {row.part: _standing(row) for row in connection.execute(LETTER_OF, given)}
        )

    async def begin(self, order: SendOrder, letter: Letter, to: Person | None, at: datetime) -> int | None:
        """Commit that the letter is about to be handed over; how often that was unclear, or None if it may not.

        It may be begun while it is new, put back or called back; one in flight only where twice is better.
        """
        try:
            return await self._database.write(lambda connection: _begin(connection, order, letter, to, at))
        except IntegrityError:
            return None

    async def put_back(self, order: SendOrder, reason: str, at: datetime) -> None:
        """Commit that nothing went out and that it may be tried again."""
        begun = {**_mine(order, order.key), "was": OccasionState.IN_FLIGHT}
        values = {"state": OccasionState.LATER, "recorded_at": at, "reason": reason}
        await self._database.write(lambda connection: connection.execute(CHANGED_FROM, {**begun, **values}))

    async def settle(self, order: SendOrder, standing: SendStatus, at: datetime, provider_id: str = "") -> None:
        """Commit what became of the message; the words of a letter that was begun are kept, and `sent` is final."""
        values = {
            "state": standing.state,
            "recorded_at": at,
            "channel": standing.channel,
            "reason": standing.reason,
            "provider_id": provider_id,
            **_addressee(standing.to),
        }
        await self._database.write(lambda connection: _settle(connection, order, standing.letter, values))

    async def of_course(self, course_id: str) -> tuple[Sent, ...]:
        """Every message of a course, sent or not, in the order in which they were due."""
        return await self._found(SENDS.c.course_id == course_id)

    async def between(self, begins: datetime, ends: datetime) -> tuple[Sent, ...]:
        """Every message that was due in a span, its end left out."""
        return await self._found((SENDS.c.as_of >= begins) & (SENDS.c.as_of < ends))

    async def unsettled(self, before: datetime) -> tuple[Sent, ...]:
        """Messages that were due before an instant and whose end is not on record."""
        return await self._found(SENDS.c.state.in_(MAY_BEGIN) & (SENDS.c.as_of < before))

    async def last_due(self) -> dict[str, datetime]:
        """When the last message of each course was due, sent or not."""
        query = select(SENDS.c.course_id, func.max(SENDS.c.as_of).label("last")).group_by(SENDS.c.course_id)
        async with self._database.reading() as connection:
            return {row.course_id: row.last for row in await connection.execute(query)}

    async def _found(self, where: ColumnElement[bool]) -> tuple[Sent, ...]:
        query = (
            select(SENDS, SEND_PARTS.c.kind)
            .join(SEND_PARTS, IN_LETTER)
            .where(where)
            .order_by(SENDS.c.as_of, SENDS.c.course_id, SENDS.c.occasion, SEND_PARTS.c.occasion)
        )
        found: dict[tuple[str, str], Sent] = {}
        async with self._database.reading() as connection:
            for row in await connection.execute(query):
                key = (row.course_id, row.occasion)
                kinds = found[key].kinds if key in found else ()
                found[key] = _sent(row, (*kinds, OccasionKind(row.kind)))
        return tuple(found.values())


def _begin(connection: Connection, order: SendOrder, letter: Letter, to: Person | None, at: datetime) -> int | None:
    mine = _mine(order, order.key)
    row = connection.execute(HELD, mine).one_or_none()
    state = None if row is None else OccasionState(row.state)
    anew = row is not None and row.reason == OVERTAKEN
    if state is not None and not anew and state not in MAY_BEGIN[: 2 if order.resend_unsure else 1]:
        return None
    resent: int = (row.resent if row is not None else 0) + (state is OccasionState.IN_FLIGHT)
    values = {
        "state": OccasionState.IN_FLIGHT,
        "as_of": order.as_of,
        "recorded_at": at,
        "resent": resent,
        "channel": letter.medium,
        "reason": "",
        "subject": letter.subject,
        "body": letter.body,
        **_addressee(to),
    }
    with logged_at_once(connection, SENDS, TOLD, mine) if anew else nullcontext():  # else the log tells of neither
        if row is None:
            connection.execute(ADDED, {**_new(order, order.key), **values})
        else:
            connection.execute(CHANGED, {**mine, **values})
        if anew:
            _let_parts_go(connection, order)
        _keep_parts(connection, order, order.key)
    return resent


def _settle(connection: Connection, order: SendOrder, letter: str, values: dict[str, Any]) -> None:
    mine = _mine(order, letter)
    with logged_at_once(connection, SENDS, TOLD, mine):
        if connection.execute(HELD, mine).one_or_none() is None:
            connection.execute(ADDED, {**_new(order, letter), **values})
        else:
            connection.execute(CHANGED_UNLESS, {**mine, "is": OccasionState.SENT, **values})
        _keep_parts(connection, order, letter)


def _keep_parts(connection: Connection, order: SendOrder, letter: str) -> None:
    for part in order.parts:
        if not connection.execute(PART_MOVED, {**_mine(order, part.occasion), "letter": letter}).rowcount:
            row = {"course_id": order.course_id, "occasion": part.occasion, "kind": part.kind, "letter": letter}
            connection.execute(PART_ADDED, row)


def _let_parts_go(connection: Connection, order: SendOrder) -> None:
    """What a letter carried when it was called back, and carries no more, goes out with another."""
    connection.execute(PARTS_LEFT, {**_mine(order, order.key), "kept": [part.occasion for part in order.parts]})


def _mine(order: SendOrder, occasion: str) -> dict[str, Any]:
    return {"of_course": order.course_id, "of_occasion": occasion}


def _new(order: SendOrder, key: str) -> dict[str, Any]:
    return {
        "course_id": order.course_id,
        "occasion": key,
        "patient_id": order.patient_id,
        "site": order.site,
        "audience": order.audience,
        "as_of": order.as_of,
        "resent": 0,
        "channel": "",
        "provider_id": "",
        "reason": "",
        **_addressee(None),
    }


def _addressee(to: Person | None) -> dict[str, str]:
    if to is None:
        return {"to_account": "", "to_name": "", "to_role": ""}
    return {"to_account": to.account_id, "to_name": to.name, "to_role": to.role}


def _standing(row: Row[Any]) -> SendStatus:
    return SendStatus(
        letter=row.occasion,
        state=OccasionState(row.state),
        channel=row.channel,
        reason=row.reason,
        to=Person(row.to_account, row.to_name, Role(row.to_role)) if row.to_account else None,
    )


def _sent(row: Row[Any], kinds: tuple[OccasionKind, ...]) -> Sent:
    return Sent(
        course_id=row.course_id,
        occasion=row.occasion,
        patient_id=row.patient_id,
        site=row.site,
        audience=Audience(row.audience),
        kinds=kinds,
        state=OccasionState(row.state),
        as_of=row.as_of,
        recorded_at=row.recorded_at,
        channel=row.channel,
        provider_id=row.provider_id,
        reason=row.reason,
        resent=row.resent,
        to_account=row.to_account,
        subject=row.subject or "",
        body=row.body or "",
        receipt=row.receipt or "",
        receipt_at=row.receipt_at,
    )
