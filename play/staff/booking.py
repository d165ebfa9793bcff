"""Dates that the default staff proposes: the next open days that the course would take without a reason."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from course.agenda import booster_booking
from course.model.calendar import days_from
from course.model.terms import Role, Series
from play.scenario.file import Scenario
from play.scenario.when import CLOCK, clock, span
from play.staff.standpoint import Standpoint

LOOK_AHEAD_DAYS = 60
LEAST_NOTICE = timedelta(hours=20)
FIRST_HOUR, LAST_HOUR, A_LITTLE = "08:00", "17:00", timedelta(minutes=10)
ANY_DAY = date(2000, 1, 3)
"""When the default staff looks for a chair where its own hour is full."""


def series(desk: Standpoint) -> dict[str, Any] | None:
    """The series from its first day, or one more visit where others stand; None where no day would be taken."""
    record = desk.record
    others = [one for one in record.open_sessions if one.series is Series.INDUCTION]
    first_ever = not record.valid_doses and not others
    least = desk.now + (span(desk.scenario.staff.first_visit_after) if first_ever else LEAST_NOTICE)
    after = max([least, *(one.start for one in others)])
    wanted = [
        {"action": "schedule", "at": (day,)} if others else {"action": "schedule", "first": day}
        for day in _days(desk, after)
        if record.zone.local(day).weekday() in record.order.weekdays
    ]
    return _taken(desk, wanted)


def booster(desk: Standpoint) -> dict[str, Any] | None:
    """One booster, on the first open day of its window."""
    window = booster_booking.next_window(desk.record)
    if window is None:
        return None
    return _taken(
        desk, [{"action": "booster", "at": day} for day in _days(desk, max(window[0], desk.now + LEAST_NOTICE))]
    )


def _days(desk: Standpoint, after: datetime) -> Iterator[datetime]:
    """The visit time on every open day from then on."""
    calendar = desk.record.calendar
    at = clock(desk.scenario.staff.visit_time)
    for ahead in range(LOOK_AHEAD_DAYS):
        day = days_from(calendar.zone, after, ahead, at)
        if day >= after and not desk.record.why_not_open(day, desk.record.order.minutes):
            yield day


def _taken(desk: Standpoint, wanted: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first that is taken as it stands, else the first that is taken with a reason."""
    for reason in ({}, {"reason": "no nearer day"}):
        for said in wanted:
            if desk.accepts({**said, **reason}, Role.COORDINATOR):
                return {**said, **reason}
    return None


def no_chair(refused: str) -> bool:
    """Whether an act was refused because its hour has no chair left."""
    return " is full at " in refused


def at_another_hour(scenario: Scenario, refused: str) -> Scenario:
    """The same scenario whose staff offers the hour that the refusal names, or the next one; from the morning again."""
    staff = scenario.staff
    named = re.search(rf"the next free start is .* ({CLOCK})$", refused)
    later = f"{datetime.combine(ANY_DAY, clock(staff.visit_time)) + A_LITTLE:%H:%M}"
    hour = max(later, named[1] if named else later)
    changed: dict[str, str] = {"visit_time": hour}
    if hour > LAST_HOUR:
        changed = {"visit_time": FIRST_HOUR, "first_visit_after": f"1d{staff.first_visit_after}"}
    return scenario.model_copy(update={"staff": staff.model_copy(update=changed)})
