"""Clearance: may this course begin, may this dose be given, and if not, every reason why."""

from collections.abc import Iterator
from datetime import datetime

from course.acts.room import CheckIn
from course.model.base import ROUNDED, minutes
from course.model.record import CourseRecord
from course.model.terms import GateAnswer, GateKind, Role, SessionStatus, Urgency
from course.model.visit import Session
from course.phases import dosed_in_series
from course.rules import screening, vitals
from course.rules.dosing import why_order_refused
from course.rules.followup import missing_baselines
from course.rules.gates import gate_problems
from course.rules.measuring import every_days

CLINICAL = frozenset({Role.NURSE, Role.PRESCRIBER})
IDENTIFIERS = 2
"""Name and date of birth, or the record number, before every dose."""


def why_not_clear(record: CourseRecord, at: datetime) -> tuple[str, ...]:
    """Everything that stands against signing clearance; the signature also signs an order inside its ranges."""
    against = [problem.sentence for problem in gate_problems(record, at)]
    if record.held is not None:
        against.append(f"the course is held ({record.held.cause}): release it first")
    if record.open_escalation is not None:
        against.append(f"escalation {record.open_escalation.id} is open: see the patient and resolve it first")
    most = record.protocol.measuring.baseline_days_max
    against += [_measure_missing(record, at, most), why_order_refused(record.protocol, record.order)]
    return tuple(why for why in against if why)


def why_unscreened(record: CourseRecord, at: datetime) -> tuple[str, ...]:
    """What was not asked at intake; a prescriber may sign without it, with a reason."""
    return (*screening.missing_at_intake(record, at), *missing_baselines(record))


def why_not_dose(record: CourseRecord, session: Session, check_in: CheckIn, at: datetime) -> tuple[str, ...]:
    """Everything that stands against dosing one session now; empty means that it may be given."""
    return (
        *_course(record, session, at),
        *(problem.sentence for problem in gate_problems(record, at, 1 + dosed_in_series(record))),
        *_identity_escort_fasting(record, check_in),
        *_questionnaires(record, check_in, at),
        *_changed_since_intake(record, check_in),
        *_vital_signs(record, check_in),
    )


def why_not_yet(record: CourseRecord, session: Session, at: datetime) -> tuple[str, ...]:
    """What stands against dosing a session as far as it is known before the patient comes."""
    gates = (problem.sentence for problem in gate_problems(record, at, 1 + dosed_in_series(record)))
    missing = _measure_missing(record, at, every_days(record, at))
    return (*_course(record, session, at), *gates, *([missing] if missing else []), *screening.owed(record))


def measure_in(record: CourseRecord, at: datetime) -> bool:
    """Whether the primary measure is recent enough to dose on: as old as the cadence lets it be, in calendar days."""
    return not _measure_missing(record, at, every_days(record, at))


def unrated(record: CourseRecord, at: datetime) -> tuple[str, ...]:
    """The instruments that are to be rated on the day of a visit and were not."""
    return tuple(
        name
        for name in record.protocol.measuring.at_visits
        if not any(one.at <= at and record.zone.days_between(one.at, at) == 0 for one in record.scores_of(name))
    )


def _course(record: CourseRecord, session: Session, at: datetime) -> Iterator[str]:
    if not session.is_open:
        yield f"session {session.id} is over ({session.status}): plan another"
    if record.clearance is None:
        yield "the course is not cleared: a prescriber signs clearance first"
    if record.order.signed is None:
        yield "the order is not signed: a prescriber signs it first"
    if record.held is not None:
        yield f"the course is held ({record.held.cause}): release it first"
    escalation = record.open_escalation
    if escalation is not None and seen_first(record, at):
        yield f"escalation {escalation.id} is open: a prescriber sees the patient first and resolves it"


def seen_first(record: CourseRecord, at: datetime) -> bool:
    """Whether an open escalation is urgent or of the day, so that a prescriber sees the patient before a dose."""
    triggers = () if record.open_escalation is None else record.open_escalation.triggers
    return any(one.urgency is Urgency.URGENT or record.zone.days_between(one.at, at) == 0 for one in triggers)


def _identity_escort_fasting(record: CourseRecord, check_in: CheckIn) -> Iterator[str]:
    rule = record.protocol.session
    if check_in.actor.role not in CLINICAL:
        yield f"a {check_in.actor.role} may not clear a dose: it takes a nurse or a prescriber"
    if check_in.identifiers < IDENTIFIERS:
        yield "check two identifiers: name and date of birth, or the record number"
    if not check_in.escort:
        yield "no escort: nobody leaves alone"
    if not check_in.fasting:
        yield (
            f"not fasted: {rule.fasting_solids_hours} hours without solid food, "
            f"{rule.fasting_fluids_hours} without clear fluids"
        )


def _questionnaires(record: CourseRecord, check_in: CheckIn, at: datetime) -> Iterator[str]:
    why = _measure_missing(record, at, every_days(record, at))
    if why and not check_in.measure_waived:
        yield f"{why}, or waive it with a reason"
    if not (check_in.measure_waived and check_in.actor.role is Role.PRESCRIBER):
        for name in unrated(record, at):
            yield f"{name} is not rated today: rate it, or a prescriber waives it with a reason"


def _measure_missing(record: CourseRecord, at: datetime, days_max: int) -> str:
    name = record.protocol.outcome.instrument
    taken = [one.at for one in record.primary_scores if one.at <= at]
    if not taken:
        return f"{name} is missing: ask it"
    age = record.zone.days_between(taken[-1], at)
    return f"{name} is {age} days old, {days_max} at most: ask it again" if age > days_max else ""


def _changed_since_intake(record: CourseRecord, check_in: CheckIn) -> Iterator[str]:
    """What was asked before a dose, and the exclusions that it found; a flag is for the record only."""
    if not check_in.asked:
        yield "ask first: new medicines, possible pregnancy, illness, substances, elation, urinary symptoms"
    for change in check_in.changes:
        gate, state = record.protocol.gate(change), record.gates.get(change)
        if gate is None:
            yield f"there is no gate {change} to have changed: name a gate, and put anything else into a note"
        elif gate.kind is GateKind.ABSOLUTE:
            yield f"gate {gate.id} has changed and excludes treatment: it holds the course"
        elif gate.kind is GateKind.RELATIVE and (state is None or state.answer is not GateAnswer.OVERRIDDEN):
            yield f"gate {gate.id} has changed: a prescriber overrides it with a reason first"


def may_sign(check_in: CheckIn) -> bool:
    """Whether the check is a prescriber's, and says why the dose is given all the same."""
    return bool(check_in.signed_for) and check_in.actor.role is Role.PRESCRIBER


def needs_signature(record: CourseRecord, check_in: CheckIn) -> Iterator[str]:
    """What stands against a dose until a prescriber signs for it with a reason, as it was at the check."""
    rule, at = record.protocol.session, check_in.happened_at
    found = vitals.against_limits(record.protocol.before_dose, check_in.readings, at, rule.readings_minutes)
    if asked := vitals.asked_again(found, rule.readings_minutes):
        yield asked
    outside = [*found.outside]
    last = max(check_in.readings, key=lambda one: one.at, default=None)
    if last is not None and (last.systolic >= rule.systolic_sign or last.diastolic >= rule.diastolic_sign):
        outside.append(f"blood pressure from {rule.systolic_sign}/{rule.diastolic_sign} mmHg on")
    if outside:
        yield ", ".join(outside)
    yield from screening.missing_before_dose(record, at)


def not_kept(record: CourseRecord, session: Session, started_at: datetime) -> Iterator[str]:
    """What of the rules before a dose was not kept when it was given all the same."""
    most = record.protocol.session.readings_minutes
    if session.status is not SessionStatus.ARRIVED:
        yield "given without a pre-dose check"
    elif session.arrived_at is not None and started_at < session.arrived_at - ROUNDED:
        yield "begun before its pre-dose check"
    elif session.arrived_at is not None and started_at > session.arrived_at + minutes(most) + ROUNDED:
        yield f"begun more than {most} minutes after its pre-dose check"
    if record.held is not None:
        yield "given while the course was held"


def _vital_signs(record: CourseRecord, check_in: CheckIn) -> Iterator[str]:
    """Blood pressure that nobody may override; where there is none, what a prescriber may override with a reason."""
    at = check_in.happened_at
    today = [one for one in check_in.readings if record.zone.days_between(one.at, at) == 0]
    if any(one.at > at for one in check_in.readings):
        yield "a reading lies in the future: correct its time"
    elif why := vitals.why_pressure_refused(record.protocol.session, today):
        yield why
    elif not may_sign(check_in):
        yield from (f"{one}: or a prescriber signs for it with a reason" for one in needs_signature(record, check_in))
