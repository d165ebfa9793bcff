"""Clocks that are set anew while visits are booked: a visit keeps its hour on the wall, and somebody is told."""

from datetime import datetime

from course.agenda.call_tasks import visit_of
from course.model.calendar import Zone
from course.model.journal import open_task, write
from course.model.parts import COURSE
from course.model.record import CourseRecord
from course.model.terms import Role, SessionStatus, TaskKind
from course.model.visit import Session

AHEAD = frozenset({SessionStatus.PLANNED, SessionStatus.CONFIRMED})


def kept_at_their_hour(record: CourseRecord, before: Zone, now: datetime) -> CourseRecord:
    """The record whose visits ahead stand at the wall time at which they stood under the zone's clocks `before`.

    What the patient was told is a wall time too, so it stays true; their own calendar may show the instant, so a
    person sees that they know, and the next letter carries the visit anew.
    """
    ahead = (one for one in record.sessions if one.status in AHEAD and one.start > now)
    moved = [one for one in ahead if before.local(one.start) != record.zone.local(one.start)]
    for session in moved:
        record = _kept(record, session, before, now)
    if not moved:
        return record
    stand = [one for one in (record.session(each.id) for each in moved) if one is not None]
    named = "; ".join(visit_of(record, one) for one in stand)
    sentence = f"the clocks of {record.zone.name} are set anew, and these visits keep their hour: {named}"
    due = min(one.start for one in stand)
    text = f"{sentence}: see that the patient knows, a calendar or telephone may show another time"
    record = write(record, COURSE, now, sentence)
    return open_task(record, TaskKind.CALENDAR_CLASH, now, due, Role.COORDINATOR, text, f"clocks {now:%Y%m%d}")


def _kept(record: CourseRecord, session: Session, before: Zone, now: datetime) -> CourseRecord:
    """The record with one visit, what was told of it, and what its messages spoke of, at the same wall time."""

    def same(at: datetime) -> datetime:
        return record.zone.lenient(before.local(at))

    told = None if session.told is None else same(session.told)
    marks = {
        name: mark.with_(about=same(mark.about))
        if mark.about is not None and name.startswith(f"{session.id}/")
        else mark
        for name, mark in record.occasions.items()
    }
    kept = session.with_(start=same(session.start), told=told, moved_at=now)
    return record.with_session(kept).with_(occasions=marks)
