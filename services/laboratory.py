"""A laboratory's report as people type it: a value, a panel of values, seen, pending, or not done."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from course.model.terms import GateAnswer
from services.errors import InputError
from services.session import ActRequest

RESULT = re.compile(r"([A-Za-z][A-Za-z0-9-]*)=([0-9]+(?:\.[0-9]+)?)/([0-9]+(?:\.[0-9]+)?) *([^0-9].*)?")
"""One value of a panel: name, value, upper limit, unit."""


@dataclass(frozen=True)
class LabReport:
    """What is said of a gate's test: `results` of a panel as typed, one value, seen, pending, or why not done.

    It is dated by `drawn`, as typed: when the sample was taken.
    """

    gate: str
    results: tuple[str, ...] = ()
    drawn: str = ""
    value: Decimal | None = None
    unit: str = ""
    upper_limit: Decimal | None = None
    seen: bool = False
    pending: bool = False
    not_done: str = ""


def lab_request(report: LabReport, request: ActRequest) -> ActRequest:
    """The act that records a report; raises InputError where it says nothing, or two things."""
    panel, pending, not_done = report.results, report.pending, report.not_done
    said = [bool(panel) and not pending, report.value is not None, report.seen, pending, bool(not_done)]
    if said.count(True) != 1:
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
