"""What goes wrong around a dose: adverse events, a dose over its order, vital signs beyond their limits."""

from collections.abc import Sequence
from datetime import datetime

from course.acts.room import Adverse, Reading, ReportEvent
from course.handlers.change import Change, session_of
from course.handlers.placing_holds import held_now
from course.model.base import days
from course.model.journal import open_task
from course.model.parts import Trigger
from course.model.record import CourseRecord
from course.model.terms import HoldCause, Role, TaskKind, Urgency
from course.model.visit import Event
from course.rules import safety, vitals


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


def escalate_over_order(record: CourseRecord, session: str, sentence: str, now: datetime) -> CourseRecord:
    """The record with a prescriber's task about a dose that was given over its order, and an urgent escalation."""
    text = f"session {session}: {sentence}"
    tasked = open_task(record, TaskKind.DOSE_OVER_ORDER, now, now + days(1), Role.PRESCRIBER, text, session)
    trigger = Trigger(what="dose over order", subject=session, at=now, urgency=Urgency.URGENT)
    return safety.raise_escalation(tasked, (trigger,), now)


def escalate_vital_signs(
    record: CourseRecord, session: str, readings: Sequence[Reading], now: datetime
) -> tuple[CourseRecord, tuple[str, ...]]:
    """The record with a prompt escalation where a vital sign lies beyond its limit, and which ones do."""
    found = vitals.outside_during_infusion(record.protocol.during, readings)
    if not found:
        return record, ()
    trigger = Trigger(what="vital signs", subject=session, at=now, urgency=Urgency.PROMPT)
    return safety.raise_escalation(record, (trigger,), now), found
