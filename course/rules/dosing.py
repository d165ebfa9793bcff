"""Dosing: an amount against the order, weight against the last one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from course.model.parts import Order
from course.model.protocol.protocol import DoseBasis, Protocol
from course.model.record import CourseRecord
from course.rules import induction

MINUTES_AN_HOUR = Decimal(60)
PERCENT = Decimal(100)
TENTH = Decimal("0.1")
THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class DoseCheck:
    """What an amount comes to in the order's own unit, and how it stands against the order and its ceilings."""

    per_unit: Decimal
    ordered_mg: Decimal
    over_percent: Decimal
    exceeds: bool
    sentence: str


def dose_check(record: CourseRecord, minutes: int, mg: Decimal, weight_kg: Decimal) -> DoseCheck:
    """An amount over so many minutes against the signed order; mg/kg is computed here and never typed.

    `ordered_mg` is what the order comes to at this weight, at most its ceilings, rounded down to a tenth. An amount
    exceeds it above `over_order_percent`, above the order's ceiling, or above the protocol's mg an hour, rounded up to
    a tenth of a mg. For mg/kg/h, minutes beyond the ordered ones do not raise the ordered amount; for mg/kg, an amount
    also exceeds it if it runs faster than the ordered mg over `minutes_min`.
    """
    dose, order = record.protocol.dose, record.order
    by_hour = dose.basis is DoseBasis.MG_PER_KG_PER_HOUR
    hours = Decimal(max(minutes, 1)) / MINUTES_AN_HOUR
    ordered_hours = min(hours, Decimal(order.minutes) / MINUTES_AN_HOUR)
    span = hours if by_hour else Decimal(1)
    most_by_rate = None if dose.max_mg_per_hour is None else dose.max_mg_per_hour * hours
    by_weight = order.amount * weight_kg * (ordered_hours if by_hour else 1)
    ordered = min(one for one in (by_weight, order.max_mg, most_by_rate) if one is not None)
    over = (mg / ordered - 1) * PERCENT
    most_percent = Decimal(record.protocol.session.over_order_percent)
    against = []
    if over > most_percent:
        against.append(f"{over.quantize(Decimal(1), ROUND_DOWN)} % over the order")
    if mg > order.max_mg:
        against.append(f"over the ceiling of {order.max_mg} mg")
    if most_by_rate is not None and mg > most_by_rate.quantize(TENTH, ROUND_UP):
        against.append(f"over {dose.max_mg_per_hour} mg an hour")
    if not by_hour and mg * dose.minutes_min > ordered * (minutes + 1) * (1 + most_percent / PERCENT):
        against.append(f"faster than {dose.minutes_min} minutes for the whole")
    ordered_mg = ordered.quantize(TENTH, ROUND_DOWN)
    reads = ", ".join(against) or "within the order"
    return DoseCheck(
        per_unit=(mg / weight_kg / span).quantize(THOUSANDTH, ROUND_HALF_UP),
        ordered_mg=ordered_mg,
        over_percent=over.quantize(TENTH, ROUND_HALF_UP),
        exceeds=bool(against),
        sentence=f"{mg} mg over {minutes} minutes is {reads}, which comes to {ordered_mg} mg",
    )


def why_over_order(record: CourseRecord, minutes: int, mg: Decimal, weight_kg: Decimal) -> tuple[str, ...]:
    """How what was given exceeds the order, empty where it does not; a doubtful weight hides nothing.

    A weight far off the last one, as pounds would be, is said, and the amount is held against the last one too.
    """
    check, last = dose_check(record, minutes, mg, weight_kg), last_weight(record)
    value = [check.sentence] if check.exceeds else []
    doubt = weight_doubt(record, weight_kg)
    if doubt and last is not None:
        at_last = dose_check(record, minutes, mg, last)
        value += [doubt, f"at {last} kg {at_last.sentence}"] if at_last.exceeds else []
    return tuple(value)


def weight_doubt(record: CourseRecord, weight_kg: Decimal) -> str:
    """Why a weight is asked again: too far off the last one, as pounds would be; or an empty string."""
    last = last_weight(record)
    if last is None:
        rule = record.protocol.doubt
        if rule.weight_kg_min <= weight_kg <= rule.weight_kg_max:
            return ""
        usual = f"{rule.weight_kg_min} to {rule.weight_kg_max} kg is expected"
        return f"{weight_kg} kg is rare for a first weight, {usual}: weigh again, in kg, and confirm it"
    most = record.protocol.session.weight_change_percent
    if abs(weight_kg - last) * PERCENT < most * last:
        return ""
    return f"the weight is {most} % or more off the last one: weigh again, in kg, and confirm it"


def why_order_refused(protocol: Protocol, order: Order) -> str:
    """What takes an order out of the protocol's ranges, in one sentence, or an empty string."""
    return next(_out_of_range(protocol, order), "")


def last_weight(record: CourseRecord) -> Decimal | None:
    """The last weight in kg at a check-in or a dose; None before the first visit."""
    weighed: list[tuple[datetime, Decimal]] = [(one.at, one.weight_kg) for one in record.valid_doses]
    weighed += [
        (one.arrived_at, one.weight_kg)
        for one in record.sessions
        if one.arrived_at is not None and one.weight_kg is not None
    ]
    return max(weighed)[1] if weighed else None


def _out_of_range(protocol: Protocol, order: Order) -> Iterator[str]:
    dose = protocol.dose
    if not dose.low <= order.amount <= dose.high:
        yield f"{protocol.id} allows {dose.low} to {dose.high} {dose.basis}: order inside the range"
    if not dose.minutes_min <= order.minutes <= dose.minutes_max:
        yield f"{protocol.id} allows {dose.minutes_min} to {dose.minutes_max} minutes: order inside the range"
    if not 0 < order.max_mg <= dose.max_mg:
        yield f"{protocol.id} allows a ceiling of at most {dose.max_mg} mg: order more than 0 and not above it"
    yield from induction.out_of_range(protocol, order)
