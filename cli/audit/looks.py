"""`audit access`: who looked at a patient."""

from typing import Annotated

from cyclopts import Parameter

from cli.audit.words import unreviewed
from cli.output import OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from services.auditing.looks import looks_at


@command
async def access(
    patient: Annotated[str, Parameter(help="a patient's number, or one of their courses")],
    *,
    from_: Annotated[str, Parameter(name="--from", help="not before this time")] = "",
    to: Annotated[str, Parameter(help="before this time")] = "",
    output: OutputOptions = OutputOptions(),
) -> int:
    """Who looked at a patient's courses, for what, and what was refused, as the log has it; auditors only.

    Example: starter.py audit access p-1a2b3c
    """
    async with staff_session() as at:
        found = await looks_at(at, patient, from_, to)
    if output.json:
        looks = [vars(one) for one in found.looks]
        as_json({"patient": found.patient, "looks": looks, "unreviewed_since": found.unreviewed_since})
        return OK
    rows = [
        (
            str(one.index),
            f"{one.at:%Y-%m-%d %H:%M:%S}",
            f"{one.account} ({one.role})" if one.role else one.account,
            one.what,
            "refused" if one.refused else "",
            one.course,
        )
        for one in found.looks
    ]
    table(("entry", "when (UTC)", "who", "what for", "refused", "course"), rows)
    refused = sum(one.refused for one in found.looks)
    print(f"{len(rows)} looks at patient {found.patient}, {refused} refused.\n{unreviewed(found.unreviewed_since)}")
    return OK
