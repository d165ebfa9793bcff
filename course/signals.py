"""The signal `evaluation_submitted`, read as tolerantly as a machine's message must be."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from pydantic import ValidationError

from course.actions import ActResult, Refused, apply
from course.acts.catalogue import Evaluate
from course.model.base import days
from course.model.journal import open_task, write
from course.model.parts import COURSE, Entry, Task
from course.model.record import CourseRecord
from course.model.terms import Role, TaskKind

EVALUATION = "evaluation_submitted"
NAMED_MOST = 60
BEGINS = "an evaluation came by signal and was not accepted: "
COUNTED = " ({count} times)"
COUNT = re.compile(r" \(([0-9]+) times\)$")
REASONS_MOST = 20
"""So many reasons have an entry of their own until somebody has looked. [set]"""

Signed = Callable[[Evaluate, str], bool]
"""Whether the proof of an evaluation is one of this installation, for this act on the course of this id."""


def received(record: CourseRecord, name: str, value: Sequence[object], now: datetime, signed: Signed) -> CourseRecord:
    """The record with the evaluation applied, or with why a signal could not be and a task for the prescriber.

    Whatever a machine sends, under whatever name and however many contents, ends in one of the two.
    """
    try:
        return _applied(record, name, value, now, signed).record
    except Refused as refused:
        why = str(refused)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(one) for one in first["loc"])[:NAMED_MOST]
        why = f"its field {field or 'content'} does not fit"
    except Exception:  # noqa: BLE001  in a signal anything that is raised would stop the whole course
        why = "it hit a fault in the program"
    noted = _noted(record, why, now)
    text = f"an evaluation came by signal and was not accepted ({why}): evaluate by hand"
    return open_task(noted, TaskKind.REFUSED_SIGNAL, now, now + days(1), Role.PRESCRIBER, text)


def _noted(record: CourseRecord, why: str, now: datetime) -> CourseRecord:
    """The record with one entry a reason; what comes again while nobody has looked is counted on the entry."""
    since = next((one.opened_at for one in record.tasks if is_open(one)), None)
    told = {
        one.number: COUNT.sub("", one.text)
        for one in record.entries
        if since is not None and one.at >= since and one.text.startswith(BEGINS)
    }
    text = f"{BEGINS}{why}"
    if len(told) >= REASONS_MOST and text not in told.values():
        text = f"{BEGINS}other reasons"
    number = next((number for number, known in told.items() if known == text), None)
    if number is None:
        return write(record, COURSE, now, text)
    return record.with_(entries=tuple(_again(one) if one.number == number else one for one in record.entries))


def is_open(task: Task) -> bool:
    """Whether somebody has still to look at what signals were not accepted."""
    return task.kind is TaskKind.REFUSED_SIGNAL and task.resolved_at is None


def _again(entry: Entry) -> Entry:
    """The entry with its count, one higher."""
    found = COUNT.search(entry.text)
    count = int(found[1]) + 1 if found is not None else 2
    return entry.with_(text=COUNT.sub("", entry.text) + COUNTED.format(count=count))


def _applied(record: CourseRecord, name: str, contents: Sequence[object], now: datetime, signed: Signed) -> ActResult:
    if name != EVALUATION:
        raise Refused(f"a course knows no other signal than {EVALUATION}")
    if len(contents) != 1:
        raise Refused(f"it has {len(contents)} contents, an evaluation has one")
    value = contents[0]
    if not isinstance(value, Mapping):
        raise Refused("it is not an object with decision, actor, made_at and request_id")
    if "unreadable" in value:
        raise Refused("its content could not be decrypted")
    act = Evaluate.model_validate({**value, "action": "evaluate"})
    if not signed(act, record.course_id):
        raise Refused("nobody's sign-in stands behind it: an evaluation is sent with the proof of whoever signed it")
    return apply(record, act, now)
