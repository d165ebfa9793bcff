"""A duty: what somebody does to a course, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from course.model.calendar import Calendar
from course.model.terms import Role


@dataclass(frozen=True)
class Duty:
    """An act in a scenario's words; `key` knows it again, so that what was refused is not tried at once again."""

    at: datetime
    key: str
    role: Role
    said: Mapping[str, Any]


def staffed(calendar: Calendar, instant: datetime) -> datetime:
    """The instant itself while the site is open, else when it next opens."""
    wall = calendar.zone.local(instant)
    for ahead in range(28):
        day = wall.date() + timedelta(days=ahead)
        opening = calendar.opening(day)
        if opening is None:
            continue
        at = wall.time() if ahead == 0 else time(0)
        if at < opening.opens:
            return calendar.zone.lenient(datetime.combine(day, opening.opens))
        if at < opening.closes:
            return instant
    return instant


def staffed_before(calendar: Calendar, instant: datetime) -> datetime:
    """The instant itself while the site is open, else when it last opened."""
    wall = calendar.zone.local(instant)
    for back in range(28):
        day = wall.date() - timedelta(days=back)
        opening = calendar.opening(day)
        if opening is None:
            continue
        opened = calendar.zone.lenient(datetime.combine(day, opening.opens))
        if opened <= instant:
            return instant if back == 0 and wall.time() < opening.closes else opened
    return instant
