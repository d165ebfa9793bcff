"""Chairs in the store, on both databases: nobody overbooks, a refusal says when there is room, nothing is left over."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from adapters.chairs.slots import ClinicSlots, SlotError
from adapters.keyring import KeyRing
from adapters.store import Store, StoreError
from adapters.store.chairs.waitlist import WaitingCourse
from course.model.base import days, minutes
from course.scheduling.slots import Slot
from tests.support.records import FIRST, clinic

STAY = minutes(70)
CLIENTS = 12
SITE = "northside"
NOW = FIRST - days(7)
PLACES = 6


def slot(course: str, begins: datetime = FIRST, session: str = "s1") -> Slot:
    """A visit of somebody."""
    return Slot(course, session, begins, begins + STAY)


def book(store: Store) -> ClinicSlots:
    """The shipped clinic's chairs: six at the northside."""
    return ClinicSlots(clinic(), store.slots)


async def test_of_many_clients_at_once_exactly_one_gets_the_last_chair(
    store: Store, store_url: str, keyring: KeyRing
) -> None:
    """Each with connections of its own, all for one instant; those refused hold nothing, also of their other visits."""
    for number in range(PLACES - 1):
        await book(store).reserve(SITE, [slot(f"c-old{number}")])
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(Store.open(store_url, keyring)) for _ in range(CLIENTS)]
        gate = asyncio.Event()

        async def ask(number: int, mine: Store) -> bool:
            await gate.wait()
            try:
                later = slot(f"c-{number}", FIRST + days(2), "s2")
                await book(mine).reserve(SITE, [later, slot(f"c-{number}", FIRST + minutes(number))])
            except SlotError:
                return False
            return True

        asked = [asyncio.create_task(ask(number, mine)) for number, mine in enumerate(stores)]
        gate.set()
        won = [number for number, got in enumerate(await asyncio.gather(*asked)) if got]
    assert len(won) == 1
    held = await store.slots.between(SITE, FIRST, FIRST + days(3))
    assert {one.course_id for one in held} == {*(f"c-old{number}" for number in range(PLACES - 1)), f"c-{won[0]}"}


async def test_a_refusal_says_where_it_is_full_and_when_there_is_room(store: Store) -> None:
    """On the clinic's wall; the next start is when the first of six leaves, or the next morning after a late visit."""
    for number in range(PLACES):
        await book(store).reserve(SITE, [slot(f"c-{number}", FIRST + minutes(5 * number))])
    with pytest.raises(SlotError) as refused:
        await book(store).reserve(SITE, [slot("c-new")])
    assert str(refused.value) == (
        "northside is full at Mon 09 Nov 2026 09:25: 6 of 6 places are booked; "
        "the next free start is Mon 09 Nov 2026 10:10"
    )
    evening = FIRST + timedelta(hours=7, minutes=40)
    await asyncio.gather(*(book(store).reserve(SITE, [slot(f"c-{n}", evening, "s2")]) for n in range(PLACES)))
    with pytest.raises(SlotError, match=r"the next free start is Tue 10 Nov 2026 08:00$"):
        await book(store).reserve(SITE, [slot("c-new", evening)])
    await book(store).reserve("westside", [slot("c-new", evening)])


async def test_settling_leaves_what_the_course_needs_and_what_is_under_way(store: Store) -> None:
    """Left over goes, missing comes, what is fresh stays, what is over stays to be looked at."""
    past, stale, needed = slot("c-1", NOW - days(1), "s1"), slot("c-1", FIRST, "s2"), slot("c-1", FIRST + days(2), "s3")
    await book(store).reserve(SITE, [past, stale])
    settled = book(store).settle(SITE, "c-1", [needed], now=NOW, made_before=datetime.now(UTC) - minutes(15))
    assert await settled == ()
    assert await store.slots.of_course("c-1", NOW) == (stale, needed)
    assert await book(store).settle(SITE, "c-1", [needed], now=NOW, made_before=datetime.now(UTC)) == ()
    assert await store.slots.between(SITE, NOW - days(9), FIRST + days(9)) == (past, needed)


async def test_a_visit_that_finds_no_chair_comes_back(store: Store) -> None:
    """A course whose visit stands where the site is full keeps its other chairs, and the visit is named."""
    for number in range(PLACES):
        await book(store).reserve(SITE, [slot(f"c-{number}")])
    visits = [slot("c-new"), slot("c-new", FIRST + days(2), "s2")]
    without = await book(store).settle(SITE, "c-new", visits, now=NOW, made_before=datetime.now(UTC))
    assert without == (visits[0],)
    assert await store.slots.of_course("c-new", NOW) == (visits[1],)


async def test_who_waits_keeps_the_place_in_the_list(store: Store) -> None:
    """Added again, a course waits for something else since the same instant; dropped, it is gone, and only once."""
    first = WaitingCourse("c-1", "s2", SITE, None, NOW)
    await store.waitlist.add(first)
    await store.waitlist.add(WaitingCourse("c-2", "s1", SITE, FIRST.date(), NOW + days(1)))
    await store.waitlist.add(WaitingCourse("c-1", "s4", SITE, FIRST.date(), NOW + days(2)))
    assert [(one.course_id, one.session_id, one.added_at) for one in await store.waitlist.at(SITE)] == [
        ("c-1", "s4", NOW),
        ("c-2", "s1", NOW + days(1)),
    ]
    await store.waitlist.drop("c-1")
    with pytest.raises(StoreError, match="does not wait for an earlier visit"):
        await store.waitlist.drop("c-1")
