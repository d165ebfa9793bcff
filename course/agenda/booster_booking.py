"""What keeps a course going between visits: booking, lapses, archives, fresh calendars."""

from collections.abc import Iterator
from datetime import datetime, time

from course.agenda.date_format import day
from course.agenda.sending_hours import in_sending_hours
from course.model.base import days
from course.model.calendar import days_from
from course.model.memoize import memoized
from course.model.occasions import Occasion
from course.model.record import CourseRecord
from course.model.terms import OccasionKind, Phase
from course.phases import still_to_plan
from course.rules import maintenance
from course.scores.booster_visits import boosters, led_in

MORNING = time(10)
LAPSE_WEEKS = (1, 2, 4)
CALENDAR_DAYS = 29
"""Once a page, the day before it turns, so that the next one knows what a site has closed since."""


def booster_interval_days(record: CourseRecord) -> int | None:
    """Days from the last infusion to the next booster's window; None where boosters are as needed."""
    plan = record.maintained
    if record.phase is not Phase.MAINTENANCE or plan is None or plan.interval_days is None:
        return None
    lead_in = record.protocol.maintenance.lead_in_days
    done = led_in(record)
    return lead_in[done] if done < len(lead_in) else plan.interval_days


@memoized
def next_window(record: CourseRecord) -> tuple[datetime, datetime] | None:
    """When the next booster's window opens and closes, or None where none is due."""
    interval = booster_interval_days(record)
    if interval is None or record.maintained is None:
        return None
    base = record.last_infusion_at or record.maintained.since
    return maintenance.booster_window(base, interval, record.protocol.maintenance, record.zone)


def booster_number(record: CourseRecord) -> int:
    """The number of the booster that comes next, 1-based over the whole course."""
    return 1 + len(boosters(record))


def book_subject(record: CourseRecord) -> str:
    """What asking for a booking is about: the visit that would come next, whose number never comes back."""
    return f"b{record.session_count + 1}"


def book_from(record: CourseRecord) -> datetime | None:
    """When booking the next booster falls due: ten days before its window, or None while one is booked."""
    window = next_window(record)
    if window is None or record.open_sessions or record.held is not None:
        return None
    return days_from(record.zone, window[0], -record.protocol.maintenance.book_days_before, MORNING)


def lapsed_since(record: CourseRecord) -> datetime | None:
    """Since when a visit should have been booked and is not; None on hold or where nothing is owed."""
    if record.open_sessions or record.held is not None:
        return None
    if record.phase is Phase.INDUCTION and still_to_plan(record):
        ended = [one.ended_at for one in record.sessions if one.ended_at is not None]
        return max([*ended, *(one for one in (record.phase_since, record.released_at) if one is not None)])
    window = next_window(record)
    return None if window is None else max(window[1], record.released_at or window[1])


def bookings(record: CourseRecord) -> Iterator[Occasion]:
    """The patient is asked to book, and asked again after 1, 2 and 4 weeks without a visit."""
    zone = record.messaging.zone
    book, window = book_from(record), next_window(record)
    if book is not None and window is not None and record.maintained is not None:
        at = in_sending_hours(zone, max(book, record.maintained.since))
        opens, closes = (day(record, one) for one in window)
        facts = {"opens": opens, "closes": closes}
        yield Occasion(book_subject(record), OccasionKind.BOOK, 1, at, facts=facts, presses_from=window[0])
    since = lapsed_since(record)
    if since is not None:
        for ordinal, weeks in enumerate(LAPSE_WEEKS, start=1):
            at = in_sending_hours(zone, days_from(zone, since, 7 * weeks, MORNING))
            yield Occasion(f"n{record.session_count}", OccasionKind.LAPSED, ordinal, at)


def archives(record: CourseRecord) -> Iterator[Occasion]:
    """Every closed run that no archive holds yet, at once."""
    at = record.phase_since or record.opened_at
    for run_id in record.archive_due:
        yield Occasion(f"run-{run_id}", OccasionKind.ARCHIVE, 1, at)


def calendar(record: CourseRecord) -> Iterator[Occasion]:
    """A fresh calendar every 29 days."""
    at = record.calendar.taken_at + days(CALENDAR_DAYS)
    yield Occasion(f"cal{record.calendar_count + 1}", OccasionKind.CALENDAR, 1, at)
