"""The treatment room: arriving, dosing, not dosing, stopping early. What happened is always recordable."""

from datetime import datetime, time
from decimal import Decimal

from course.acts.room import AbortSession, Adverse, CheckIn, GivenSession, NoShow, NotGiven
from course.agenda.call_tasks import call_instead
from course.agenda.date_format import when
from course.handlers import adverse_events, leaving
from course.handlers.adverse_events import escalate_over_order, escalate_vital_signs
from course.handlers.change import Change, Refused, refuse_if, session_of, shown, signature
from course.handlers.intake import excluded, flags_set
from course.handlers.placing_holds import held_now
from course.model.base import ROUNDED, days, hours, minutes
from course.model.calendar import days_from
from course.model.journal import open_task
from course.model.record import CourseRecord
from course.model.terms import GateKind, HoldCause, OccasionKind, Role, SessionStatus, TaskKind
from course.model.visit import Dose, Session, SignedFor
from course.rules import clearance, dosing, vitals

EARLIEST_BEFORE = hours(12)
DAY_ENDS = time(23, 59)
NOTHING = Decimal("0.01")
"""Stands for a plan that was not said: what was ordered is the plan."""


def check_in(record: CourseRecord, act: CheckIn, now: datetime) -> Change:
    """Clear one visit for dosing, or say why it may not be dosed."""
    session = session_of(record, act.session)
    if now < session.start - EARLIEST_BEFORE:
        raise Refused(f"session {session.id} is not today: check in on the day, or defer it to now")
    exclusions = [gate for gate in act.changes if _is_absolute(record, gate)]
    if exclusions:
        return _excluded(record, session, act, exclusions, now)
    against = list(clearance.why_not_dose(record, session, act, now))
    planned = dosing.dose_check(record, session.minutes, act.planned_mg or NOTHING, act.weight_kg)
    if act.planned_mg is not None and planned.exceeds:
        against.append(f"{planned.sentence}: plan at most {planned.ordered_mg} mg or have the order amended")
    if against:
        raise Refused(f"not cleared for dosing: {'; '.join(against)}")
    signed = _signed_for(record, act)
    arrived = session.with_(
        status=SessionStatus.ARRIVED,
        arrived_at=act.happened_at,
        weight_kg=act.weight_kg,
        vitals=(*session.vitals, *leaving.vitals_of(act.readings)),
        signed_for=signed,
        checks=(*session.checks, "cleared", *_asked(act), *act.changes),
    )
    record = flags_set(record, act.changes, act.changed_at or act.happened_at, act.actor)
    waived = f", measure waived: {act.measure_waived}" if act.measure_waived else ""
    changed, beyond = escalate_vital_signs(record.with_session(arrived), session.id, act.readings, now)
    mg = planned.ordered_mg if act.planned_mg is None else act.planned_mg
    all_the_same = f", signed for by {act.actor.name}: {'; '.join(signed.what)} ({signed.reason})" if signed else ""
    told = f"session {session.id} cleared for dosing ({', '.join(_asked(act))}), {mg} mg planned{waived}{all_the_same}"
    return Change(changed, told, session.status, "arrived", beyond)


def _signed_for(record: CourseRecord, act: CheckIn) -> SignedFor | None:
    """What a prescriber signed for, who and why; None where nothing needed it."""
    what = tuple(clearance.needs_signature(record, act))
    if not what:
        return None
    return SignedFor(
        signed=signature(act.actor, act.happened_at, "dosed all the same"), what=what, reason=act.signed_for
    )


def _asked(act: CheckIn) -> tuple[str, ...]:
    """What was found in order before the dose, for the record."""
    value = (("escort", act.escort), ("fasted", act.fasting), ("changes asked", act.asked))
    return (f"{act.identifiers} identifiers", *(what for what, yes in value if yes))


def _is_absolute(record: CourseRecord, name: str) -> bool:
    gate = record.protocol.gate(name)
    return gate is not None and gate.kind is GateKind.ABSOLUTE


def _excluded(record: CourseRecord, session: Session, act: CheckIn, names: list[str], now: datetime) -> Change:
    """What the questions before a dose found holds at once, from when it became true; the visit is not dosed."""
    since = act.changed_at or act.happened_at
    if since > now:
        raise Refused("a change that has happened cannot lie in the future: correct its time")
    changed = record
    for name in names:
        changed = excluded(changed, name, since, act.actor, now)
    text = f"session {session.id} not cleared: {', '.join(names)} since {shown(record, since)}, the course is held"
    return Change(changed, text, "no", "yes")


def give_session(record: CourseRecord, act: GivenSession, now: datetime) -> Change:
    """Record what was given; what breaks a rule is recorded too, flagged, and escalated."""
    session = session_of(record, act.session)
    changed, dose, flags = _dosed(record, session, act, SessionStatus.GIVEN, now)
    changed = adverse_events.with_events(changed, adverse_events.of(act.adverse, session.id, dose.at, dose.by), now)
    if any(one.serious for one in act.adverse):
        flags = (*flags, "serious adverse event: the course is held")
    told = f"session {session.id} given: {_summary(record, dose)}{_told(act.adverse)}{_comfort(act)}"
    return Change(changed, told, session.status, "given", flags)


def abort_session(record: CourseRecord, act: AbortSession, now: datetime) -> Change:
    """Record an infusion that was stopped early, and hold the course."""
    session = session_of(record, act.session)
    if act.mg == 0:
        raise Refused(f"no drug was given in session {session.id}: record it with `not-given`")
    changed, dose, flags = _dosed(record, session, act, SessionStatus.ABORTED, now)
    changed = adverse_events.with_events(changed, adverse_events.of(act.adverse, session.id, dose.at, dose.by), now)
    changed = held_now(changed, HoldCause.ADVERSE_EVENT, now, f"session {session.id} aborted")
    told = f"session {session.id} aborted: {_summary(record, dose)}{_told(act.adverse)}{_comfort(act)}, held"
    return Change(changed, told, session.status, "aborted", flags)


def _told(found: tuple[Adverse, ...]) -> str:
    return f"; {'; '.join(adverse_events.said(one) for one in found)}" if found else ""


def _comfort(act: GivenSession | AbortSession) -> str:
    """How comfortable the patient was in the room, as the page says it."""
    number = "" if act.comfort is None else f" {act.comfort} of 10"
    word = f' "{act.comfort_word}"' if act.comfort_word else ""
    return f"; comfort in the room{number}{word}" if number or word else ""


def _dosed(
    record: CourseRecord, session: Session, act: GivenSession | AbortSession, status: SessionStatus, now: datetime
) -> tuple[CourseRecord, Dose, tuple[str, ...]]:
    weight = act.weight_kg or session.weight_kg
    if weight is None:
        raise Refused(f"session {session.id} has no weight: give --weight-kg, mg/kg is computed from it")
    leaving.refuse_future(act.readings, now)
    if act.started_at > now or (act.leaving is not None and act.leaving.at > now):
        raise Refused("an infusion that is recorded as given cannot lie in the future: correct its times")
    ended_at = act.started_at + minutes(act.minutes)
    if ended_at > now + ROUNDED:
        end = f"{record.zone.local(ended_at):%H:%M}"
        raise Refused(f"{act.minutes} minutes from then end at {end}: record it then, or say how long it really ran")
    if act.started_at < record.opened_at:
        raise Refused("that is before the course began: correct the time of the infusion")
    if act.started_at < session.planned_at - days(1):
        raise Refused(f"session {session.id} was planned later than that: correct the time of the infusion")
    dose = Dose(
        session=session.id,
        at=act.started_at,
        mg=act.mg,
        minutes=act.minutes,
        weight_kg=weight,
        status=status,
        series=session.series,
        series_number=session.series_number,
        by=act.actor.name,
        early=session.early,
        comfort=act.comfort,
        comfort_word=act.comfort_word,
    )
    ended = session.with_(
        status=status,
        ended_at=ended_at,
        mg=act.mg,
        weight_kg=weight,
        vitals=(*session.vitals, *leaving.vitals_of(act.readings)),
        still_here=act.leaving is None,
        reason=act.reason,
    )
    left_early: tuple[str, ...] = ()
    if act.leaving is not None:
        ended, left_early = leaving.departed(record, ended, act.leaving, act.actor.name)
    changed = record.with_session(ended).with_(doses=(*record.doses, dose))
    changed = _told_of_another_day(changed, ended, now)
    over = dosing.why_over_order(record, act.minutes, act.mg, weight)
    if over:
        changed = escalate_over_order(changed, session.id, "; ".join(over), now)
    changed, beyond = escalate_vital_signs(changed, session.id, act.readings, now)
    flags = (*clearance.not_kept(record, session, act.started_at), *beyond, *(f"left: {why}" for why in left_early))
    if flags:
        text = f"session {session.id}: {'; '.join(flags)}"
        changed = open_task(changed, TaskKind.ALERT, now, now + days(1), Role.PRESCRIBER, text, session.id)
    gaps = vitals.gaps(record.protocol.session, ended.vitals, act.started_at, ended_at)
    return changed, dose, (*over, *flags, *gaps)


def _told_of_another_day(record: CourseRecord, session: Session, now: datetime) -> CourseRecord:
    """Somebody calls a patient who was told of a later day than the one on which the visit took place."""
    if session.told is None or session.ended_at is None:
        return record
    was, expected = (record.zone.local(at) for at in (session.ended_at, session.told))
    if expected.date() <= was.date():
        return record
    given = f"it took place on {when(record.zone, session.ended_at)}"
    return call_instead(record, [f"{session.id}/{OccasionKind.CANCELLED}/1"], now, given)


def _summary(record: CourseRecord, dose: Dose) -> str:
    check = dosing.dose_check(record, dose.minutes, dose.mg, dose.weight_kg)
    return f"{dose.mg} mg over {dose.minutes} min ({_short(check.per_unit)} {record.protocol.dose.basis})"


def _short(amount: Decimal) -> str:
    return f"{amount:f}".rstrip("0").rstrip(".")


def not_given(record: CourseRecord, act: NotGiven, now: datetime) -> Change:
    """The patient came and was not dosed; the series still owes the session."""
    session = session_of(record, act.session)
    leaving.refuse_future(act.readings, now)
    if now < session.start - EARLIEST_BEFORE:
        raise Refused(f"session {session.id} is not today: defer or omit it instead")
    ended = session.with_(
        status=SessionStatus.NOT_GIVEN,
        ended_at=act.happened_at,
        code=act.code,
        reason=act.reason,
        vitals=(*session.vitals, *leaving.vitals_of(act.readings)),
    )
    changed = _told_of_another_day(record.with_session(ended), ended, now)
    changed, beyond = escalate_vital_signs(changed, session.id, act.readings, now)
    told = f"session {session.id} not given ({act.code})"
    return Change(changed, told, session.status, "not given", beyond)


def no_show(record: CourseRecord, act: NoShow, now: datetime) -> Change:
    """The patient did not come: a kind message, and a call the same day; the prescriber calls after a positive item."""
    session = session_of(record, act.session)
    refuse_if("" if now >= session.start else f"session {session.id} has not begun: wait, or defer or omit it")
    ended = session.with_(status=SessionStatus.NO_SHOW, ended_at=now, code=act.code, reason=act.reason)
    positive = any(scores[-1].flags for name in record.instruments if (scores := record.scores_of(name)))
    today = days_from(record.zone, now, 0, DAY_ENDS)
    role = Role.PRESCRIBER if positive else Role.COORDINATOR
    changed = open_task(
        record.with_session(ended),
        TaskKind.CALL_NO_SHOW,
        now,
        max(now, min(now + hours(8), today)),
        role,
        f"session {session.id}: the patient did not come, call today",
        session.id,
    )
    why = f" ({act.code})" if act.code is not None else ""
    return Change(changed, f"session {session.id}: no-show{why}", session.status, "no-show")
