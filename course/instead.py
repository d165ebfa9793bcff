"""People in place of messages: the task to call a patient who was not, or perhaps not, written to."""

from collections.abc import Sequence
from datetime import datetime

from course.carried import hours
from course.messages import Part
from course.moments import when
from course.page import open_task
from course.record import CourseRecord
from course.terms import OccasionKind, Role, TaskKind
from course.visit import Session

CALL_WITHIN = hours(24)


def call_instead(record: CourseRecord, parts: Sequence[Part], key: str, now: datetime, why: str = "") -> CourseRecord:
    """The record with a call in place of a message; the dead are not called."""
    if record.messaging.stopped:
        return record
    kinds = ", ".join(named(record, part.occasion) for part in parts)
    text = f"call the patient instead of the {kinds} message: {why or why_not_written(record)}"
    return open_task(record, TaskKind.CALL_INSTEAD, now, now + CALL_WITHIN, Role.COORDINATOR, text, key)


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


def plain(kind: str) -> str:
    """A kind of message in plain words."""
    return OccasionKind(kind).replace("_", " ")
