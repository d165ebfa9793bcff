"""The waiting list: who wants an earlier visit; staff decide, and move it."""

from dataclasses import dataclass, field
from datetime import date

from adapters.store.chairs.waitlist import WaitingCourse
from services.courses import CourseError
from services.permissions import Use
from services.session import StaffSession
from services.typed.naming import session_id


@dataclass(frozen=True)
class WaitingPatient:
    """A course that waits, and whose it is."""

    waiting: WaitingCourse
    name: str = field(repr=False)


async def wait(at: StaffSession, course: str, session: str, before: date | None = None) -> WaitingCourse:
    """Put a patient on the list who wants this visit earlier, on a day before that one.

    Raises ServiceError or CourseError.
    """
    await at.refuse_unless(Use.WAITING)
    record = await at.courses.record(await at.course(course))
    visit = session_id(session)
    if visit not in {one.id for one in record.open_sessions}:
        raise CourseError(f"session {visit} is not ahead on this course: choose one that is")
    waiting = WaitingCourse(record.course_id, visit, record.site, before, at.now)
    await at.app.store.waitlist.add(waiting)
    await at.log_access(record.course_id, "waitlist add")
    return waiting


async def who_waits(at: StaffSession, site: str) -> list[WaitingPatient]:
    """Who waits at a site, longest first; raises InputError where there is none."""
    found = await at.app.store.waitlist.at(at.site(site))
    names = await at.app.store.directory.names_of_courses(tuple(one.course_id for one in found))
    await at.log_access("", "waitlist list")
    return [WaitingPatient(one, names.get(one.course_id, "")) for one in found]


async def stop_waiting(at: StaffSession, course: str) -> str:
    """Take a patient off the list; the course's id. Raises StoreError where nobody waits there."""
    await at.refuse_unless(Use.WAITING)
    course_id = await at.course(course)
    await at.app.store.waitlist.drop(course_id)
    await at.log_access(course_id, "waitlist drop")
    return course_id
