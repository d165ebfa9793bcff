"""Chairs: how long a visit holds one, where a site is full, and when one is free next."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from course.model.base import minutes
from course.model.calendar import Calendar, days_from
from course.model.record import CourseRecord
from course.model.terms import Action

NEAR_DAYS = 7
"""How far ahead another start is looked for. [set]"""

PLANNING = frozenset(
    {
        Action.SCHEDULE,
        Action.DEFER,
        Action.OMIT,
        Action.BOOSTER,
        Action.CEASE,
        Action.DISCHARGE,
        Action.WITHDRAW,
        Action.LATE_ENTRY,
    }
)
"""Acts that can plan, move or take away a visit to come."""


@dataclass(frozen=True)
class Slot:
    """A chair for one visit of one course, until the patient may leave."""

    course_id: str
    session: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Full:
    """The first instant at which every place of a site is taken, and by how many."""

    at: datetime
    booked: int


def slots_ahead(record: CourseRecord, now: datetime) -> tuple[Slot, ...]:
    """The chairs that a course needs from now on, until the watch after each infusion ends, or the patient leaves."""
    watched = minutes(record.protocol.session.leave_minutes)
    held = [Slot(record.course_id, one.id, one.start, one.end + watched) for one in record.open_sessions]
    held += [
        Slot(record.course_id, one.id, one.start, max(one.end, one.ended_at or one.end) + watched)
        for one in record.sessions
        if one.still_here
    ]
    return tuple(sorted((one for one in held if one.ends > now), key=lambda one: one.begins))


def full(wanted: Slot, taken: Collection[Slot], capacity: int) -> Full | None:
    """Where other courses leave no place for a visit; None where it fits."""
    others = [
        one
        for one in taken
        if one.course_id != wanted.course_id and one.begins < wanted.ends and wanted.begins < one.ends
    ]
    for at in sorted({wanted.begins, *(one.begins for one in others if one.begins > wanted.begins)}):
        booked = len({one.course_id for one in others if one.begins <= at < one.ends})
        if booked >= capacity:
            return Full(at, booked)
    return None


def first_full(wanted: Sequence[Slot], taken: Collection[Slot], capacity: int) -> tuple[Slot, Full] | None:
    """The first of some visits that does not fit, and where."""
    for one in sorted(wanted, key=lambda slot: slot.begins):
        found = full(one, taken, capacity)
        if found is not None:
            return one, found
    return None


def next_free(wanted: Slot, taken: Collection[Slot], capacity: int, calendar: Calendar) -> datetime | None:
    """The next start at which the whole visit fits into the opening hours and a chair; None where none is near."""
    length = wanted.ends - wanted.begins
    for _, starts in starts_by_day(wanted.begins, taken, calendar, NEAR_DAYS):
        for start in starts:
            moved = Slot(wanted.course_id, wanted.session, start, start + length)
            open_then = not calendar.why_not_open(start, length // timedelta(minutes=1))
            if open_then and full(moved, taken, capacity) is None:
                return start
    return None


def starts_by_day(
    since: datetime, taken: Collection[Slot], calendar: Calendar, most_days: int
) -> Iterator[tuple[datetime, list[datetime]]]:
    """Where it is worth looking: each open day's same hour, with that hour, the opening, and when a chair is freed."""
    for ahead in range(most_days + 1):
        same = days_from(calendar.zone, since, ahead)
        day = calendar.zone.local(same).date()
        opening = calendar.opening(day)
        if opening is None:
            continue
        opens, closes = (calendar.zone.lenient(datetime.combine(day, at)) for at in (opening.opens, opening.closes))
        found = {same, opens, *(one.ends for one in taken)}
        yield same, sorted(one for one in found if max(since, opens) <= one < closes)


def on_chairs(taken: Iterable[Slot]) -> list[list[Slot]]:
    """Visits by chair, each on the first one that is free when it begins; they come soonest first."""
    chairs: list[list[Slot]] = []
    for one in taken:
        chair = next((chair for chair in chairs if chair[-1].ends <= one.begins), None)
        if chair is None:
            chairs.append([one])
        else:
            chair.append(one)
    return chairs
