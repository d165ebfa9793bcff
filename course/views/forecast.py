"""What comes next if nobody acts: the course's own doings played forward, and what will wait for people."""

from dataclasses import dataclass
from datetime import datetime

from course.agenda.outbox import take
from course.agenda.send_results import archived, refreshed, sent
from course.agenda.worklist import needs_ahead, next_due
from course.model.messages import CalendarAnswer, SendOrder, SendOutcome
from course.model.record import CourseRecord
from course.model.terms import OccasionKind, OccasionState
from course.phases import advance, phase_over

STEPS_MOST = 2_000


@dataclass(frozen=True)
class Upcoming:
    """One thing ahead: a visit, a message, or something that will wait for a person."""

    at: datetime
    kind: str
    text: str
    subject: str


def forecast(record: CourseRecord, now: datetime, until: datetime) -> tuple[Upcoming, ...]:
    """Everything from `now` to `until`, in order, with every message delivered and nobody acting."""
    coming = [Upcoming(one.start, "visit", f"session {one.ordinal}", one.id) for one in record.open_sessions]
    seen: set[tuple[str, str]] = set()
    clock = now
    for _ in range(STEPS_MOST):
        record, messages = _live(record, clock)
        coming += messages
        for need in needs_ahead(record):
            if need.opens <= clock and (need.kind, need.subject) not in seen:
                seen.add((need.kind, need.subject))
                coming.append(Upcoming(max(need.opens, now), "need", need.text, need.subject))
        following = next_due(record, clock)
        if following is None or following > until:
            break
        clock = max(clock, following)
    return tuple(sorted((one for one in coming if one.at <= until), key=lambda one: (one.at, one.kind, one.subject)))


def _live(record: CourseRecord, now: datetime) -> tuple[CourseRecord, list[Upcoming]]:
    while phase_over(record):
        record = advance(record, now)
    taken = take(record, now)
    record = taken.record
    messages = []
    for order in taken.sends:
        record = sent(record, order, SendOutcome(state=OccasionState.SENT, at=now), now)
        messages.append(_message(order, now))
    for job in taken.jobs:
        if job.kind is OccasionKind.ARCHIVE:
            record = archived(record, job, job.subject.removeprefix("run-"), now)
        else:
            same = CalendarAnswer(calendar=record.calendar.with_(taken_at=now))
            record = refreshed(record, job, same, now)
    return record, messages


def _message(order: SendOrder, now: datetime) -> Upcoming:
    kinds = ", ".join(part.kind.replace("_", " ") for part in order.parts)
    return Upcoming(now, "message", f"{order.audience}: {kinds}", order.key)
