"""Doubt: a value far from what is plausible is asked once more, then recorded and shown to a prescriber."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import chain

from course.acts.base import BaseAct
from course.acts.care import AddNote
from course.acts.catalogue import Correct, RecordGate
from course.acts.followup import LateEntry
from course.acts.room import AbortSession, CheckIn, GivenSession, NotGiven, PatientLeaves, Reading
from course.model.protocol.session import Doubt
from course.model.record import CourseRecord
from course.rules import labs, vitals
from course.rules.dosing import dose_check, weight_doubt

PERCENT = Decimal(100)


def doubts(record: CourseRecord, act: BaseAct) -> tuple[str, ...]:
    """The values of an act that lie far from what is expected, a sentence part each; the truth can still be written."""
    return tuple(dict.fromkeys(_doubts(record, act)))


def _doubts(record: CourseRecord, act: BaseAct) -> Iterator[str]:
    match act:
        case CheckIn():
            confirmed = act.weight_confirmed
            yield from () if confirmed else _weight(record, act.weight_kg)
            yield from _readings(record, act.readings)
        case GivenSession() | AbortSession():
            session = record.session(act.session)
            weight = act.weight_kg or (None if session is None else session.weight_kg)
            known = session is not None and act.weight_kg == session.weight_kg
            yield from () if act.weight_kg is None or known else _weight(record, act.weight_kg)
            yield from _dose(record, act.minutes, act.mg, weight)
            yield from _readings(record, act.readings)
        case PatientLeaves() | NotGiven():
            yield from _readings(record, act.readings)
        case LateEntry():
            if act.mg is not None and act.minutes is not None and act.weight_kg is not None:
                yield from chain(_weight(record, act.weight_kg), _dose(record, act.minutes, act.mg, act.weight_kg))
        case Correct():
            yield from _corrected(record, act)
        case AddNote():
            yield from (act.doubted,) if act.doubted else ()
        case RecordGate():
            gate = record.protocol.gate(act.gate)
            if gate is not None:
                most = record.protocol.doubt.lab_times_upper
                yield from labs.doubts(gate, record.gates.get(gate.id), act, most)
        case _:
            return


def years_old(born: date, today: date) -> int:
    """The age in whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def age_doubt(rule: Doubt, born: date, today: date) -> str:
    """Why a birth date is asked again, without the date; or an empty string."""
    years = years_old(born, today)
    if rule.age_years_min <= years <= rule.age_years_max:
        return ""
    return f"a birth date that makes {years} years where {rule.age_years_min} to {rule.age_years_max} are expected"


def _corrected(record: CourseRecord, act: Correct) -> Iterator[str]:
    """What a dose would read once put right, where amount, minutes or weight change."""
    dose = next((one for one in record.doses if one.session == act.item), None)
    if dose is None:
        return
    weight, mg = act.weight_kg or dose.weight_kg, act.mg or dose.mg
    minutes = dose.minutes if act.minutes is None else act.minutes
    if weight != dose.weight_kg:
        others = record.with_(
            doses=tuple(one for one in record.doses if one is not dose),
            sessions=tuple(one for one in record.sessions if one.id != dose.session),
        )
        yield from _weight(others, weight)
    if (mg, minutes, weight) != (dose.mg, dose.minutes, dose.weight_kg):
        yield from _dose(record, minutes, mg, weight)


def _weight(record: CourseRecord, weight_kg: Decimal) -> Iterator[str]:
    value = weight_doubt(record, weight_kg)
    if value:
        yield value


def _dose(record: CourseRecord, minutes: int, mg: Decimal, weight_kg: Decimal | None) -> Iterator[str]:
    """An amount, or a rate, that many percent above what was ordered; little drug is no doubt, an infusion may stop."""
    if weight_kg is None or mg <= 0:
        return
    most = 1 + Decimal(record.protocol.doubt.dose_over_percent) / PERCENT
    order = record.order
    check = dose_check(record, minutes, mg, weight_kg)
    whole = dose_check(record, order.minutes, Decimal(1), weight_kg).ordered_mg
    if mg > max(check.ordered_mg, Decimal("0.1")) * most:
        yield f"{mg} mg where the order comes to {check.ordered_mg} mg"
    elif mg * order.minutes > whole * max(minutes, 1) * most:
        yield f"{mg} mg over {minutes} minutes where {whole} mg over {order.minutes} were ordered"


def _readings(record: CourseRecord, readings: tuple[Reading, ...]) -> Iterator[str]:
    limits = record.protocol.plausible
    for one in readings:
        for sign, (_, name, unit) in vitals.SIGNS.items():
            value = getattr(one, sign)
            if value is not None and any(vitals.beyond(limits, sign, value)):
                expected = next(vitals.in_words(vitals.only(limits, sign)))
                yield f"{name} {value} {unit} where {expected} is expected"
