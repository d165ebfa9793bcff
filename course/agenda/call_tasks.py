"""People in place of messages: the task to call a patient who was not, or perhaps not, written to."""

from collections.abc import Sequence
from datetime import datetime

from course.agenda.date_format import when
from course.model.base import hours, plain
from course.model.journal import open_task
from course.model.record import CourseRecord
from course.model.terms import Role, TaskKind
from course.model.visit import Session

CALL_WITHIN = hours(24)


def call_instead(record: CourseRecord, names: Sequence[str], now: datetime, why: str = "") -> CourseRecord:
    """The record with one call in place of what these occasions would have said; the dead are not called."""
    if record.messaging.stopped:
        return record
    kinds = ", ".join(named(record, name) for name in names)
    text = f"call the patient instead of the {kinds} message: {why or why_not_written(record)}"
    return open_task(record, TaskKind.CALL_INSTEAD, now, call_by(record, names, now), Role.COORDINATOR, text, names[0])


def call_by(record: CourseRecord, names: Sequence[str], now: datetime) -> datetime:
    """When a call is due: within a day, and before any visit to come that it speaks of, as told or as it stands."""
    found = [session for name in names if (session := record.session(name.split("/")[0])) is not None]
    visits = [at for one in found for at in (one.told, one.start) if at is not None and at > now]
    return min([now + CALL_WITHIN, *visits])


def why_not_written(record: CourseRecord) -> str:
    """Why the patient is not written to, of somebody who may not be."""
    if record.messaging.stopped:
        return "the patient has died"
    return "the patient opted out" if record.messaging.opted_out_at else "no consent to written messages"


def named(record: CourseRecord, occasion: str) -> str:
    """A kind of message in plain words, with the visit that it speaks of."""
    subject, kind, _ = occasion.split("/")
    session = record.session(subject)
    return plain(kind) if session is None else f"{plain(kind)} ({visit_of(record, session)})"


def visit_of(record: CourseRecord, session: Session) -> str:
    """A visit as a person on the telephone names it: where the patient believes it to be, if they were told."""
    return f"session {session.id}, {when(record.zone, session.told or session.start)}"
