"""Adverse events: each on record with its severity; a serious one holds the course and is escalated."""

from datetime import datetime

from course.acts.room import Adverse, ReportEvent
from course.handlers.change import Change, session_of
from course.handlers.holding import held_now
from course.model.parts import Trigger
from course.model.record import CourseRecord
from course.model.terms import HoldCause, Urgency
from course.model.visit import Event
from course.rules import safety


def report_event(record: CourseRecord, act: ReportEvent, now: datetime) -> Change:
    """An event that no visit's record holds, in closed courses too."""
    session = "" if act.of_session is None else session_of(record, act.of_session).id
    changed = with_events(record, of((act.adverse,), session, act.happened_at, act.actor.name), now)
    held = changed.held is not None and record.held is None
    where = f" of session {session}" if session else ""
    return Change(changed, f"adverse event{where}: {said(act.adverse)}{', the course is held' if held else ''}")


def of(found: tuple[Adverse, ...], session: str, at: datetime, by: str) -> tuple[Event, ...]:
    """The events of one visit, or of none, not yet numbered."""
    return tuple(Event(id="", at=at, session=session, by=by, **one.model_dump()) for one in found)


def with_events(record: CourseRecord, found: tuple[Event, ...], now: datetime) -> CourseRecord:
    """The record with the events under their own ids; a serious one acts at once."""
    for one in found:
        number = record.event_count + 1
        event = one.with_(id=f"a{number}")
        record = record.with_(events=(*record.events, event), event_count=number)
        if event.serious:
            record = serious(record, event.id, f"serious adverse event {event.id}", now)
    return record


def serious(record: CourseRecord, subject: str, why: str, now: datetime) -> CourseRecord:
    """The record on hold, where it goes on, with the one on call told."""
    trigger = Trigger(what="serious adverse event", subject=subject, at=now, urgency=Urgency.URGENT)
    held = record if record.closed else held_now(record, HoldCause.ADVERSE_EVENT, now, why)
    return safety.raise_escalation(held, (trigger,), now)


def said(one: Adverse | Event) -> str:
    """An event as the course's page shows it."""
    grave = ", serious" if one.serious else ""
    return f"{one.term}, {one.severity}{grave}{f' ({one.action})' if one.action else ''}"
