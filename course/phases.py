"""The clinic's page: each phase, what ends it, and what its decision leads to."""

from collections.abc import Callable
from datetime import datetime

from course.model.base import days
from course.model.journal import write
from course.model.parts import COURSE, MaintenancePlan
from course.model.record import CourseRecord
from course.model.terms import Decision, EndCause, Phase, Series

LEADS_TO: dict[Decision, Phase] = {
    Decision.MAINTENANCE: Phase.MAINTENANCE,
    Decision.EXTEND: Phase.INDUCTION,
    Decision.REINDUCT: Phase.INDUCTION,
    Decision.DISCHARGE: Phase.CLOSED,
}
"""Where each decision of an evaluation leads."""


def dosed_in_series(record: CourseRecord) -> int:
    """How many sessions of the running series gave drug, in whole or in part."""
    return len(record.series_doses)


def still_to_plan(record: CourseRecord) -> int:
    """How many sessions the running series lacks: neither given nor planned."""
    if record.phase is not Phase.INDUCTION or record.ceased:
        return 0
    planned = sum(1 for one in record.open_sessions if one.series is Series.INDUCTION)
    return max(0, record.series_target - dosed_in_series(record) - planned)


def _series_is_over(record: CourseRecord) -> bool:
    planned = any(one.series is Series.INDUCTION for one in record.open_sessions)
    return record.ceased or (not planned and still_to_plan(record) == 0)


ENDS_WHEN: dict[Phase, Callable[[CourseRecord], bool]] = {
    Phase.INTAKE: lambda record: record.clearance is not None,
    Phase.INDUCTION: _series_is_over,
    Phase.EVALUATION: lambda record: record.decided is not None,
    Phase.MAINTENANCE: lambda record: record.decided is not None,
    Phase.CLOSED: lambda record: record.end_cause is None,
}
"""What ends each phase, besides the end of the course."""


def phase_over(record: CourseRecord) -> bool:
    """Whether the running phase has ended."""
    if record.end_cause is not None and not record.closed:
        return True
    return ENDS_WHEN[record.phase](record)


def advance(record: CourseRecord, now: datetime) -> CourseRecord:
    """The record in the phase that follows."""
    following = _following(record)
    moved = record.with_(phase=following, phase_since=now, decided=None)
    match following:
        case Phase.INDUCTION:
            moved = _begin_series(record, moved)
        case Phase.EVALUATION if record.phase is Phase.INDUCTION:
            moved = moved.with_(induction_ended_at=record.last_infusion_at or now)
        case Phase.MAINTENANCE:
            moved = moved.with_(maintained=_maintained(record, now))
        case Phase.CLOSED:
            moved = moved.with_(
                closed_at=now,
                amend_until=now + days(record.amendment_days),
                end_cause=record.end_cause or EndCause.DISCHARGED,
                held=None,
            )
        case _:
            pass
    return write(moved, COURSE, now, f"{record.phase} ended, {following} begins")


def moved_on(record: CourseRecord, now: datetime) -> CourseRecord:
    """The record in the phase that it has come to, so that an act sees what the act before it ended."""
    while phase_over(record):
        record = advance(record, now)
    return record


def _following(record: CourseRecord) -> Phase:
    if record.end_cause is not None:
        return Phase.CLOSED
    if record.closed:
        return Phase.EVALUATION if record.valid_doses else Phase.INTAKE
    if record.phase is Phase.INTAKE:
        return Phase.INDUCTION
    if record.phase is Phase.INDUCTION:
        return Phase.EVALUATION
    return LEADS_TO[record.decided or Decision.MAINTENANCE]


def _begin_series(record: CourseRecord, moved: CourseRecord) -> CourseRecord:
    if record.decided is Decision.EXTEND:
        more = record.extend_by or 1
        return moved.with_(series_target=dosed_in_series(record) + more, ceased=False, extend_by=None)
    number = record.series_number + (1 if record.decided is Decision.REINDUCT else 0)
    return moved.with_(
        series_number=number, series_target=record.extend_by or record.order.sessions, ceased=False, extend_by=None
    )


def _maintained(record: CourseRecord, now: datetime) -> MaintenancePlan:
    if record.maintained is not None:
        return record.maintained.with_(since=now)
    return MaintenancePlan(since=now, interval_days=record.protocol.maintenance.interval_days)
