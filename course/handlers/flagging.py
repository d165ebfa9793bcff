"""Signed evaluations whose inputs have changed since."""

from collections.abc import Callable
from datetime import datetime

from course.model.carried import days
from course.model.page import open_task
from course.model.parts import Evaluation
from course.model.record import CourseRecord
from course.model.terms import Role, TaskKind


def flagged(record: CourseRecord, stood: Callable[[Evaluation], bool], now: datetime) -> CourseRecord:
    """Signed evaluations whose inputs changed say so, and a prescriber looks at them again."""
    if not any(stood(one) for one in record.evaluations):
        return record
    marked = tuple(one.with_(inputs_changed=True) if stood(one) else one for one in record.evaluations)
    text = "a value that an evaluation stood on was put right: look at the evaluation again"
    changed = record.with_(evaluations=marked)
    return open_task(changed, TaskKind.INPUTS_CHANGED, now, now + days(7), Role.PRESCRIBER, text)
