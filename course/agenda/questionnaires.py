"""Questionnaires between visits: when the next is due, and how a silence is chased."""

from collections.abc import Iterator
from datetime import datetime, time

from course.agenda.sending_hours import SENDING_OPENS, in_sending_hours
from course.agenda.visits import EVENING, nominal
from course.model.base import days, hours
from course.model.calendar import days_from
from course.model.memoize import memoized
from course.model.occasions import Occasion
from course.model.parts import Ask
from course.model.record import CourseRecord
from course.model.terms import NeedKind, OccasionKind, OccasionState, Series
from course.rules.measuring import every_days
from course.scores import outcome_rule

MORNING = time(10)
CHASE_DAYS = 2
WEEK_DAYS = 7
"""Before a booster the questionnaire is asked anew unless it was asked within so many days. [set]"""

ALIGN_EARLIER = days(2)
ALIGN_LATER = days(3)
RELAPSE_ASK_DAYS = 2
RELAPSE_ASK_WITHIN = hours(48)
"""A first lost reading is asked again on the second morning, within 48 hours of it. [set]"""


def occasions(record: CourseRecord) -> Iterator[Occasion]:
    """The request that is open and unanswered, chased once, and the one after it."""
    running = open_ask(record)
    if running is not None and f"ask{running.number}/{OccasionKind.MEASURE}/1" in record.occasions:
        at = days_from(record.messaging.zone, running.opened_at, CHASE_DAYS, MORNING)
        yield Occasion(f"ask{running.number}", OccasionKind.MEASURE, 2, at)
    at, again = next_ask_at(record), lost_ask_at(record)
    yield Occasion(f"ask{record.ask_count + 1}", OccasionKind.MEASURE, 1, at, safety=again is not None and at >= again)


def open_ask(record: CourseRecord) -> Ask | None:
    """The request that waits for an answer, or None."""
    return next((ask for ask in reversed(record.asks) if ask.closed_at is None), None)


def asked_together(record: CourseRecord) -> tuple[str, ...]:
    """The instruments of one request: the primary measure, and what the protocol asks with it."""
    return (record.protocol.outcome.instrument, *record.protocol.measuring.also_asked)


def next_ask_at(record: CourseRecord) -> datetime:
    """When the next questionnaire is due; with the message before a visit where one is near."""
    last = _last_asked(record)
    if last is None:
        return in_sending_hours(record.messaging.zone, record.opened_at)
    zone = record.messaging.zone
    regular = days_from(zone, last, every_days(record, last), MORNING)
    for visit in record.open_sessions if record.held is None else ():
        before = max(nominal(record, visit, OccasionKind.VISIT_24H), visit.planned_at)
        if visit.series is Series.BOOSTER and last + days(WEEK_DAYS) <= before <= regular:
            regular = before
            break
        if regular - ALIGN_EARLIER <= before <= regular + ALIGN_LATER and before > last:
            regular = before
            break
    again = lost_ask_at(record)
    return in_sending_hours(zone, regular if again is None else min(regular, again))


@memoized
def lost_ask_at(record: CourseRecord) -> datetime | None:
    """When a response that one reading has lost is asked about again, until it has been; None where none is in doubt.

    The second morning, or the evening before where that is more than 48 hours later.
    """
    doubt, last, zone = outcome_rule.relapse(record), _last_asked(record), record.messaging.zone
    if doubt.first_bad_at is None or doubt.second_bad_at is not None or last is None:
        return None
    again = days_from(zone, doubt.first_bad_at, RELAPSE_ASK_DAYS, SENDING_OPENS)
    if again > doubt.first_bad_at + RELAPSE_ASK_WITHIN:
        again = days_from(zone, doubt.first_bad_at, RELAPSE_ASK_DAYS - 1, EVENING)
    return again if last < again else None


def _last_asked(record: CourseRecord) -> datetime | None:
    opened = [ask.opened_at for ask in record.asks[-1:]]
    answered = [score.at for score in record.primary_scores[-1:]]
    return max(opened + answered, default=None)


def silent_since(record: CourseRecord) -> datetime | None:
    """Since when two sent requests have gone unanswered for two days; what was never sent is never missed.

    A silence ends with an answer or a call, not with the next request; requests left unanswered after a call begin a
    new silence.
    """
    silences = [at for ask in _unanswered(record) if (at := _silence(record, ask)) is not None]
    called = record.calls.get(NeedKind.MEASURE)
    new = [at for at in silences if called is None or at > called.at]
    return min(new, default=max(silences, default=None))


def _unanswered(record: CourseRecord) -> tuple[Ask, ...]:
    """The last two requests, as far as nothing was answered since."""
    answered = [number for number, ask in enumerate(record.asks) if ask.answered]
    return record.asks[answered[-1] + 1 if answered else 0 :][-2:]


def _silence(record: CourseRecord, ask: Ask) -> datetime | None:
    marks = [record.occasions.get(f"ask{ask.number}/{OccasionKind.MEASURE}/{ordinal}") for ordinal in (1, 2)]
    sent = [one for one in marks if one is not None and one.state is OccasionState.SENT]
    return sent[-1].at + days(CHASE_DAYS) if len(sent) == len(marks) else None
