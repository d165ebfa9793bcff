"""When a site cannot open for some days: where each visit could go instead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from course.planner import next_open
from course.record import CourseRecord, Session
from course.terms import Series, SessionStatus


@dataclass(frozen=True)
class Instead:
    """The first visit that cannot stand, where it could go, and whether those after it follow."""

    session: Session
    to: datetime
    scope: Literal["only", "rest"]


def instead(record: CourseRecord, since: datetime, until: datetime) -> Instead | None:
    """The first open time after the closed days, near the same hour; None where no visit lies in them.

    Raises ValueError where four weeks have no room for it.
    """
    hit = [
        one for one in record.open_sessions if since <= one.start < until and one.status is not SessionStatus.ARRIVED
    ]
    if not hit:
        return None
    first = hit[0]
    wall = record.zone.local(first.start)
    while record.zone.lenient(wall) < until:
        wall += timedelta(days=1)
    to = next_open(record.calendar, record.zone.lenient(wall), first.minutes)
    if to is None:
        raise ValueError("no day of four weeks has room for it")
    later = any(one.series is first.series and one.start > first.start for one in record.open_sessions)
    return Instead(first, to, "rest" if later and first.series is Series.INDUCTION else "only")
