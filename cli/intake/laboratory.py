"""Laboratory results from the command line: a value, a panel of values, seen, or pending."""

from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from cli.session import ActOptions, act_as, command
from services.gates import LabReport, lab_request


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
    report = LabReport(gate, results, drawn, value, unit, upper_limit, seen=seen, pending=pending, not_done=not_done)
    return await act_as(course, options, lab_request(report, options.request("gate")))
