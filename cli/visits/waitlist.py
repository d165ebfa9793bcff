"""`waitlist`: who wants an earlier visit; staff decide, and book with `defer`."""

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from cli.output import OK, answer, as_json, table
from cli.session import OutputOptions, command, staff_session
from services.typed.times import shown
from services.visits.waiting_list import stop_waiting, wait, who_waits


@command
async def add(
    course: str,
    session: str,
    *,
    before: Annotated[date | None, Parameter(help="only a visit before this day")] = None,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Put a patient who wants this visit earlier on the list.

    Example: starter.py waitlist add c-1a2b3c 4 --before 2026-12-07
    """
    async with staff_session() as at:
        found = await wait(at, course, session, before)
    plain = {"course": found.course_id, "session": found.session_id}
    return answer(plain, f"{found.course_id} waits for an earlier {found.session_id}", json_=output.json)


@command
async def list_(site: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Who waits for an earlier visit at a site, longest first.

    Example: starter.py waitlist list northside
    """
    async with staff_session() as at:
        found = await who_waits(at, site)
        zone = at.site_zone(site)
    if output.json:
        as_json([{**vars(one.waiting), "name": one.name} for one in found])
        return OK
    rows = [
        (one.course_id, who.name, one.session_id, str(one.before or ""), shown(zone, one.added_at))
        for who in found
        for one in (who.waiting,)
    ]
    table(("course", "patient", "session", "before", "waits since"), rows)
    return OK


@command
async def drop(course: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Take a patient off the list.

    Example: starter.py waitlist drop c-1a2b3c
    """
    async with staff_session() as at:
        course = await stop_waiting(at, course)
    return answer({"course": course}, f"{course} waits no longer", json_=output.json)
