"""When a site cannot open for some days: where each visit could go instead."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from course.model.base import minutes
from course.model.record import CourseRecord
from course.model.terms import Series, SessionStatus
from course.model.visit import Session
from course.scheduling.slots import Slot, full, starts_by_day

SEARCH_DAYS = 28
"""How far a visit may be put off to find an open day with a free chair."""


@dataclass(frozen=True)
class Alternative:
    """The first visit that cannot stand, where it could go, and whether those after it follow."""

    session: Session
    to: datetime
    scope: Literal["only", "rest"]


def struck(record: CourseRecord, since: datetime, until: datetime) -> Session | None:
    """The first visit that lies in the closed days."""
    hit = (one for one in record.open_sessions if since <= one.start < until)
    return next((one for one in hit if one.status is not SessionStatus.ARRIVED), None)


def alternatives(
    record: CourseRecord, first: Session, until: datetime, taken: Collection[Slot], capacity: int
) -> Iterator[Alternative]:
    """Where the first visit could go after the closed days: the nearest day, then near the same hour."""
    wall = record.zone.local(first.start)
    while record.zone.lenient(wall) < until:
        wall += timedelta(days=1)
    later = any(one.series is first.series and one.start > first.start for one in record.open_sessions)
    watched = minutes(record.protocol.session.leave_minutes)
    earliest = record.zone.lenient(wall)
    for same, starts in starts_by_day(earliest, taken, record.calendar, SEARCH_DAYS):
        for to in sorted(starts, key=lambda start: abs(start - same)):
            slot = Slot(record.course_id, first.id, to, to + minutes(first.minutes) + watched)
            if not record.why_not_open(to, first.minutes) and full(slot, taken, capacity) is None:
                yield Alternative(first, to, "rest" if later and first.series is Series.INDUCTION else "only")
