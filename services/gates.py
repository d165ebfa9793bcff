"""Intake gates: answered one by one or together, and by a laboratory's report."""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from course.model.messages import Receipt
from course.model.terms import GateAnswer
from course.rules.gates import AGE
from services.errors import InputError
from services.people.patients import refuse_against_birth_date
from services.session import ActRequest, StaffSession

RESULT = re.compile(r"([A-Za-z][A-Za-z0-9-]*)=([0-9]+(?:\.[0-9]+)?)/([0-9]+(?:\.[0-9]+)?) *([^0-9].*)?")
"""One value of a panel: name, value, upper limit, unit."""


@dataclass(frozen=True)
class LabReport:
    """What is said of a gate's test: `results` of a panel as typed, one value, seen, pending, or why not done.

    It is dated by `drawn`, as typed: when the sample was taken.
    """

    gate: str
    results: tuple[str, ...] = field(default=(), repr=False)
    drawn: str = ""
    value: Decimal | None = field(default=None, repr=False)
    unit: str = ""
    upper_limit: Decimal | None = None
    seen: bool = False
    pending: bool = False
    not_done: str = field(default="", repr=False)


async def answer_gates(
    at: StaffSession, typed: str, gates: str, answer: GateAnswer, request: ActRequest, *, detail: str = ""
) -> Receipt:
    """Answer a gate, or several with commas between them, all or none; raises what `StaffSession.perform` raises.

    That somebody is of no age to be treated is not said against the birth date.
    """
    course_id = await at.course(typed)
    first, *also = [one.strip() for one in gates.split(",") if one.strip()] or [gates]
    if AGE in {first, *also} and answer is GateAnswer.NO:
        await refuse_against_birth_date(at, course_id)
    details = {"gate": first, "also": tuple(also), "answer": answer, "detail": detail}
    return await at.perform(course_id, replace(request, details=details))


def lab_request(report: LabReport, request: ActRequest) -> ActRequest:
    """The act that records a report; raises InputError where it says nothing, or two things."""
    panel, pending, not_done = report.results, report.pending, report.not_done
    lines = [bool(panel) and not pending, report.value is not None, report.seen, pending, bool(not_done)]
    if lines.count(True) != 1:
        raise InputError("say one of NAME=VALUE/UPPER LIMIT UNIT, --value, --seen, --pending and --not-done")
    results = tuple(_result(one) for one in panel)
    if request.at or not (report.drawn or not_done):
        raise InputError("a result is dated by --drawn: give it, and leave --at out")
    if not_done:
        return replace(request, details={"gate": report.gate, "answer": GateAnswer.DECLINED}, reason=not_done)
    details = {
        "gate": report.gate,
        "answer": GateAnswer.PENDING if pending else GateAnswer.YES,
        "value": report.value,
        "unit": report.unit,
        "upper_limit": report.upper_limit,
        "results": results,
    }
    return replace(request, details=details, at=report.drawn)


def _result(typed: str) -> dict[str, Any]:
    found = RESULT.fullmatch(typed.strip())
    if found is None:
        raise InputError("each value of a panel is NAME=VALUE/UPPER LIMIT UNIT, such as ALT=35/40U/L")
    name, value, upper_limit, unit = found.groups()
    return {"analyte": name, "value": Decimal(value), "upper_limit": Decimal(upper_limit), "unit": unit}
