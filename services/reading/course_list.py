"""Open courses, what is due soonest first; and the worklist, what waits for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.store.people.directory import Patient
from adapters.temporal.lists import ESCALATED
from course.agenda.worklist_words import listed
from course.model.terms import NeedKind, Phase, Role
from services.courses import Row
from services.errors import InputError, ServiceError
from services.people.cover_gaps import gaps_ahead
from services.session import StaffSession

AT_THE_SITE = frozenset({Role.COORDINATOR, Role.NURSE})
NAMED_MOST = 200
TWO_DAYS_HOURS = 48


@dataclass(frozen=True)
class CourseFilter:
    """Which open courses are wanted; `name` is part of a name, a birth date or an MRN, `mine` what one answers for."""

    phase: Phase | None = None
    protocol: str = ""
    site: str = ""
    need: NeedKind | None = None
    held: bool | None = None
    mine: bool = False
    name: str = field(default="", repr=False)
    most: int = 50


@dataclass(frozen=True)
class ListedCourse:
    """A row of a list, whose it is, and why it is not what it should be, if it is not."""

    row: Row
    patient: Patient | None = field(repr=False)
    wrong: str

    @property
    def name(self) -> str:
        """The patient's name, empty where nobody here enrolled the course."""
        return self.patient.name if self.patient is not None else ""

    @property
    def todo(self) -> tuple[str, ...]:
        """What to do, in words, most pressing first."""
        return tuple(listed(self.row.needs, self.row.card.todo if self.row.card is not None else ()))


@dataclass(frozen=True)
class Worklist:
    """What waits for whom asked, how many courses wait for others where none does, and gaps in who is on call."""

    rows: list[ListedCourse]
    elsewhere: int
    gaps: tuple[str, ...]


async def course_list(at: StaffSession, wanted: CourseFilter) -> list[ListedCourse]:
    """The open courses that match; raises ServiceError where the filter cannot be meant."""
    where = _where(at, wanted)
    if wanted.mine:
        where.append(f"CourseOwner = '{at.account.account_id}'")
    if wanted.name:
        where.append(await _named(at, wanted.name))
    rows = await at.courses.rows(" AND ".join(where), wanted.most)
    await at.log_access("", "list")
    return await listed_courses(at, rows)


async def worklist(at: StaffSession, *, everybody: bool = False, site: str = "", most: int = 50) -> Worklist:
    """What waits for whom asks, or for anybody, at a site or at all; open escalations before all else."""
    anybody = " AND ".join(["CourseNeeds IS NOT NULL", *_where(at, CourseFilter(site=site))])
    everybody = everybody or bool(site)
    rows = await at.courses.rows(anybody if everybody else f"{anybody} AND {mine(at)}", most)
    await at.log_access("", "needs")
    elsewhere = 0 if rows or everybody else await at.courses.count(anybody)
    gaps = await gaps_ahead(at.app, at.now, _sites(at, site, everybody=everybody))
    return Worklist(await listed_courses(at, rows), elsewhere, gaps)


def time_left(due: datetime | None, now: datetime) -> str:
    """How long until something is due, or since when it is overdue, in words."""
    if due is None:
        return ""
    hours = (due - now) / timedelta(hours=1)
    size = f"{abs(hours) / 24:.0f} d" if abs(hours) >= TWO_DAYS_HOURS else f"{abs(hours):.0f} h"
    return f"overdue {size}" if hours < 0 else f"in {size}"


def _sites(at: StaffSession, site: str, *, everybody: bool) -> tuple[str, ...]:
    """Whose gaps concern who asks: the site that was named, or their own; of ops, or asked for everybody, any."""
    if site:
        return (site,)
    mine = {at.account.site} & set(at.app.clinic.sites)
    return () if everybody or at.account.role is Role.OPS else tuple(mine)


def mine(at: StaffSession) -> str:
    """A nurse's and the front desk's are the courses of their site; a prescriber's those that they answer for.

    An open escalation is every prescriber's.
    """
    if at.account.role in AT_THE_SITE:
        return f"CourseSite = '{at.account.site}'"
    own = f"CourseOwner = '{at.account.account_id}'"
    return f"({own} OR {ESCALATED})" if at.account.role is Role.PRESCRIBER else own


def _where(at: StaffSession, wanted: CourseFilter) -> list[str]:
    if wanted.site:
        at.site(wanted.site)
    for value in (wanted.protocol, wanted.site):
        if not value.replace("-", "").isalnum() and value:
            raise InputError("a protocol or a site is named by letters, digits and hyphens")
    fields = {
        "CoursePhase": wanted.phase,
        "CourseProtocol": wanted.protocol,
        "CourseSite": wanted.site,
        "CourseNeeds": wanted.need,
    }
    found = [f"{attribute} = '{value}'" for attribute, value in fields.items() if value]
    if wanted.held is not None:
        found.append(f"CourseHeld = {str(wanted.held).lower()}")
    return found


async def _named(at: StaffSession, words: str) -> str:
    """Courses of the patients whom the words fit."""
    patients = {one.patient_id for one in await at.app.store.directory.find(words)}
    courses = [one.course_id for one in await at.app.store.directory.courses() if one.patient_id in patients]
    if not courses:
        raise ServiceError("nobody of that name has a course")
    return f"WorkflowId IN ({', '.join(repr(one) for one in courses[:NAMED_MOST])})"


async def listed_courses(at: StaffSession, rows: list[Row]) -> list[ListedCourse]:
    """The rows with whose they are."""
    patients = await at.app.store.directory.patients_of_courses(tuple(row.course_id for row in rows))
    return [ListedCourse(row, patients.get(row.course_id), _wrong(row, patients)) for row in rows]


def _wrong(row: Row, patients: Mapping[str, Patient]) -> str:
    """Why a row is not what it should be, in words; empty where it is."""
    if row.course_id not in patients:
        return "not in the directory: nobody here enrolled it, tell ops"
    if row.outside:
        return f"another program wrote its {', '.join(row.outside)}: tell ops"
    return "" if row.taken_up else "no worker has taken it up yet"
