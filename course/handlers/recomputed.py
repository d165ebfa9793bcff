"""What follows from scores and doses is read again after every act: what is newly true, and what no longer holds."""

from datetime import datetime

from course.acts.base import BaseAct
from course.acts.catalogue import Correct, VoidItem
from course.agenda.evaluations import evaluation_forced
from course.model.base import days
from course.model.journal import open_task
from course.model.record import CourseRecord
from course.model.terms import Phase, Role, TaskKind
from course.rules import stop_review as stopping
from course.scores import outcome_rule


def recomputed(
    before: CourseRecord, changed: CourseRecord, act: BaseAct, now: datetime
) -> tuple[CourseRecord, tuple[str, ...]]:
    """The record with what an act newly asks for; of a correction also what it takes back, and a sentence for each."""
    changed = _forced(before, _stop_task(before, _relapse_task(before, changed, now), now), now)
    if not isinstance(act, Correct | VoidItem):
        return changed, ()
    lines: list[str] = []
    lost = outcome_rule.relapse(changed).state is outcome_rule.RelapseState.CONFIRMED
    if outcome_rule.relapse(before).state is outcome_rule.RelapseState.CONFIRMED and not lost:
        changed = _taken_back(changed, TaskKind.EARLY_BOOSTER, now, lines)
    if stopping.read(before).due and not stopping.read(changed).due:
        changed = _taken_back(changed, TaskKind.STOP_REVIEW, now, lines)
    return changed, tuple(lines)


def _relapse_task(before: CourseRecord, changed: CourseRecord, now: datetime) -> CourseRecord:
    if changed.phase is not Phase.MAINTENANCE:
        return changed
    found, known = outcome_rule.relapse(changed), outcome_rule.relapse(before)
    if found.second_bad_at is None or known.second_bad_at is not None:
        return changed
    text = "the response is lost on two readings: consider an early booster"
    return open_task(changed, TaskKind.EARLY_BOOSTER, now, now + days(2), Role.PRESCRIBER, text)


def _stop_task(before: CourseRecord, changed: CourseRecord, now: datetime) -> CourseRecord:
    found = stopping.read(changed)
    if not found.due or stopping.read(before).due:
        return changed
    text = f"{found.sentence}: review with the patient whether to go on"
    return open_task(changed, TaskKind.STOP_REVIEW, now, now + days(2), Role.PRESCRIBER, text)


def _forced(before: CourseRecord, changed: CourseRecord, now: datetime) -> CourseRecord:
    """The record that knows since when an evaluation is forced: from the act that forces it on."""
    if not evaluation_forced(changed):
        return changed if changed.forced_since is None else changed.with_(forced_since=None)
    if changed.forced_since is not None and evaluation_forced(before):
        return changed
    return changed.with_(forced_since=now)


def _taken_back(record: CourseRecord, kind: TaskKind, now: datetime, lines: list[str]) -> CourseRecord:
    """The record without its open tasks of a kind, which say that they no longer hold."""
    tasks = []
    for task in record.tasks:
        if task.kind is kind and task.resolved_at is None:
            lines.append(f"task {task.id} no longer holds and is taken back: {task.text}")
            tasks.append(task.with_(resolved_at=now, text=f"no longer holds: {task.text}"))
        else:
            tasks.append(task)
    return record.with_(tasks=tuple(tasks))
