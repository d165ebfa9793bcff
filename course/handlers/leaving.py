"""Leaving after an infusion: as it is recorded with the visit, or as an act of its own."""

from datetime import datetime

from course.acts.room import Leaving, PatientLeaves, Reading
from course.handlers.adverse_events import escalate_vital_signs
from course.handlers.change import Change, Refused, session_of, shown, signature
from course.model.base import ROUNDED, days
from course.model.journal import open_task
from course.model.record import CourseRecord
from course.model.terms import Role, TaskKind
from course.model.visit import Departure, Session, Vitals
from course.rules import leaving_criteria


def vitals_of(readings: tuple[Reading, ...]) -> tuple[Vitals, ...]:
    """Readings as the record keeps them."""
    return tuple(Vitals.model_validate(one.model_dump()) for one in readings)


def refuse_future(readings: tuple[Reading, ...], now: datetime) -> None:
    """Raise Refused for a reading that lies in the future."""
    if any(one.at > now + ROUNDED for one in readings):
        raise Refused("a reading that was taken cannot lie in the future: correct its time")


def departed(record: CourseRecord, session: Session, left: Leaving, by: str) -> tuple[Session, tuple[str, ...]]:
    """The visit with its end, and what of the criteria was not met."""
    why = leaving_criteria.unmet(record, session, left, session.vitals)
    return session.with_(still_here=False, departure=Departure(at=left.at, by=by, unmet=why)), why


def let_go(record: CourseRecord, act: PatientLeaves, now: datetime) -> Change:
    """The patient leaves; refused while a criterion is not met, unless a prescriber says why or they have gone."""
    session = session_of(record, act.session)
    if session.departure is not None:
        raise Refused(f"the patient left session {session.id} at {shown(record, session.departure.at)} already")
    if act.leaving.at > now or (session.ended_at is not None and act.leaving.at < session.ended_at - ROUNDED):
        raise Refused("a patient leaves after the infusion and not in the future: correct the time")
    refuse_future(act.readings, now)
    watched = session.with_(vitals=(*session.vitals, *vitals_of(act.readings)))
    ended, why = departed(record, watched, act.leaving, act.actor.name)
    signs = act.actor.role is Role.PRESCRIBER and bool(act.reason)
    if why and not act.leaving.gone and not signs:
        raise Refused(f"not ready to leave: {'; '.join(why)}: wait, or a prescriber lets the patient go with a reason")
    if why and signs and ended.departure is not None:
        signed = signature(act.actor, act.happened_at, "let go all the same")
        ended = ended.with_(departure=ended.departure.with_(signed=signed, reason=act.reason))
    changed = record.with_session(ended)
    if why:
        text = f"session {session.id}: left {'on their own' if act.leaving.gone else 'early'}: {'; '.join(why)}"
        changed = open_task(changed, TaskKind.ALERT, now, now + days(1), Role.PRESCRIBER, text, session.id)
    changed, beyond = escalate_vital_signs(changed, session.id, act.readings, now)
    return Change(changed, f"the patient left session {session.id}", "here", "gone", (*why, *beyond))
