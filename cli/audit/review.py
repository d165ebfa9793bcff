"""`audit review`: that a period was looked at."""

from typing import Annotated

from cyclopts import Parameter

from cli.output import OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from services.auditing.reviews import Reviewed, reviews
from services.auditing.reviews import review as reviewed


@command
async def review(
    *,
    from_: Annotated[
        str, Parameter(name="--from", help="from this time; by default, from where reviews left off")
    ] = "",
    to: Annotated[str, Parameter(help="up to this time, such as now: signs the review")] = "",
    note: Annotated[str, Parameter(help="what was seen; it is sealed")] = "",
    output: OutputOptions = OutputOptions(),
) -> int:
    """Sign that a period was looked at: the review is an entry of the log. Without --to, list reviews and what is left.

    Example: starter.py audit review --from "2026-11-01 00:00" --to now --note "looked at all refusals"
    """
    async with staff_session() as at:
        found = await (reviewed(at, from_, to, note) if to or from_ else reviews(at))
    if output.json:
        left = [{"since": since, "until": until} for since, until in found.unreviewed]
        as_json({"reviews": [vars(one) for one in found.reviews], "unreviewed": left})
    else:
        _print(found)
    return OK


def _print(found: Reviewed) -> None:
    rows = [
        (
            str(one.number),
            f"{one.at:%Y-%m-%d %H:%M}",
            one.account,
            f"{one.since:%Y-%m-%d %H:%M} to {one.until:%Y-%m-%d %H:%M}",
            one.note,
            one.wrong or "signed",
        )
        for one in found.reviews
    ]
    table(("review", "signed (UTC)", "by", "period (UTC)", "note", "signature"), rows)
    for since, until in found.unreviewed:
        print(f"Not reviewed: {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC")
    if not found.unreviewed:
        print("Everything is reviewed.")
