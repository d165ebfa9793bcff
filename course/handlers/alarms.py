"""What happened in the room that somebody on call is told: a dose over its order, vital signs beyond their limits."""

from collections.abc import Sequence
from datetime import datetime

from course.acts.room import Reading
from course.model.carried import days
from course.model.page import open_task
from course.model.parts import Trigger
from course.model.record import CourseRecord
from course.model.terms import Role, TaskKind, Urgency
from course.rules import safety, vitals


def over_order(record: CourseRecord, session: str, sentence: str, now: datetime) -> CourseRecord:
    """The record with a prescriber's task about a dose that was given over its order, and an urgent escalation."""
    text = f"session {session}: {sentence}"
    tasked = open_task(record, TaskKind.DOSE_OVER_ORDER, now, now + days(1), Role.PRESCRIBER, text, session)
    trigger = Trigger(what="dose over order", subject=session, at=now, urgency=Urgency.URGENT)
    return safety.raise_escalation(tasked, (trigger,), now)


def beyond_limits(
    record: CourseRecord, session: str, readings: Sequence[Reading], now: datetime
) -> tuple[CourseRecord, tuple[str, ...]]:
    """The record with a prompt escalation where a vital sign lies beyond its limit, and which ones do."""
    found = vitals.alerts(record.protocol.during, readings)
    if not found:
        return record, ()
    trigger = Trigger(what="vital signs", subject=session, at=now, urgency=Urgency.PROMPT)
    return safety.raise_escalation(record, (trigger,), now), found
