"""Chairs as pure rules: how long one is held, where a site is full, when one is free next."""

from datetime import datetime, timedelta

import hypothesis.strategies as st
from hypothesis import given

from course.model.base import days, minutes
from course.model.terms import SessionStatus
from course.scheduling.slots import NEAR_DAYS, Full, Slot, first_full, full, next_free, slots_ahead
from tests.support.ready import VISIT, ready
from tests.support.records import CALENDAR, FIRST

STAY = minutes(120)
STARTS = st.integers(0, 3 * 24 * 6).map(lambda tens: FIRST + minutes(10 * tens))
OTHERS = st.lists(st.builds(lambda at, who: slot(f"c-{who}", at), STARTS, st.integers(1, 40)), max_size=60)


def slot(course: str, begins: datetime, length: timedelta = STAY) -> Slot:
    """A visit of somebody."""
    return Slot(course, "s1", begins, begins + length)


def present(at: datetime, taken: list[Slot]) -> int:
    """How many patients are there at an instant."""
    return len({one.course_id for one in taken if one.begins <= at < one.ends})


def test_a_chair_is_held_until_the_patient_may_leave() -> None:
    """40 minutes of infusion and the 80 that are watched; not for a visit that is over, or left out."""
    record = ready()
    assert slots_ahead(record, FIRST) == (Slot(record.course_id, "s1", FIRST, FIRST + STAY),)
    assert slots_ahead(record, FIRST + STAY) == ()
    omitted = record.with_(sessions=(VISIT.with_(status=SessionStatus.OMITTED),))
    assert slots_ahead(omitted, FIRST) == ()


def test_the_last_chair_is_found_and_no_more() -> None:
    """Who leaves at nine makes room at nine; a course does not stand in its own way when its visit moves."""
    taken = [slot("c-1", FIRST - STAY), slot("c-2", FIRST), slot("c-3", FIRST + minutes(30))]
    assert full(slot("c-4", FIRST), taken, 3) is None
    assert full(slot("c-4", FIRST), taken, 2) == Full(FIRST + minutes(30), 2)
    assert full(slot("c-3", FIRST + minutes(10)), taken, 2) is None
    assert first_full([slot("c-4", FIRST + STAY + STAY), slot("c-4", FIRST)], taken, 1) == (
        slot("c-4", FIRST),
        Full(FIRST, 1),
    )


@given(STARTS, OTHERS, st.integers(1, 4))
def test_full_is_said_exactly_where_there_would_be_too_many(at: datetime, others: list[Slot], capacity: int) -> None:
    """Held against a count at every ten minutes of the stay."""
    wanted = slot("c-new", at)
    found = full(wanted, others, capacity)
    crowded = [now for tens in range(12) if present(now := at + minutes(10 * tens), others) >= capacity]
    assert (found and found.at) == (crowded[0] if crowded else None)


@given(STARTS, OTHERS, st.integers(1, 3))
def test_the_next_free_start_is_the_first_that_fits(at: datetime, others: list[Slot], capacity: int) -> None:
    """It is open, has room for the whole stay, and no opening hour or earlier end of another visit would do."""
    wanted = slot("c-new", at)
    found = next_free(wanted, others, capacity, CALENDAR)
    assert found is not None
    assert not CALENDAR.why_not_open(found, 120)
    assert full(slot("c-new", found), others, capacity) is None
    sooner = [one for tens in range(NEAR_DAYS * 144) if (one := at + minutes(10 * tens)) < found]
    same_hour = {at + days(ahead) for ahead in range(NEAR_DAYS + 1)}
    edges = {one.ends for one in others} | same_hour
    tried = [one for one in sooner if one in edges or CALENDAR.zone.local(one).time().isoformat() == "08:00:00"]
    assert all(CALENDAR.why_not_open(one, 120) or full(slot("c-new", one), others, capacity) for one in tried)
