"""The day of a visit, as the default staff lives it: gates, check-in, dose, what else may become of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any

from course.acts.catalogue import LabResult
from course.acts.room import Reading
from course.model.base import days, minutes
from course.model.calendar import days_from
from course.model.protocol.gate import Analyte, Gate
from course.model.terms import GateAnswer, GateKind, Role, SessionStatus, SkipCode
from course.model.visit import Session
from course.phases import dosed_in_series
from course.rules import screening
from course.rules.clearance import measure_in, unrated
from course.rules.dosing import dose_check
from course.rules.gates import NAMING, gate_problems
from course.rules.vitals import against_limits
from play.scenario.file import Visit
from play.scenario.when import span
from play.staff.duty import Duty, staffed
from play.staff.patient import answer
from play.staff.standpoint import Standpoint
from services.typed.vitals import comfort, reading

FINE = "122/78 72 98 s5 d0"
"""Readings that nothing stands against."""

FINE_VALUES = {"U/L": (Decimal(22), Decimal(40)), "mg/dL": (Decimal("0.6"), Decimal("1.2"))}
"""A laboratory value that nothing stands against, and its upper limit, by unit."""

ANY_MG = Decimal(1)
RECHECK_AFTER = 20
NO_SHOW_AFTER = 30
HOLD_LOOKS_AHEAD = days(1)
HOLD_PUTS_OFF_DAYS = 7


def visits(desk: Standpoint) -> Iterator[Duty]:
    """What becomes of the visits whose hour has come, and of those that a hold stands before."""
    for session in desk.record.open_sessions:
        visit = desk.scenario.visit(session.ordinal)
        if desk.record.held is not None:
            yield from _while_held(desk, session)
        elif session.status is SessionStatus.ARRIVED:
            yield from _dosed(desk, session, visit, session.arrived_at or session.start)
        elif session.start > desk.now:
            continue
        elif not visit.comes:
            yield _no_show(session, visit)
        elif not visit.checked:
            yield from _dosed(desk, session, visit, session.start)
        else:
            yield from _arrives(desk, session, visit)


def _no_show(session: Session, visit: Visit) -> Duty:
    at = session.start + minutes(NO_SHOW_AFTER) + span(visit.recorded_after)
    fields = {"action": "no_show", "session": session.id}
    return Duty(at, f"no_show/{session.id}", Role.COORDINATOR, fields)


def _arrives(desk: Standpoint, session: Session, visit: Visit) -> Iterator[Duty]:
    """Gates that have run out, the questionnaire on the tablet, the check; and what follows where it is refused."""
    yield from gates_for(desk, session, session.start)
    if not measure_in(desk.record, desk.now):
        number = desk.record.ask_count
        value = answer(desk.record, desk.scenario, desk.record.protocol.outcome.instrument, number)
        if value is not None:
            yield Duty(session.start, f"tablet/{session.id}", Role.NURSE, value)
    ratings = [
        (name, answer(desk.record, desk.scenario, name, session.ordinal)) for name in unrated(desk.record, desk.now)
    ]
    for name, rated in ratings:
        if rated is not None:
            yield Duty(session.start, f"rate/{name}/{session.id}/{session.start}", Role.NURSE, rated)
            return
    if screening.missing_before_dose(desk.record, desk.now):
        screened = answer(desk.record, desk.scenario, desk.record.protocol.screening.follow_up, session.ordinal)
        if screened is not None:
            yield Duty(session.start, f"screen/{session.id}/{session.start}", Role.NURSE, screened)
            return
    value, role = _check_in(desk, session, visit)
    yield Duty(session.start, f"check_in/{session.id}/{session.start}", role, value)
    refused = {
        "action": "not_given",
        "session": session.id,
        "code": _why_not(visit),
        "reason": "not cleared for dosing",
        "readings": visit.readings,
    }
    at = session.start + minutes(RECHECK_AFTER)
    yield Duty(at, f"not_given/{session.id}/{session.start}", Role.NURSE, refused)


def _check_in(desk: Standpoint, session: Session, visit: Visit) -> tuple[dict[str, Any], Role]:
    """The check as it is, odd values too, since a file means them; a prescriber signs a raised pressure."""
    weight = visit.weight_kg or desk.scenario.patient.weight_kg
    plain: dict[str, Any] = {
        "action": "check_in",
        "session": session.id,
        "identifiers": 2,
        "weight_kg": weight,
        "weight_confirmed": visit.weight_kg is not None,
        "escort": visit.escort,
        "fasting": visit.fasting,
        "asked": True,
        "readings": tuple(whole(one) for one in visit.readings) or (FINE,),
        "changes": visit.changes,
        "sure": True,
        "planned_mg": dose_check(desk.record, session.minutes, ANY_MG, weight).ordered_mg,
    }
    waived = {**plain, "measure_waived": "the patient did not answer"}
    signed = {**plain, "signed_for": "a raised pressure, and no complaint"} if _only_raised(desk, visit) else plain
    for said, role in (
        (plain, Role.NURSE),
        (waived, Role.PRESCRIBER),
        (signed, Role.PRESCRIBER),
        ({**waived, **signed}, Role.PRESCRIBER),
    ):
        if desk.accepts(said, role):
            return said, role
    return plain, Role.NURSE


def _only_raised(desk: Standpoint, visit: Visit) -> bool:
    """Whether a raised pressure is all that a prescriber would sign for; nobody signs for anything else unasked."""
    taken = [Reading(at=desk.now, **reading(whole(one))) for one in visit.readings]
    return not against_limits(desk.record.protocol.before_dose, taken, desk.now).outside


def whole(text: str) -> str:
    """A reading in which what the scenario does not say is as it should be."""
    signs = {**reading(FINE), **reading(text)}
    pressure = f"{signs['systolic']}/{signs['diastolic']}"
    return f"{pressure} {signs['heart_rate']} {signs['spo2']} s{signs['sedation']} d{signs['dissociation']}"


def _dosed(desk: Standpoint, session: Session, visit: Visit, began: datetime) -> Iterator[Duty]:
    """What was given, written down when the patient has left, or later."""
    if not visit.recorded:
        return
    given = visit.stops_after or visit.minutes or session.minutes
    weight = visit.weight_kg or desk.scenario.patient.weight_kg
    ordered = dose_check(desk.record, given, ANY_MG, weight).ordered_mg
    mg = visit.mg or (ordered if visit.stops_after is None else _part(ordered, given, session.minutes))
    ended = began + minutes(given)
    watched = desk.record.protocol.session.leave_minutes if visit.leaves_after is None else visit.leaves_after
    left = ended + minutes(watched)
    fields: dict[str, Any] = {
        "session": session.id,
        "started_at": began,
        "minutes": given,
        "mg": mg,
        "weight_kg": weight,
        "readings": _series(desk, began, left, visit.during),
        "adverse": visit.adverse,
        "sure": any((visit.mg, visit.minutes, visit.stops_after, visit.weight_kg, visit.during)),
        "leaving": {"at": left, "awake": True, "walking": True, "escort": visit.escort},
        **_comfort(desk),
    }
    if visit.stops_after is None:
        fields |= {"action": "session"}
    else:
        fields |= {"action": "abort", "reason": "; ".join(visit.adverse) or "stopped"}
    yield Duty(left + span(visit.recorded_after), f"dosed/{session.id}", Role.NURSE, fields)


def _comfort(desk: Standpoint) -> dict[str, Any]:
    """How the patient found the room at this infusion, where the scenario says it."""
    value = desk.scenario.patient.comfort[len(desk.record.doses) :][:1]
    return comfort(value[0]) if value else {}


def _series(desk: Standpoint, began: datetime, left: datetime, lines: tuple[str, ...]) -> list[dict[str, Any]]:
    """Vital signs as often as the protocol asks, the first ones as the scenario says; the last on leaving."""
    every = minutes(desk.record.protocol.session.vitals_minutes)
    times = [began + number * every for number in range(1, max(1, ceil((left - began) / every)))]
    texts = (*lines, *(FINE,) * (len(times) + 1))
    return [{"at": at, **reading(text)} for at, text in zip([*times, left], texts, strict=False)]


def _part(mg: Decimal, given: int, planned: int) -> Decimal:
    return round(mg * given / planned, 1)


def _why_not(visit: Visit) -> SkipCode:
    if not visit.escort:
        return SkipCode.ESCORT
    if not visit.fasting:
        return SkipCode.FASTING
    if visit.changes:
        return SkipCode.SAFETY
    return SkipCode.BLOOD_PRESSURE if visit.readings else SkipCode.OTHER


def _while_held(desk: Standpoint, session: Session) -> Iterator[Duty]:
    """A visit under a hold is put off a week, with those after it, while there is time; else it is not given."""
    to = days_from(desk.record.zone, session.start, HOLD_PUTS_OFF_DAYS)
    fields = {
        "action": "defer",
        "session": session.id,
        "to": to,
        "scope": "rest",
        "code": SkipCode.SAFETY,
        "reason": "the course is held",
    }
    at = max(desk.now, staffed(desk.record.calendar, session.start - HOLD_LOOKS_AHEAD))
    if at < session.start and session.status is not SessionStatus.ARRIVED:
        yield Duty(at, f"put_off/{session.id}/{session.start}", Role.COORDINATOR, fields)
    not_given = {"action": "not_given", "session": session.id, "code": SkipCode.SAFETY, "reason": "the course is held"}
    at = max(desk.now, session.start)
    yield Duty(at, f"not_given/{session.id}/{session.start}", Role.NURSE, not_given)


def gates_for(desk: Standpoint, session: Session, at: datetime) -> Iterator[Duty]:
    """The gates that stand against a visit, answered anew; for what is pending staff wait."""
    problems = gate_problems(desk.record, session.start, 1 + dosed_in_series(desk.record))
    gates = (desk.record.protocol.gate(problem.gate) for problem in problems)
    return gate_duties(desk, [gate for gate in gates if gate is not None and not _pending(desk, gate)], at)


def _pending(desk: Standpoint, gate: Gate) -> bool:
    state = desk.record.gates.get(gate.id)
    return state is not None and state.answer is GateAnswer.PENDING


def gate_duties(desk: Standpoint, gates: Sequence[Gate], at: datetime) -> Iterator[Duty]:
    """Gates answered so that they open, or as the scenario says; those that one person answers alike, together."""
    alike: dict[tuple[object, ...], list[tuple[Gate, Role, dict[str, Any]]]] = {}
    for gate in gates:
        role, said = _answered(desk, gate)
        alike.setdefault((role, *said.items()), []).append((gate, role, said))
    for group in alike.values():
        first, role, said = group[0]
        also = tuple(gate.id for gate, *_ in group[1:])
        yield Duty(at, f"gate/{first.id}/{at}", role, {"action": "gate", "gate": first.id, "also": also, **said})


def _fine(analyte: Analyte) -> LabResult:
    value, upper_limit = FINE_VALUES.get(analyte.unit, FINE_VALUES["U/L"])
    return LabResult(analyte=analyte.name, value=value, unit=analyte.unit, upper_limit=upper_limit)


def _answered(desk: Standpoint, gate: Gate) -> tuple[Role, dict[str, Any]]:
    """Who answers a gate, and how."""
    opens = GateAnswer.NO if gate.kind in {GateKind.ABSOLUTE, GateKind.RELATIVE, GateKind.FLAG} else GateAnswer.YES
    given = desk.scenario.staff.gates.get(gate.id, opens)
    by = [role for role in (Role.NURSE, Role.COORDINATOR, Role.PRESCRIBER, Role.PATIENT) if role in gate.by]
    fields: dict[str, Any] = {"answer": given}
    if gate.kind in NAMING:
        fields |= {"detail": "as told"}
    if gate.limits is not None and given is GateAnswer.YES:
        fields |= {"results": tuple(_fine(one) for one in gate.analytes)}
    if given is GateAnswer.OVERRIDDEN:
        return Role.PRESCRIBER, fields | {"reason": "benefit outweighs risk"}
    return by[0], fields
