"""`downtime-sheet`: a page for each visit of a day, to write on by hand while the network is away."""

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from adapters.store.people.directory import Patient
from cli.output import FAILED, OK, answer
from cli.session import OutputOptions, command, staff_session
from cli.visits.downtime_page import SheetVisit, page
from course.model.calendar import days_from
from course.model.terms import Role
from services.courses import CourseError, NoServerError
from services.errors import InputError, NotAllowedError, ServiceError
from services.session import StaffSession
from services.typed.times import instant

ROOM = frozenset({Role.NURSE, Role.PRESCRIBER, Role.COORDINATOR})
MOST = 10_000


@dataclass(frozen=True)
class Day:
    """One day of a site, from midnight to midnight on its wall."""

    day: date
    begins: datetime
    ends: datetime


@command
async def downtime_sheet(
    site: str,
    day: str,
    *,
    out: Annotated[Path | None, Parameter(help="the file; else under `sheets` in the data folder")] = None,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Write one page for each visit of a day: who, what is ordered, what is missing, and room to write by hand.

    The file is readable for its owner only: it holds names. Type in afterwards what was written on it.

    Example: starter.py downtime-sheet northside 2026-11-30
    """
    async with staff_session() as at:
        if at.account.role not in ROOM:
            raise NotAllowedError(f"the role {at.account.role} may not print sheets: it takes the room's staff")
        if site not in at.app.clinic.sites:
            raise InputError(f"there is no site {site}: {', '.join(at.app.clinic.sites)}")
        meant = _day(at, site, day)
        visits, unread = await _visits(at, site, meant)
        file = out or at.app.settings.data_folder / "sheets" / f"{site}-{meant.day}.html"
        _write(file, page(at.app.clinic.sites[site].name, meant.day, visits, at.now))
        for one in visits:
            await at.log_access(one.record.course_id, "downtime sheet")
        told = [{"course": one.record.course_id, "session": one.session.id, "at": one.session.start} for one in visits]
        missing = "".join(f"\n  NOT on it: {why}" for why in unread)
        said = {"file": str(file), "visits": told, "not_on_it": unread}
        answer(said, f"{len(visits)} visits: {file}{missing}", json_=output.json)
        return FAILED if unread else OK


def _day(at: StaffSession, site: str, day: str) -> Day:
    zone = at.site_zone(site)
    midnight = zone.local(instant(f"{day} 12:00", zone, at.now)).replace(hour=0, minute=0)
    begins = zone.lenient(midnight)
    return Day(midnight.date(), begins, days_from(zone, begins, 1))


async def _visits(at: StaffSession, site: str, day: Day) -> tuple[list[SheetVisit], list[str]]:
    """Every open visit of the day, in order, and why a course could not be read; one with a later visit has none."""
    rows = await at.courses.rows(f"CourseSite = '{site}'", MOST)
    found: list[SheetVisit] = []
    unread: list[str] = []
    for row in rows:
        if row.next_session is None or row.next_session >= day.ends:
            continue
        try:
            record = await at.courses.record(row.course_id)
        except NoServerError:
            raise
        except CourseError as error:
            unread.append(str(error))
            continue
        patient = await at.app.store.directory.patient(record.patient_id)
        found += [
            SheetVisit(record, session, patient or Patient(record.patient_id, "", date.min))
            for session in record.open_sessions
            if day.begins <= session.start < day.ends
        ]
    return sorted(found, key=lambda one: (one.session.start, one.record.course_id)), unread


def _write(file: Path, text: str) -> None:
    """Write a file that nobody else may read."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
            written.write(text)
    except OSError as error:
        raise ServiceError(f"{file} cannot be written ({error.strerror}): name another file with --out") from None
