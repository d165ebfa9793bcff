"""Courses against whose next dose nothing stands."""

from datetime import datetime
from typing import Any

from course.model.base import days
from course.model.parts import GateState, Signature
from course.model.protocol.gate import Gate
from course.model.protocol.protocol import Protocol
from course.model.record import CourseRecord
from course.model.terms import GateAnswer, GateKind, Phase, Role, Series
from course.model.visit import Session
from tests.support.records import FIRST, measured, treated

YES, NO, PENDING, DECLINED, OVERRIDDEN = GateAnswer
FITTING = {
    GateKind.CONSENT: {YES},
    GateKind.ABSOLUTE: {NO},
    GateKind.RELATIVE: {NO, OVERRIDDEN},
    GateKind.FLAG: {YES, NO, DECLINED, OVERRIDDEN},
    GateKind.LAB: {YES},
    GateKind.NAMED: {YES},
    GateKind.REQUIRED: {YES},
}
"""The answers that let treatment go on, by kind of gate."""

WHOLE: dict[str, Any] = {"heart_rate": 72, "spo2": 98, "sedation": 5, "dissociation": 0}
"""What a whole set of vital signs has beside the blood pressure, and nothing stands against."""

SIGNED = Signature(name="Any Prescriber", account_id="p", role=Role.PRESCRIBER, at=FIRST - days(3), meaning="cleared")
SCREENED = measured(-0.02, 0, 3, instrument="cssrs_screener")
"""The suicide screen of the first visit: no."""

VISIT = Session(id="s1", ordinal=1, series=Series.INDUCTION, start=FIRST, minutes=40, planned_at=FIRST - days(3))


def state(answer: GateAnswer, day: float = -3, **but: Any) -> GateState:
    """An answer, `day` days from the first infusion."""
    return GateState(answer=answer, since=FIRST + days(day), detail="named").with_(**but)


def answered_well(record: CourseRecord) -> dict[str, GateState]:
    """Every gate as treatment needs it."""
    return {gate.id: state(NO if NO in FITTING[gate.kind] else YES) for gate in record.protocol.gates}


FINE = {"U/L": (22, 40), "mg/dL": ("0.6", "1.2")}
"""A laboratory value that nothing stands against, and its upper limit, by unit."""


def panel(gate: Gate, **values: Any) -> tuple[dict[str, Any], ...]:
    """The results of a panel, the named values but for the others that nothing stands against."""
    return tuple(
        {
            "analyte": one.name,
            "value": values.get(one.name, FINE[one.unit][0]),
            "unit": one.unit,
            "upper_limit": FINE[one.unit][1],
        }
        for one in gate.analytes
    )


def gate_acts(protocol: Protocol) -> list[tuple[Role, dict[str, Any]]]:
    """Who answers which gates how, so that treatment may begin: gates that are answered alike, in one act."""
    alike: dict[tuple[Role, GateAnswer], list[str]] = {}
    panels: list[tuple[Role, dict[str, Any]]] = []
    for gate in protocol.gates:
        role = Role.PRESCRIBER if Role.PRESCRIBER in gate.by else gate.by[0]
        if gate.analytes:
            panels.append((role, {"gate": gate.id, "answer": YES, "results": panel(gate)}))
        elif not gate.optional:
            alike.setdefault((role, NO if NO in FITTING[gate.kind] else YES), []).append(gate.id)
    text = "as told"
    return panels + [
        (role, {"gate": ids[0], "also": tuple(ids[1:]), "answer": answer, "detail": text})
        for (role, answer), ids in alike.items()
    ]


def baseline_acts(protocol: Protocol, at: datetime) -> list[tuple[str, dict[str, Any]]]:
    """What a nurse asks at intake so that later answers can be compared: checks, and an empty list of medicines."""
    checks: list[tuple[str, dict[str, Any]]] = [
        ("check", {"check": one.id, "positive": False}) for one in protocol.long_term
    ]
    return [*checks, ("medicine", {"name": "none", "starts": at, "at_intake": True})]


def renewed(record: CourseRecord, at: datetime) -> list[dict[str, Any]]:
    """The gates that have expired by an instant, answered as they were."""
    due = [record.protocol.gate(name) for name, one in record.gates.items() if one.expires and one.expires <= at]
    gates = [gate for gate in due if gate is not None]
    return [
        {"gate": gate.id, "answer": record.gates[gate.id].answer}
        | ({"results": panel(gate)} if gate.analytes else {"detail": record.gates[gate.id].detail})
        for gate in gates
    ]


def ready(protocol: str = "depression") -> CourseRecord:
    """A course against whose first dose nothing stands."""
    record = treated(doses=(), protocol=protocol, phase=Phase.INDUCTION, clearance=SIGNED, sessions=(VISIT,))
    score = measured(-2, 8, instrument=record.protocol.outcome.instrument)
    rated = [measured(-0.01, 0, 2, instrument=name) for name in record.protocol.measuring.at_visits]
    order = record.order.with_(signed=SIGNED)
    asked = (SCREENED, measured(-3, 0, 4, instrument="audit_c"))
    return record.with_(order=order, gates=answered_well(record), scores=(score, *rated, *asked))
