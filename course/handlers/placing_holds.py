"""Placing a hold, for the acts that must."""

from datetime import datetime

from course.agenda.call_tasks import visit_of
from course.model.base import days, hours
from course.model.journal import open_task
from course.model.parts import Hold
from course.model.record import CourseRecord
from course.model.terms import HoldCause, Role, TaskKind
from course.rules.holds import REVIEW_DAYS, graver_than


def held_now(
    record: CourseRecord, cause: HoldCause, now: datetime, reason: str, review_at: datetime | None = None
) -> CourseRecord:
    """The record on hold; an existing hold keeps its cause unless the new cause is grave and the old one is not."""
    standing, review = record.held, review_at or now + days(REVIEW_DAYS)
    if standing is not None:
        if cause not in graver_than(standing):
            return record
        sooner = min(review, standing.review_at)
        return record.with_(held=standing.with_(cause=cause, reason=reason, review_at=sooner))
    held = Hold(
        cause=cause,
        since=now,
        review_at=review,
        owner=record.owner,
        owner_role=Role.PRESCRIBER,
        reason=reason,
    )
    record = record.with_(held=held)
    for session in record.open_sessions:
        if session.told is not None and session.start > now:
            text = f"the course is held: call the patient about {visit_of(record, session)}"
            due = max(now + hours(1), min(session.start - hours(12), now + days(1)))
            record = open_task(record, TaskKind.CALL_MOVED, now, due, Role.COORDINATOR, text, session.id)
    return record
