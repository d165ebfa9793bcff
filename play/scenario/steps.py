"""When a step's time comes: an instant, or None while what it waits for has not happened."""

from collections.abc import Sequence
from datetime import datetime

from course.model.record import CourseRecord
from play.observed import Observed
from play.scenario.file import Scenario, Step
from play.scenario.when import clock, day_at, instant


def due_at(step: Step, record: CourseRecord, observed: Observed, start: datetime) -> datetime | None:
    """The instant of a step, as far as it can be known."""
    found = _trigger(step, record, observed, start)
    return None if found is None else instant(step.offset, start=start, base=found, zone=record.zone)


def _trigger(step: Step, record: CourseRecord, observed: Observed, start: datetime) -> datetime | None:
    if step.at is not None:
        return instant(step.at, start=start, base=start, zone=record.zone)
    if step.day is not None:
        return day_at(record.zone, start, step.day, clock(step.time or "09:00"))
    if step.on_need is not None:
        return observed.need_opened(step.on_need, step.nth)
    if step.on_task is not None:
        return observed.task_opened(step.on_task, step.nth)
    if step.on_phase is not None:
        return observed.phase_began(step.on_phase, step.nth)
    return _around_session(step, record)


def _around_session(step: Step, record: CourseRecord) -> datetime | None:
    session = record.session(f"s{step.on_session or step.after_session}")
    if session is None:
        return None
    if step.after_session is not None:
        return session.ended_at
    return session.start


def unlived(scenario: Scenario, steps: Sequence[Step], visits: int) -> tuple[str, ...]:
    """What never happened, in words: these steps, and visits of the file that were never planned."""
    found = [f"step {scenario.steps.index(one) + 1} ({one.do}, {_awaited(one)}) never happened" for one in steps]
    found += [f"visit {one.session} of the file was never planned" for one in scenario.visits if one.session > visits]
    return tuple(found)


def _awaited(step: Step) -> str:
    """What a step waits for, as the file writes it."""
    names = ("at", "day", "on_session", "after_session", "on_need", "on_task", "on_phase")
    name = next(one for one in names if getattr(step, one) is not None)
    return f"{name} = {getattr(step, name)}"
