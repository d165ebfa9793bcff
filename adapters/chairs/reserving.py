"""Acts that plan: the chairs are reserved before the course hears of it, and what is not needed is given back after."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from adapters.chairs.slots import SlotBook, SlotError
from adapters.store import StoreError
from course.actions import Refused, apply
from course.acts.catalogue import Act, AmendOrder
from course.model.messages import Receipt
from course.model.record import CourseRecord
from course.scheduling.slots import Slot, slots_ahead

log = logging.getLogger(__name__)

UNDER_WAY = timedelta(minutes=15)
"""So long an act may be under way; what was reserved within it is not taken for left over."""


async def plan(
    book: SlotBook,
    act: Act,
    read: Callable[[], Awaitable[CourseRecord]],
    send: Callable[[], Awaitable[Receipt]],
    refusal: type[Exception],
) -> Receipt:
    """Reserve what the act would plan, send it, keep what the course then needs.

    Raises SlotError before anything is sent. Where nobody answers, or somebody else acted in between, too much stays
    reserved until the course is settled. `refusal` is what `send` raises where the course refuses.
    """
    now = act.made_at
    record = await read()
    try:
        foreseen = apply(record, act, now)
    except Refused:
        return await send()
    before, after = slots_ahead(record, now), slots_ahead(foreseen.record, now)
    if before == after:
        return await send()
    new = [one for one in after if one not in before]
    if new:
        await book.reserve(record.site, new)
    try:
        receipt = await send()
    except refusal:
        await _keep(book, record, before, now)
        raise
    if receipt.entry == foreseen.receipt.entry:
        await _keep(book, record, after, now)
    return receipt


async def amend(
    book: SlotBook,
    act: AmendOrder,
    read: Callable[[], Awaitable[CourseRecord]],
    send: Callable[[Act], Awaitable[Receipt]],
    refusal: type[Exception],
) -> Receipt:
    """Send an order with the visits that find no chair at their new length; it is never refused for want of one."""
    now = act.made_at
    record = await read()
    try:
        foreseen = apply(record, act, now)
    except Refused:
        return await send(act)
    before, after = slots_ahead(record, now), slots_ahead(foreseen.record, now)
    missing: list[str] = []
    for slot in (one for one in after if one not in before):
        try:
            await book.reserve(record.site, [slot])
        except SlotError:
            missing.append(slot.session)
    try:
        receipt = await send(act.model_copy(update={"no_chair": tuple(missing)}))
    except refusal:
        await _keep(book, record, before, now)
        raise
    if before != after and receipt.entry == foreseen.receipt.entry:
        await _keep(book, record, after, now)
    return receipt


async def settle(
    book: SlotBook, record: CourseRecord, now: datetime, under_way: timedelta = UNDER_WAY
) -> tuple[Slot, ...]:
    """Give back what a course does not need, reserve what it lacks; its visits that find no place."""
    made_before = datetime.now(UTC) - under_way
    slots = slots_ahead(record, now)
    return await book.settle(record.site, record.course_id, slots, now=now, made_before=made_before)


async def _keep(book: SlotBook, record: CourseRecord, slots: tuple[Slot, ...], now: datetime) -> None:
    """What the course said stands, whatever becomes of this: the night's proof settles again."""
    try:
        at = datetime.now(UTC)
        await book.settle(record.site, record.course_id, slots, now=now, made_before=at)
    except (SlotError, StoreError, SQLAlchemyError):
        log.warning("the slots of %s are not settled: the nightly proof does it", record.course_id)
