"""`waitlist`: who wants an earlier visit; staff decide, and book with `defer`."""

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from adapters.store.chairs.waitlist import WaitingCourse
from cli.output import OK, answer, as_json, table
from cli.session import OutputOptions, command, staff_session
from services.courses import CourseError
from services.errors import InputError
from services.typed.naming import session_id
from services.typed.times import shown


@command
async def add(
    course: str,
    session: str,
    *,
    before: Annotated[date | None, Parameter(help="only a chair on a day before this one")] = None,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Put a patient on the list who wants this visit earlier.

    Example: starter.py waitlist add c-1a2b3c 4 --before 2026-12-07
    """
    async with staff_session() as at:
        record = await at.courses.record(course)
        visit = session_id(session)
        if visit not in {one.id for one in record.open_sessions}:
            raise CourseError(f"session {visit} is not ahead on this course: choose one that is")
        await at.app.store.waitlist.add(WaitingCourse(course, visit, record.site, before, at.now))
        await at.log_access(course, "waitlist add")
        return answer({"course": course, "session": visit}, f"{course} waits for an earlier {visit}", json_=output.json)


@command
async def list_(site: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Who waits for an earlier visit at a site, longest first.

    Example: starter.py waitlist list northside
    """
    async with staff_session() as at:
        if site not in at.app.clinic.sites:
            raise InputError(f"there is no site {site}: {', '.join(at.app.clinic.sites)}")
        found = await at.app.store.waitlist.at(site)
        names = await at.app.store.directory.names_of_courses(tuple(one.course_id for one in found))
        await at.log_access("", "waitlist list")
        if output.json:
            as_json([{**vars(one), "name": names.get(one.course_id, "")} for one in found])
            return OK
        zone = at.site_zone(site)
        table(
            ("course", "patient", "session", "before", "waits since"),
            [
                (one.course_id, names.get(one.course_id, ""), one.session_id, str(one.before or ""), since)
                for one, since in ((one, shown(zone, one.added_at)) for one in found)
            ],
        )
        return OK


@command
async def drop(course: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Take a patient off the list.

    Example: starter.py waitlist drop c-1a2b3c
    """
    async with staff_session() as at:
        await at.app.store.waitlist.drop(course)
        await at.log_access(course, "waitlist drop")
        return answer({"course": course}, f"{course} waits no longer", json_=output.json)
