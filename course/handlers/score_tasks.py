"""Tasks that a score asks for, and what becomes of them when it is put right."""

from collections.abc import Callable
from datetime import datetime

from course.model.base import hours
from course.model.journal import open_task
from course.model.parts import Score
from course.model.protocol.instrument import Instrument
from course.model.record import CourseRecord
from course.model.terms import Role, TaskKind
from course.rules import safety

UNKNOWN_HOURS = 8
"""How soon a safety item is asked that a bare total does not tell, or that was left blank. [set]"""

OF_SCORES = frozenset({TaskKind.SAFETY_ITEM, TaskKind.ALERT})


def safety_items(
    before: CourseRecord, changed: CourseRecord, instrument: Instrument, score: Score, now: datetime
) -> CourseRecord:
    """The record with a task for each safety item that is not known, or that waits for the visit."""
    for what in safety.unknown(instrument, score):
        text, due = f"{what}: ask it today", now + hours(UNKNOWN_HOURS)
        kind, role = TaskKind.SAFETY_ITEM, Role.NURSE
        changed = open_task(changed, kind, now, due, role, text, instrument.id, (score.id,))
    for what in safety.waiting(before, instrument, score):
        text = f"{what} is unchanged under the safety plan: see the patient first at the next visit"
        due = before.open_sessions[0].start
        changed = open_task(changed, TaskKind.SAFETY_ITEM, now, due, Role.PRESCRIBER, text, score.id, (score.id,))
    return changed


def put_right(
    record: CourseRecord, score: str, now: datetime, again: Callable[[CourseRecord], CourseRecord]
) -> tuple[CourseRecord, tuple[str, ...]]:
    """The record once a score says something else, or is void: tasks that it alone asked for go, others stay.

    `again` asks for what the score asks for now. An escalation that it opened stands, and that is said.
    """
    mine = {one.id for one in record.tasks if one.kind in OF_SCORES and one.resolved_at is None and score in one.of}
    let_go = (
        one.with_(of=tuple(name for name in one.of if name != score)) if one.id in mine else one for one in record.tasks
    )
    changed = again(record.with_(tasks=tuple(let_go)))
    gone = [one for one in changed.tasks if one.id in mine and not one.of]
    lines = [f"task {one.id} no longer holds and is taken back: {one.text}" for one in gone]
    tasks = (
        one.with_(resolved_at=now, text=f"no longer holds: {one.text}") if one in gone else one for one in changed.tasks
    )
    return changed.with_(tasks=tuple(tasks)), (*lines, *_stands(record, changed, score))


def _stands(before: CourseRecord, changed: CourseRecord, score: str) -> tuple[str, ...]:
    """That an open escalation stands which was raised by a score that now says something else."""
    standing = changed.open_escalation
    if standing is None or before.open_escalation is None:
        return ()
    raised = any(one.subject == score for one in before.open_escalation.triggers)
    new = standing.triggers != before.open_escalation.triggers
    told = "was told" if standing.told else "is under way"
    return (f"escalation {standing.id} {told} and stands: resolve it",) if raised and not new else ()
