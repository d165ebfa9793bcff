"""What a patient was given on all courses, at all sites; read from the courses themselves, so that it cannot lag."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from adapters.store.people.directory import Directory
from course.model.record import CourseRecord
from course.model.terms import HoldCause, SessionStatus
from course.model.visit import Dose
from course.rules.clearance import seen_first
from course.rules.maintenance import why_no_early_booster

ONE_COURSE_ONLY = frozenset({HoldCause.OPERATOR, HoldCause.PATIENT})
"""Causes of a hold that say nothing of the patient's state."""

Read = Callable[[str], Awaitable[CourseRecord | None]]
"""The record of a course, or None where it has ended for good."""


@dataclass(frozen=True)
class PatientDose:
    """One dose that stands, of one of a patient's courses."""

    course_id: str
    site: str
    dose: Dose


async def doses_of(directory: Directory, read: Read, patient_id: str) -> tuple[PatientDose, ...]:
    """Every dose of a patient that stands, over all courses and sites that have not ended for good, oldest first."""
    found = [
        PatientDose(record.course_id, record.site, dose)
        for record in await _records(directory, read, patient_id)
        for dose in record.valid_doses
    ]
    return tuple(sorted(found, key=lambda one: (one.dose.at, one.course_id)))


async def why_not_today(directory: Directory, read: Read, course_id: str, at: datetime) -> str:
    """Why a patient should not be dosed on this course today, because of another one; or an empty string.

    Dosed there on the same day of that clinic's wall, or checked in and about to be; held there for a clinical cause,
    or an escalation is open that a prescriber looks at first.
    """
    mine = await directory.course(course_id)
    if mine is None:
        return ""
    for record in await _records(directory, read, mine.patient_id, but=course_id):
        if any(record.zone.days_between(dose.at, at) == 0 for dose in record.valid_doses):
            return f"the patient was dosed today on course {record.course_id} at {record.site}"
        if record.held is not None and record.held.cause not in ONE_COURSE_ONLY:
            return f"the patient's course {record.course_id} at {record.site} is held ({record.held.cause})"
        if seen_first(record, at):
            return f"an escalation is open on the patient's course {record.course_id} at {record.site}"
        arrived = (one.arrived_at for one in record.sessions if one.status is SessionStatus.ARRIVED)
        if any(when is not None and record.zone.days_between(when, at) == 0 for when in arrived):
            return f"the patient is checked in today on course {record.course_id} at {record.site}"
    return ""


async def why_not_early(directory: Directory, read: Read, course_id: str, at: datetime) -> str:
    """Why an early booster may not stand at an instant, counting the doses of all of the patient's courses."""
    row, mine = await directory.course(course_id), await read(course_id)
    if row is None or mine is None:
        return ""
    others = await _records(directory, read, row.patient_id, but=course_id)
    elsewhere = tuple(dose for record in others for dose in record.valid_doses)
    return why_no_early_booster(mine.with_(doses=(*mine.doses, *elsewhere)), at) if elsewhere else ""


async def _records(directory: Directory, read: Read, patient_id: str, but: str = "") -> list[CourseRecord]:
    rows = await directory.courses(patient_id=patient_id)
    found = [await read(row.course_id) for row in rows if row.course_id != but]
    return [record for record in found if record is not None]
