"""Clearance: may the course begin, may this visit be dosed, and why not."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from course.acts import CheckIn, Reading
from course.carried import days, minutes
from course.protocol import DoseBasis, Gate, Protocol
from course.record import CourseRecord, GateState, Order, Session
from course.terms import GateAnswer, GateKind, Role, Urgency

IDENTIFIERS = 2
"""Name and date of birth, or the record number."""

SYSTOLIC_ALERT, SYSTOLIC_LOW, DIASTOLIC_ALERT = 180, 90, 110
HEART_ALERT, HEART_LOW, SPO2_LOW = 120, 50, 92
"""Alerts during an infusion: mmHg, mmHg, mmHg, /min, /min, percent. [set]"""

WEEKDAYS = 7

NAMING = frozenset({GateKind.NAMED, GateKind.REQUIRED})
GIVEN = NAMING | {GateKind.CONSENT, GateKind.LAB}


@dataclass(frozen=True)
class GateProblem:
    """One gate that stands against treatment, and who may mend it."""

    gate: str
    sentence: str
    by: tuple[Role, ...]


@dataclass(frozen=True)
class DoseCheck:
    """A dose against its order; `per_unit` is in the protocol's dose basis."""

    per_unit: Decimal
    ordered_mg: Decimal
    over_percent: Decimal
    exceeds: bool
    sentence: str


def gate_problems(record: CourseRecord, at: datetime, session: int = 1) -> tuple[GateProblem, ...]:
    """The gates that stand against treatment at an instant, for the `session`-th of the series (1-based)."""
    found = []
    for gate in record.protocol.gates:
        state = record.gates.get(gate.id)
        if gate.optional and (state is None or gate.kind is GateKind.CONSENT):
            continue
        why = _against(gate, state, at, session)
        if why:
            found.append(GateProblem(gate.id, f"{gate.id} {why}", gate.by))
    return tuple(found)


def _against(gate: Gate, state: GateState | None, at: datetime, session: int) -> str:
    if state is None:
        return "has no answer"
    expired = state.expires is not None and state.expires <= at
    reasons = {
        "is pending": state.answer is GateAnswer.PENDING,
        "excludes treatment": gate.kind is GateKind.ABSOLUTE and state.answer is not GateAnswer.NO,
        "excludes treatment unless a prescriber overrides it with a reason": gate.kind is GateKind.RELATIVE
        and state.answer not in {GateAnswer.NO, GateAnswer.OVERRIDDEN},
        "is not given": gate.kind in GIVEN and state.answer is not GateAnswer.YES,
        "names nobody and nothing": gate.kind in NAMING and not state.detail,
        "has expired": expired and (not gate.before_sessions or session in {1, *gate.before_sessions}),
    }
    return next((why for why, holds in reasons.items() if holds), "")


def why_not_clear(record: CourseRecord, at: datetime) -> tuple[str, ...]:
    """What stands against signing clearance: gates, and a baseline that is missing or too old."""
    against = [problem.sentence for problem in gate_problems(record, at)]
    instrument, oldest = record.protocol.outcome.instrument, record.protocol.measuring.baseline_days_max
    scores = record.primary_scores
    if not scores or scores[-1].at < at - days(oldest):
        against.append(f"a {instrument} of the last {oldest} days is missing")
    return tuple(against)


def why_not_dose(record: CourseRecord, session: Session, check_in: CheckIn, at: datetime) -> tuple[str, ...]:
    """What stands against dosing this visit now, one clause each; empty means cleared."""
    against: list[str] = []
    if record.clearance is None:
        against.append("the course has no signed clearance")
    if record.held is not None:
        against.append(f"the course is held ({record.held.cause})")
    number = 1 + sum(1 for dose in record.valid_doses if dose.series_number == session.series_number)
    against += [problem.sentence for problem in gate_problems(record, at, number)]
    escalation = record.open_escalation
    if escalation is not None and any(one.urgency is Urgency.URGENT for one in escalation.triggers):
        against.append("an escalation is open: a prescriber sees the patient first and resolves it")
    if check_in.identifiers < IDENTIFIERS:
        against.append("two identifiers are needed: name and date of birth, or the record number")
    if not check_in.escort:
        against.append("there is no escort")
    if not check_in.fasting:
        against.append("the patient has not fasted")
    if not check_in.measure_waived and not measure_in(record, at):
        against.append(f"the {record.protocol.outcome.instrument} is missing: record it or waive it with a reason")
    if check_in.changes:
        against.append(f"changes were reported ({', '.join(check_in.changes)}): a prescriber decides")
    against += _pressure(record, check_in)
    return tuple(against)


def measure_in(record: CourseRecord, at: datetime) -> bool:
    """Whether the primary measure is recent enough: one cadence step old at most."""
    scores = record.primary_scores
    oldest = max(step.every_days for step in record.protocol.measuring.cadence[:1])
    return bool(scores) and scores[-1].at >= at - days(oldest)


def _pressure(record: CourseRecord, check_in: CheckIn) -> list[str]:
    """High on two readings 15 minutes apart refuses [set]; raised takes a prescriber's signature (SPRAVATO label)."""
    rule = record.protocol.session
    readings = sorted(check_in.readings, key=lambda one: one.at)
    if not readings:
        return ["there is no blood pressure reading"]
    high = [one for one in readings if one.systolic >= rule.systolic_refuse or one.diastolic >= rule.diastolic_refuse]
    last = readings[-1]
    if last in high:
        if high[-1].at - high[0].at >= minutes(rule.recheck_minutes):
            return ["blood pressure is too high on two readings: record it as not given"]
        return [f"blood pressure is too high: read again after {rule.recheck_minutes} minutes"]
    raised = last.systolic >= rule.systolic_sign or last.diastolic >= rule.diastolic_sign
    signed = check_in.signed_bp and check_in.actor.role is Role.PRESCRIBER
    return ["blood pressure is raised: a prescriber signs (--sign-bp)"] if raised and not signed else []


def alerts(readings: tuple[Reading, ...]) -> tuple[str, ...]:
    """What in a series of vitals a prescriber should see, one clause each, without the values."""
    found = []
    if any(one.systolic > SYSTOLIC_ALERT or one.diastolic > DIASTOLIC_ALERT for one in readings):
        found.append("blood pressure above the alert limit")
    if any(one.systolic < SYSTOLIC_LOW for one in readings):
        found.append("blood pressure below the alert limit")
    if any(one.heart_rate is not None and not HEART_LOW <= one.heart_rate <= HEART_ALERT for one in readings):
        found.append("heart rate outside the alert limits")
    if any(one.spo2 is not None and one.spo2 < SPO2_LOW for one in readings):
        found.append("oxygen saturation below the alert limit")
    return tuple(found)


def weight_doubt(record: CourseRecord, weight_kg: Decimal) -> str:
    """Why a weight is asked again (10 % off the last one: pounds?), or an empty string."""
    doses = record.valid_doses
    if not doses:
        return ""
    last, most = doses[-1].weight_kg, record.protocol.session.weight_change_percent
    if abs(weight_kg - last) * 100 < most * last:
        return ""
    return f"the weight is {most} % or more off the last one: weigh again, in kilograms, and confirm it"


def dose_check(record: CourseRecord, minutes_: int, mg: Decimal, weight_kg: Decimal) -> DoseCheck:
    """Compute mg/kg (or mg/kg/h) and hold a dose against the order, its ceiling, and the protocol's mg an hour."""
    order, rule = record.order, record.protocol.dose
    spread = Decimal(minutes_) / 60 if rule.basis is DoseBasis.MG_PER_KG_PER_HOUR else Decimal(1)
    ordered = min(order.amount * weight_kg * spread, order.max_mg)
    per_unit = mg / weight_kg / spread
    over = (mg - ordered) * 100 / ordered
    hourly = mg * 60 / minutes_
    reasons = []
    if over > record.protocol.session.over_order_percent:
        reasons.append(f"{over:.0f} % over the order")
    if mg > order.max_mg:
        reasons.append(f"over the maximum of {order.max_mg} mg")
    if rule.max_mg_per_hour is not None and hourly > rule.max_mg_per_hour:
        reasons.append(f"over {rule.max_mg_per_hour} mg an hour")
    within = f"{mg} mg is within the order"
    return DoseCheck(
        per_unit=per_unit.quantize(Decimal("0.001")),
        ordered_mg=ordered.quantize(Decimal("0.1")),
        over_percent=over.quantize(Decimal("0.1")),
        exceeds=bool(reasons),
        sentence=f"{mg} mg is {' and '.join(reasons)}" if reasons else within,
    )


def why_order_refused(protocol: Protocol, order: Order) -> str:
    """Why an order leaves the protocol's ranges, in one sentence, or an empty string."""
    dose, series = protocol.dose, protocol.induction
    if not dose.low <= order.amount <= dose.high:
        return f"{protocol.id} allows {dose.low} to {dose.high} {dose.basis}: choose an amount inside"
    if not dose.minutes_min <= order.minutes <= dose.minutes_max:
        return f"{protocol.id} allows {dose.minutes_min} to {dose.minutes_max} minutes: choose a time inside"
    if not 0 < order.max_mg <= dose.max_mg:
        return f"{protocol.id} allows at most {dose.max_mg} mg a session: choose a ceiling up to that"
    if not series.sessions_min <= order.sessions <= series.sessions_max:
        return f"{protocol.id} allows {series.sessions_min} to {series.sessions_max} sessions: choose a number inside"
    if not order.weekdays or list(order.weekdays) != sorted({day for day in order.weekdays if 0 <= day < WEEKDAYS}):
        return "weekdays go from 0 (Monday) to 6, each once, in order"
    return ""
