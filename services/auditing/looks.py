"""Who looked at one patient, what for, and what was refused: as the log has it, whatever became of the table."""

from dataclasses import dataclass
from datetime import datetime

from adapters.store.log.entries import Entry, EntryError
from services.auditing.entrance import let_in, named, period, unreviewed_since
from services.auditing.search import courses_of
from services.errors import InputError
from services.session import StaffSession

REFUSED = "refused "
LOOK = "audit access"


@dataclass(frozen=True)
class Look:
    """One look at a course of the patient; `index` is where the log has it."""

    at: datetime
    account: str
    name: str
    role: str
    what: str
    refused: bool
    course: str
    index: int


@dataclass(frozen=True)
class Looks:
    """Every look at a patient, oldest first."""

    patient: str
    looks: tuple[Look, ...]
    unreviewed_since: datetime | None


async def looks_at(at: StaffSession, typed: str, since: str = "", until: str = "") -> Looks:
    """Who looked at the patient that a number or a course names; raises ServiceError or CourseError."""
    patient, courses = await named(at, LOOK, _meant(at, typed))
    begins, ends = period(at, since, until)
    for course_id in sorted(courses) or [""]:
        await let_in(at, LOOK, course_id)
    people = {one.account_id: one for one in await at.app.store.staff.accounts()}
    found = []
    async for line in at.app.store.log.lines("access"):
        try:
            entry = Entry.parse(line.entry)
        except EntryError:  # `audit verify` names it
            continue
        says = entry.says or {}
        when = datetime.fromisoformat(str(says.get("at") or entry.recorded_at))
        if says.get("course_id") not in courses or (begins and when < begins) or (ends and when >= ends):
            continue
        account, what = str(says.get("account_id")), str(says.get("what"))
        person = people.get(account)
        name, role = (person.name, str(person.role)) if person else ("", "")
        refused, words = what.startswith(REFUSED), what.removeprefix(REFUSED)
        look = Look(when, account, name, role, words, refused, str(says["course_id"]), line.leaf_index)
        found.append(look)
    return Looks(patient, tuple(found), await unreviewed_since(at))


async def _meant(at: StaffSession, typed: str) -> tuple[str, frozenset[str]]:
    """The patient, and their courses."""
    if typed.startswith("p-"):
        return typed, await courses_of(at, typed)
    row = await at.app.store.directory.course(await at.course(typed))
    if row is None:
        raise InputError("name a patient by number, or one of their courses")
    return row.patient_id, await courses_of(at, row.patient_id)
