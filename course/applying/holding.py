"""Placing a hold, for the acts that must."""

from datetime import datetime

from course.carried import days
from course.page import open_task
from course.parts import Held
from course.record import CourseRecord
from course.terms import HoldCause, Role, TaskKind

REVIEW_DAYS = 7
"""A hold is reviewed within so many days, again and again. [set]"""


def held_now(
    record: CourseRecord, cause: HoldCause, now: datetime, reason: str, review_at: datetime | None = None
) -> CourseRecord:
    """The record on hold; a hold that stands already keeps its cause."""
    if record.held is not None:
        return record
    held = Held(
        cause=cause,
        since=now,
        review_at=review_at or now + days(REVIEW_DAYS),
        owner=record.owner,
        owner_role=Role.PRESCRIBER,
        reason=reason,
    )
    record = record.with_(held=held)
    for session in record.open_sessions:
        if session.told is not None and session.start > now:
            text = f"the course is held: call the patient about session {session.id}"
            record = open_task(record, TaskKind.CALL_MOVED, now, session.start, Role.COORDINATOR, text, session.id)
    return record
