"""`close-site`: a storm, a burst pipe: new times for all visits of some days, applied together after a look."""

import sys
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Annotated

from cyclopts import Parameter

from cli.output import FAILED, OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from course.acts.catalogue import Act
from course.model.record import CourseRecord
from course.scheduling.closing_days import Alternative
from services.courses import CourseError
from services.errors import InputError
from services.session import ActRequest, StaffSession
from services.typed.times import instant
from services.visits.closing_site import ClosedSite, ProposedMove

MOST = 10_000


@command
async def close_site(
    site: str,
    *,
    since: Annotated[str, Parameter(name="--from", help="from when the site is closed")],
    until: Annotated[str, Parameter(help="when it opens again")],
    apply: Annotated[bool, Parameter(negative="", help="move them all; without it nothing is changed")] = False,
    reason: Annotated[str, Parameter(help="why; it stands on every course's page")] = "",
    output: OutputOptions = OutputOptions(),
) -> int:
    """Propose new times for every visit of the days on which a site is closed, and move them together after a look.

    Each series keeps its pattern, no more visits stand at once than the site has room for, and a patient who was told
    the old time is told the new one. Running it again under the same days moves only what still stands in them. Put the
    days under `closed` in clinic.toml too.

    Example: starter.py close-site northside --from "2027-01-11 00:00" --until "2027-01-14 00:00" --reason storm
    """
    async with staff_session() as at:
        if site not in at.app.clinic.sites:
            raise InputError(f"there is no site {site}: {', '.join(at.app.clinic.sites)}")
        zone = at.site_zone(site)
        first, last = instant(since, zone, at.now), instant(until, zone, at.now)
        if not at.now <= last or first >= last:
            raise InputError("the site closes before it opens again, and opens in time to come: correct the days")
        if apply and not reason:
            raise InputError("say why with --reason: it stands on every course's page")
        found = await _proposals(at, site, first, last, reason or "the site is closed")
        if apply:
            return await _apply(at, found, output=output)
    _print(found, output=output)
    return OK


async def _proposals(at: StaffSession, site: str, since: datetime, until: datetime, reason: str) -> list[ProposedMove]:
    """One course after another, each where the chairs of those before it leave room."""
    rows = await at.courses.rows(f"CourseSite = '{site}'", MOST)
    near = [row for row in rows if row.next_session is not None and row.next_session < until]
    names = await at.app.store.directory.names_of_courses(tuple(row.course_id for row in near))
    closed = await ClosedSite.at(at.app, site, since, until)
    found: list[ProposedMove | None] = []
    for number, row in enumerate(near, start=1):
        _say(f"looking at {number} of {len(near)} courses")
        name = names.get(row.course_id, "")
        try:
            record = await at.courses.record(row.course_id)
        except CourseError as error:
            found.append(ProposedMove(row.course_id, name, None, why_not=str(error)))
            continue
        found.append(closed.moves(record, name, at.now, partial(_act, at, record, reason)))
    return [one for one in found if one is not None]


def _act(at: StaffSession, record: CourseRecord, reason: str, move: Alternative) -> Act:
    key = f"{record.course_id}\n{move.session.id}\n{move.session.start}\n{move.to}"
    details = {"session": move.session.id, "to": move.to, "scope": move.scope, "code": "clinic"}
    return at.build(
        ActRequest("defer", details, reason=reason, request_id=f"close-{sha256(key.encode()).hexdigest()[:16]}")
    )


async def _apply(at: StaffSession, found: list[ProposedMove], *, output: OutputOptions) -> int:
    failed = [one for one in found if one.act is None]
    for number, one in enumerate(found, start=1):
        if one.act is None:
            continue
        _say(f"moving {number} of {len(found)} courses")
        try:
            await at.courses.act(one.course, one.act)
        except CourseError as error:
            failed.append(ProposedMove(one.course, one.name, None, why_not=str(error)))
    moved = len(found) - len(failed)
    if output.json:
        as_json({"moved": moved, "not_moved": [{"course": one.course, "why": one.why_not} for one in failed]})
    else:
        print(f"{moved} courses moved")
        for one in failed:
            print(f"not moved: {one.course}: {one.why_not}")
    return FAILED if failed else OK


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
