"""A day's visits at a site: who comes, what is ordered, and what stands against the dose."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from adapters.store.people.directory import Patient
from course.model.calendar import days_from
from course.model.record import CourseRecord
from course.model.visit import Session
from course.rules.clearance import why_not_yet
from course.rules.dosing import dose_check, last_weight
from services.courses import EVERY_COURSE, CourseError, NoServerError
from services.permissions import Use
from services.session import StaffSession
from services.typed.times import instant


@dataclass(frozen=True)
class DayVisit:
    """One visit of the day, and whose."""

    record: CourseRecord
    session: Session
    patient: Patient

    @property
    def against(self) -> tuple[str, ...]:
        """What stands against dosing, as it is known now."""
        return tuple(why_not_yet(self.record, self.session, self.session.start))

    @property
    def ordered(self) -> str:
        """The order in words, with the amount at the last weight."""
        order, weight = self.record.order, last_weight(self.record)
        signed = f"signed by {order.signed.name}" if order.signed else "not signed"
        dose = f"{order.amount} {self.record.protocol.dose.basis} over {self.session.minutes} minutes"
        text = f"{dose}, at most {order.max_mg} mg, {signed}."
        if weight is None:
            return f"{text} No weight is known yet."
        ordered = dose_check(self.record, self.session.minutes, Decimal(1), weight).ordered_mg
        return f"{text} At the last weight of {weight} kg: {ordered} mg."


@dataclass(frozen=True)
class SiteDay:
    """A site's day: its visits in order, and why a course could not be read."""

    site: str
    day: date
    visits: tuple[DayVisit, ...]
    unread: tuple[str, ...]


async def visits_of_day(at: StaffSession, site: str, typed: str) -> SiteDay:
    """Every open visit of a day, as typed; it is on record whose were read. Raises ServiceError."""
    await at.refuse_unless(Use.SHEETS)
    zone = at.site_zone(at.site(site))
    midnight = zone.local(instant(f"{typed} 12:00", zone, at.now)).replace(hour=0, minute=0)
    begins = zone.lenient(midnight)
    visits, unread = await _visits(at, site, begins, days_from(zone, begins, 1))
    for one in visits:
        await at.log_access(one.record.course_id, "downtime sheet")
    return SiteDay(at.app.clinic.sites[site].name, midnight.date(), tuple(visits), tuple(unread))


async def _visits(at: StaffSession, site: str, begins: datetime, ends: datetime) -> tuple[list[DayVisit], list[str]]:
    """The visits between two instants; a course with a later next visit has none."""
    found: list[DayVisit] = []
    unread: list[str] = []
    for row in await at.courses.rows(f"CourseSite = '{site}'", EVERY_COURSE):
        if row.next_session is None or row.next_session >= ends:
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
            DayVisit(record, session, patient or Patient(record.patient_id, "", date.min))
            for session in record.open_sessions
            if begins <= session.start < ends
        ]
    return sorted(found, key=lambda one: (one.session.start, one.record.course_id)), unread
