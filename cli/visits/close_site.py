"""`close-site`: a storm, a burst pipe: new times for all visits of some days, applied together after a look."""

import sys
from typing import Annotated

from cyclopts import Parameter

from cli.output import FAILED, OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from services.visits.closing_site import Applied, Closure, ProposedMove, apply_closure, proposals


@command
async def close_site(
    site: str,
    *,
    since: Annotated[str, Parameter(name="--from", help="when the site closes")],
    until: Annotated[str, Parameter(help="when it opens again")],
    apply: Annotated[bool, Parameter(negative="", help="move them all; without it nothing is changed")] = False,
    reason: Annotated[str, Parameter(help="why; it appears on every course's page")] = "",
    output: OutputOptions = OutputOptions(),
) -> int:
    """Propose new times for every visit on days when a site is closed; with --apply, move them all.

    Each series keeps its pattern, the site is never overbooked, and patients who were told the old time are told the
    new one. Running it again for the same days moves only what is still on them. Put the days under `closed` in
    clinic.toml too.

    Example: starter.py close-site northside --from "2027-01-11 00:00" --until "2027-01-14 00:00" --reason storm
    """
    closure = Closure(site, since, until, reason)
    async with staff_session() as at:
        if apply:
            return _applied(await apply_closure(at, closure, _say), output=output)
        found = await proposals(at, closure, _say)
    _print(found, output=output)
    return OK


def _applied(done: Applied, *, output: OutputOptions) -> int:
    if output.json:
        failed = [{"course": one.course, "why": one.why_not} for one in done.not_moved]
        as_json({"moved": done.moved, "not_moved": failed})
    else:
        print(f"{done.moved} courses moved")
        for one in done.not_moved:
            print(f"not moved: {one.course}: {one.why_not}")
    return FAILED if done.not_moved else OK


def _print(found: list[ProposedMove], *, output: OutputOptions) -> None:
    if output.json:
        as_json(
            [
                {
                    "course": one.course,
                    "visits": [{"session": visit, "was": was, "becomes": new} for visit, was, new in one.visits],
                    "deviations": one.deviations,
                    "told": one.told,
                    "why_not": one.why_not,
                }
                for one in found
            ]
        )
        return
    rows = [
        (one.course, one.name, visit, was, new, "; ".join(one.deviations), "yes" if one.told else "")
        for one in found
        for visit, was, new in one.visits or (("", "", one.why_not),)
    ]
    table(("course", "patient", "visit", "was", "becomes", "leaves a window", "told the old time"), rows)
    print(f"{len(found)} courses, nothing is changed yet: once more with --apply" if found else "no visit is touched")


def _say(text: str) -> None:
    """One line of progress on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
