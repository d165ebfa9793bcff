"""What an operator's cancellation becomes: a hold and a task; the patient is never messaged about it."""

from datetime import datetime

from course.handlers.placing_holds import held_now
from course.model.base import days
from course.model.journal import open_task, write
from course.model.parts import COURSE
from course.model.record import CourseRecord
from course.model.terms import HoldCause, Role, TaskKind


def cancellation(record: CourseRecord, now: datetime) -> CourseRecord:
    """The record after somebody cancelled the workflow from outside; the course goes on."""
    text = "the workflow was cancelled from outside: decide whether the course goes on"
    noted = write(record, COURSE, now, "cancelled from outside: held, the course goes on")
    held = noted if noted.closed else held_now(noted, HoldCause.OPERATOR, now, text)
    return open_task(held, TaskKind.CANCELLATION, now, now + days(1), Role.PRESCRIBER, text)
