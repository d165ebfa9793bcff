"""The signal `evaluation_submitted`, read as tolerantly as a machine's message must be."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError

from course.actions import Done, Refused, apply
from course.acts import Evaluate
from course.carried import days
from course.page import open_task, write
from course.parts import COURSE
from course.record import CourseRecord
from course.terms import Role, TaskKind


def evaluation_submitted(record: CourseRecord, said: object, now: datetime) -> CourseRecord:
    """The record with the evaluation applied, or with why it could not be and a task for the prescriber."""
    try:
        return _applied(record, said, now).record
    except Refused as refused:
        why = str(refused)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        why = f"its field {'.'.join(str(one) for one in first['loc']) or 'content'} does not fit"
    noted = write(record, COURSE, now, f"an evaluation came by signal and was not accepted: {why}")
    text = f"an evaluation came by signal and was not accepted ({why}): evaluate by hand"
    return open_task(noted, TaskKind.REFUSED_SIGNAL, now, now + days(1), Role.PRESCRIBER, text)


def _applied(record: CourseRecord, said: object, now: datetime) -> Done:
    if not isinstance(said, Mapping):
        raise Refused("it is not an object with decision, actor, made_at and request_id")
    if "unreadable" in said:
        raise Refused("its content could not be decrypted")
    return apply(record, Evaluate.model_validate({**said, "action": "evaluate"}), now)
