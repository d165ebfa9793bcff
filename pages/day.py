"""A day of a site: who comes when, what stands against each dose, and what to do next for each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import FastAPI, Query

from course.actions import may
from course.model.terms import Action
from pages.signing_in import Staff
from pages.twins import Twins
from services.session import StaffSession
from services.visits.day import DayVisit, visits_of_day

STEPS = (Action.CONFIRM, Action.CHECK_IN, Action.SESSION, Action.NO_SHOW, Action.NOT_GIVEN, Action.DEFER)
"""What is done with a visit of the day, in the order in which it comes."""


@dataclass(frozen=True)
class DayRow:
    """One visit: when, whose, how ready, and what may be done with it."""

    course: str
    session: str
    number: int
    time: str
    name: str
    born: date
    mrn: str
    protocol: str
    status: str
    ordered: str
    against: tuple[str, ...]
    pressure: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Day:
    """A site's day, and the days beside it."""

    site: str
    sites: tuple[tuple[str, str], ...]
    day: date
    before: date
    after: date
    rows: tuple[DayRow, ...]
    unread: tuple[str, ...]


def install(_: FastAPI, twins: Twins) -> None:
    """Add the page."""
    twins.add("/day", day_page, "day.html")


async def day_page(
    at: Staff, site: Annotated[str, Query(max_length=64)] = "", day: Annotated[date | None, Query()] = None
) -> Day:
    """The visits of a day at a site; today at one's own, where nothing else is said."""
    sites = at.app.clinic.sites
    chosen = site or (at.account.site if at.account.site in sites else at.app.home_site)
    today = _today(at, chosen)
    found = await visits_of_day(at, chosen, (day or today).isoformat())
    return Day(
        site=chosen,
        sites=tuple((one.id, one.name) for one in sites.values()),
        day=found.day,
        before=found.day - timedelta(days=1),
        after=found.day + timedelta(days=1),
        rows=tuple(_row(at, one) for one in found.visits),
        unread=found.unread,
    )


def _today(at: StaffSession, site: str) -> date:
    local: datetime = at.site_zone(site).local(at.now)
    return local.date()


def _row(at: StaffSession, visit: DayVisit) -> DayRow:
    record, session, patient = visit.record, visit.session, visit.patient
    vitals = [one for other in record.sessions for one in other.vitals]
    return DayRow(
        course=record.course_id,
        session=session.id,
        number=session.ordinal,
        time=f"{record.zone.local(session.start):%H:%M}",
        name=patient.name,
        born=patient.birth_date,
        mrn=patient.mrn,
        protocol=record.protocol.short,
        status=session.status.replace("_", " "),
        ordered=visit.ordered,
        against=visit.against,
        pressure=", ".join(f"{one.systolic}/{one.diastolic}" for one in vitals[-3:]),
        actions=tuple(one for one in STEPS if may(record, one, at.account.role, session.status)),
    )
