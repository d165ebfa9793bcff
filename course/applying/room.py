"""The treatment room: arriving, dosing, not dosing, stopping early. What happened is always recordable."""

from datetime import datetime
from decimal import Decimal

from course import clearance, safety
from course.acts import AbortSession, CheckIn, GivenSession, NoShow, NotGiven, Reading
from course.applying.change import Change, Refused, refuse_if, session_of
from course.applying.holding import held_now
from course.carried import days, hours, minutes
from course.page import open_task
from course.record import CourseRecord, Dose, Session, Signature, Trigger, Vitals
from course.terms import HoldCause, Role, Series, SessionStatus, TaskKind, Urgency

EARLIEST_BEFORE = hours(12)
ROUNDED = minutes(1)
"""Times are said in whole minutes."""

ITEM_9 = "item 9"


def check_in(record: CourseRecord, act: CheckIn, now: datetime) -> Change:
    """Clear one visit for dosing, or say why it may not be dosed."""
    session = session_of(record, act.session)
    if now < session.start - EARLIEST_BEFORE:
        raise Refused(f"session {session.id} is not today: check in on the day, or defer it to now")
    against = list(clearance.why_not_dose(record, session, act, now))
    doubt = clearance.weight_doubt(record, act.weight_kg)
    if doubt and not act.weight_confirmed:
        against.append(doubt)
    if act.planned_mg is not None:
        planned = clearance.dose_check(record, session.minutes, act.planned_mg, act.weight_kg)
        if planned.exceeds:
            against.append(f"{planned.sentence}: plan at most {planned.ordered_mg} mg or have the order amended")
    if against:
        raise Refused(f"not cleared for dosing: {'; '.join(against)}")
    arrived = session.with_(
        status=SessionStatus.ARRIVED,
        arrived_at=act.happened_at,
        weight_kg=act.weight_kg,
        vitals=(*session.vitals, *_vitals(act.readings)),
        signed_bp=_bp_signature(act),
        checks=(*session.checks, "cleared", *act.changes),
    )
    waived = f", measure waived: {act.measure_waived}" if act.measure_waived else ""
    return Change(
        record.with_session(arrived), f"session {session.id} cleared for dosing{waived}", session.status, "arrived"
    )


def _bp_signature(act: CheckIn) -> Signature | None:
    if not act.signed_bp:
        return None
    actor = act.actor
    return Signature(
        name=actor.name,
        account_id=actor.account_id,
        role=actor.role,
        at=act.happened_at,
        meaning="blood pressure accepted",
    )


def _vitals(readings: tuple[Reading, ...]) -> tuple[Vitals, ...]:
    return tuple(Vitals.model_validate(one.model_dump()) for one in readings)


def give_session(record: CourseRecord, act: GivenSession, now: datetime) -> Change:
    """Record what was given; what breaks a rule is recorded too, flagged, and escalated."""
    session = session_of(record, act.session)
    changed, dose, flags = _dosed(record, session, act, SessionStatus.GIVEN, now)
    if record.maintained is not None and session.series is Series.BOOSTER:
        plan = record.maintained
        changed = changed.with_(maintained=plan.with_(lead_in_done=plan.lead_in_done + 1))
    if act.serious:
        changed = _serious(changed, session, now)
        flags = (*flags, "serious adverse event: the course is held")
    return Change(changed, f"session {session.id} given: {_summary(record, dose)}", session.status, "given", flags)


def abort_session(record: CourseRecord, act: AbortSession, now: datetime) -> Change:
    """Record an infusion that was stopped early, and hold the course."""
    session = session_of(record, act.session)
    if act.mg == 0:
        raise Refused(f"no drug was given in session {session.id}: record it with `not-given`")
    changed, dose, flags = _dosed(record, session, act, SessionStatus.ABORTED, now)
    changed = (
        _serious(changed, session, now)
        if act.serious
        else held_now(changed, HoldCause.ADVERSE_EVENT, now, f"session {session.id} aborted")
    )
    return Change(
        changed, f"session {session.id} aborted: {_summary(record, dose)}, held", session.status, "aborted", flags
    )


def _serious(record: CourseRecord, session: Session, now: datetime) -> CourseRecord:
    trigger = Trigger(what="serious adverse event", subject=session.id, at=now, urgency=Urgency.URGENT)
    held = held_now(record, HoldCause.ADVERSE_EVENT, now, f"serious adverse event in {session.id}")
    return safety.raise_escalation(held, (trigger,), now)


def _dosed(
    record: CourseRecord, session: Session, act: GivenSession | AbortSession, status: SessionStatus, now: datetime
) -> tuple[CourseRecord, Dose, tuple[str, ...]]:
    weight = act.weight_kg or session.weight_kg
    if weight is None:
        raise Refused(f"session {session.id} has no weight: give --weight-kg, mg/kg is computed from it")
    if act.started_at > now or (isinstance(act, GivenSession) and act.left_at is not None and act.left_at > now):
        raise Refused("an infusion that is recorded as given cannot lie in the future: correct its times")
    ended_at = act.started_at + minutes(act.minutes)
    if ended_at > now + ROUNDED:
        end = f"{record.zone.local(ended_at):%H:%M}"
        raise Refused(f"{act.minutes} minutes from then end at {end}: record it then, or say how long it really ran")
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
    )
    ended = session.with_(
        status=status,
        ended_at=ended_at,
        mg=act.mg,
        weight_kg=weight,
        vitals=(*session.vitals, *_vitals(act.readings)),
        reason=act.reason,
    )
    changed = record.with_session(ended).with_(doses=(*record.doses, dose))
    flags = _flags(record, session, act, weight)
    for kind in dict.fromkeys(kind for _, kind in flags):
        text = f"session {session.id}: {'; '.join(flag for flag, of in flags if of is kind)}"
        changed = open_task(changed, kind, now, now + days(1), Role.PRESCRIBER, text, session.id)
    if any(kind is TaskKind.DOSE_OVER_ORDER for _, kind in flags):
        trigger = Trigger(what="dose over order", subject=session.id, at=now, urgency=Urgency.URGENT)
        changed = safety.raise_escalation(changed, (trigger,), now)
    return changed, dose, tuple(flag for flag, _ in flags)


def _flags(
    record: CourseRecord, session: Session, act: GivenSession | AbortSession, weight: Decimal
) -> list[tuple[str, TaskKind]]:
    check = clearance.dose_check(record, act.minutes, act.mg, weight)
    flags = [(check.sentence, TaskKind.DOSE_OVER_ORDER)] if check.exceeds else []
    if session.status is not SessionStatus.ARRIVED:
        flags.append(("given without a pre-dose check", TaskKind.ALERT))
    if record.held is not None:
        flags.append(("given while the course was held", TaskKind.ALERT))
    flags += [(alert, TaskKind.ALERT) for alert in clearance.alerts(act.readings)]
    return flags


def _summary(record: CourseRecord, dose: Dose) -> str:
    check = clearance.dose_check(record, dose.minutes, dose.mg, dose.weight_kg)
    return f"{dose.mg} mg over {dose.minutes} min ({_short(check.per_unit)} {record.protocol.dose.basis})"


def _short(amount: Decimal) -> str:
    return f"{amount:f}".rstrip("0").rstrip(".")


def not_given(record: CourseRecord, act: NotGiven, now: datetime) -> Change:
    """The patient came and was not dosed; the series still owes the session."""
    session = session_of(record, act.session)
    if now < session.start - EARLIEST_BEFORE:
        raise Refused(f"session {session.id} is not today: defer or omit it instead")
    ended = session.with_(
        status=SessionStatus.NOT_GIVEN,
        ended_at=act.happened_at,
        code=act.code,
        reason=act.reason,
        vitals=(*session.vitals, *_vitals(act.readings)),
    )
    return Change(
        record.with_session(ended), f"session {session.id} not given ({act.code})", session.status, "not given"
    )


def no_show(record: CourseRecord, act: NoShow, now: datetime) -> Change:
    """The patient did not come: a kind message, and a call the same day; the prescriber calls after a positive item."""
    session = session_of(record, act.session)
    refuse_if("" if now >= session.start else f"session {session.id} has not begun: wait, or defer or omit it")
    ended = session.with_(status=SessionStatus.NO_SHOW, ended_at=now, reason=act.reason)
    positive = bool(record.primary_scores and record.primary_scores[-1].flags)
    role = Role.PRESCRIBER if positive else Role.COORDINATOR
    changed = open_task(
        record.with_session(ended),
        TaskKind.CALL_NO_SHOW,
        now,
        now + hours(8),
        role,
        f"session {session.id}: the patient did not come, call today",
        session.id,
    )
    return Change(changed, f"session {session.id}: no-show", session.status, "no-show")
