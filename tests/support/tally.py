"""What a patient on the monthly plan should have been sent, by days of the calendar; no rule of `course` is asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from course.model.terms import OccasionKind

DAY = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")
CHASED_AFTER = 2 * DAY
CADENCE = ((14, -1), (7, 12), (14, 26), (28, 10_000))
"""Days between questionnaires, until which week after the first visit."""

LETTERS_A_WEEK = 3
INDUCTION = 6


@dataclass(frozen=True)
class Letter:
    """One letter to the patient: when on the wall, and about what."""

    at: datetime
    kinds: Collection[OccasionKind]


def asked(letters: Sequence[Letter], answers: Sequence[datetime]) -> tuple[list[datetime], list[datetime]]:
    """First questionnaires and their chasers: one chaser, two days on at ten, if nothing was answered by then.

    Raises AssertionError where a chaser is missing.
    """
    firsts: list[datetime] = []
    chasers: list[datetime] = []
    waiting = [one.at for one in letters if OccasionKind.MEASURE in one.kinds]
    while waiting:
        firsts.append(waiting.pop(0))
        chase = _morning(firsts[-1] + CHASED_AFTER)
        if not any(firsts[-1] < answer <= chase for answer in answers) and chase <= letters[-1].at:
            chasers.append(waiting.pop(0))
            assert chasers[-1].date() == chase.date(), f"no chaser on {chase}, but a letter on {chasers[-1]}"
    return firsts, chasers


def next_questionnaire(last: datetime, visits: Sequence[date]) -> date:
    """The day of the questionnaire after the last that was asked or answered.

    Fourteen days on until the week before the first visit; then weekly until week 12, fortnightly until week 26, every
    28 days from then on, at ten; weeks of 168 hours from the first visit. Where a visit is announced from two days
    before to three days after, with the letter of the day before it, at nine; before a booster also where the last was
    more than a week ago.
    """
    week = (_instant(last) - _instant(datetime.combine(visits[0], time(9)))).days // 7
    every = next(days for days, until in CADENCE if week < until)
    regular = _morning(last + every * DAY)
    for number, visit in enumerate(visits):
        eve = datetime.combine(visit - DAY, time(9))
        own = number >= INDUCTION and last + 7 * DAY <= eve <= regular
        if own or (eve > last and regular - 2 * DAY <= eve <= regular + 3 * DAY):
            return eve.date()
    return regular.date()


def with_room(day: date, letters: Sequence[Letter]) -> date:
    """The day, or the next that has a visit's letter to go along with, or fewer than three letters in its week."""
    while True:
        along = any(one.at.date() == day and OccasionKind.VISIT_24H in one.kinds for one in letters)
        week = [one for one in letters if timedelta() < day - one.at.date() < 7 * DAY]
        if along or len(week) < LETTERS_A_WEEK:
            return day
        day += DAY


def _instant(wall: datetime) -> datetime:
    return wall.replace(tzinfo=NEW_YORK).astimezone(UTC)


def _morning(day: datetime) -> datetime:
    return day.replace(hour=10, minute=0, second=0, microsecond=0)
