"""Laboratory results from the command line: a value, a panel of values, seen, or pending."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from cyclopts import Parameter

from cli.session import ActOptions, act, command
from course.model.terms import GateAnswer
from services.errors import InputError

RESULT = re.compile(r"([A-Za-z][A-Za-z0-9-]*)=([0-9]+(?:\.[0-9]+)?)/([0-9]+(?:\.[0-9]+)?) *([^0-9].*)?")
"""One value of a panel: name, value, upper limit, unit."""


@command
async def lab(
    course: str,
    gate: str,
    *results: Annotated[str, Parameter(help="values of a panel, each as NAME=VALUE/UPPER LIMIT UNIT: ALT=35/40U/L")],
    drawn: Annotated[str, Parameter(help="when the sample was drawn; it expires from there")] = "",
    value: Annotated[Decimal | None, Parameter(help="the value of a gate that takes one")] = None,
    unit: Annotated[str, Parameter(help="its unit, as the laboratory writes it")] = "",
    upper_limit: Annotated[Decimal | None, Parameter(help="the laboratory's upper limit of that value")] = None,
    seen: Annotated[bool, Parameter(negative="", help="a result without a value was seen and is acceptable")] = False,
    pending: Annotated[
        bool, Parameter(negative="", help="drawn, but the result is not back yet: blocks until it is")
    ] = False,
    not_done: Annotated[str, Parameter(help="why a required test was not done")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Record a laboratory result, or that it is pending, or why a test was not done.

    Give each value with its unit and the laboratory's upper limit; with --pending, values already back are kept.
    Example: starter.py lab c-1a2b3c liver-panel ALT=35/40U/L AST=30/40U/L ALP=80/120U/L GGT=40/60U/L \
        bilirubin=0.7/1.2mg/dL --drawn "today 08:00"
    """
    if [bool(results) and not pending, value is not None, seen, pending, bool(not_done)].count(True) != 1:
        raise InputError("say one of NAME=VALUE/UPPER LIMIT UNIT, --value, --seen, --pending and --not-done")
    panel = tuple(_result(one) for one in results)
    if options.at or not (drawn or not_done):
        raise InputError("a result is dated by --drawn: give it, and leave --at out")
    if not_done:
        why = replace(options, reason=not_done)
        return await act(course, why, "gate", gate=gate, answer=GateAnswer.DECLINED)
    dated = replace(options, at=drawn)
    said = GateAnswer.PENDING if pending else GateAnswer.YES
    return await act(
        course, dated, "gate", gate=gate, answer=said, value=value, unit=unit, upper_limit=upper_limit, results=panel
    )


def _result(said: str) -> dict[str, Any]:
    """One value of a panel as people type it; raises ServiceError."""
    found = RESULT.fullmatch(said.strip())
    if found is None:
        raise InputError("each value of a panel is NAME=VALUE/UPPER LIMIT UNIT, such as ALT=35/40U/L")
    name, value, upper_limit, unit = found.groups()
    return {"analyte": name, "value": Decimal(value), "upper_limit": Decimal(upper_limit), "unit": unit}
