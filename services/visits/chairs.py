"""A day of a site by chair, and how full the coming days are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from adapters.clinic.files import snapshot
from adapters.wiring import Application
from course.model.calendar import Calendar, days_from
from course.scheduling.slots import Slot, on_chairs
from services.errors import ServiceError
from services.session import StaffSession
from services.typed.times import instant

WEEK_DAYS = 7


@dataclass(frozen=True)
class Chair:
    """One chair's day: the visits that it holds, and the spans that are free."""

    number: int
    visits: tuple[Slot, ...]
    free: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class ChairDay:
    """A site's day: its chairs, of which those are left out that nobody needs, and the patients' names by course."""

    calendar: Calendar
    day: date
    capacity: int
    chairs: tuple[Chair, ...]
    names: Mapping[str, str] = field(repr=False)


async def chairs_of_day(at: StaffSession, site: str, typed: str) -> ChairDay:
    """Who has which chair on a day; raises ServiceError where the site's chairs are not kept here."""
    calendar = calendar_of(at, site)
    day = calendar.zone.local(instant(f"{typed} 12:00", calendar.zone, at.now)).date()
    capacity = at.app.clinic.sites[site].capacity
    begins = calendar.zone.lenient(datetime.combine(day, datetime.min.time()))
    held = on_chairs(await at.app.store.slots.between(site, begins, days_from(calendar.zone, begins, 1)))
    used = held + [[] for _ in range(min(capacity, len(held) + 1) - len(held))]
    span = _opening(calendar, day)
    chairs = tuple(Chair(number, tuple(one), _free(one, span)) for number, one in enumerate(used, start=1))
    courses = {slot.course_id for chair in chairs for slot in chair.visits}
    names = await at.app.store.directory.names_of_courses(tuple(courses))
    await at.log_access("", "slots")
    return ChairDay(calendar, day, capacity, chairs, names)


def calendar_of(at: StaffSession, site: str) -> Calendar:
    """A site's calendar from today on; raises ServiceError where no such site is kept here."""
    place, clinic = at.site(site), at.app.clinic
    if at.app.settings.scheduler_url is not None:
        raise ServiceError("the chairs are kept by the scheduler that ST_SCHEDULER_URL names: look there")
    return snapshot(clinic.sites[place], at.now, clinic.limits.calendar_years)


async def fullness(app: Application, now: datetime) -> dict[str, int]:
    """How many percent of each site's chair time of the next seven days is taken."""
    found = {}
    for site in app.clinic.sites.values():
        calendar = snapshot(site, now, 1)
        spans = [one for ahead in range(WEEK_DAYS) if (one := _opening(calendar, _day(calendar, now, ahead)))]
        taken = await app.store.slots.between(site.id, now, now + timedelta(days=WEEK_DAYS + 1))
        booked = sum((_shared(one, span) for one in taken for span in spans), timedelta())
        whole = sum((closes - opens for opens, closes in spans), timedelta()) * site.capacity
        found[site.id] = round(100 * (booked / whole)) if whole else 0
    return found


def _free(visits: list[Slot], span: tuple[datetime, datetime] | None) -> tuple[tuple[datetime, datetime], ...]:
    if span is None:
        return ()
    edges = [span[0], *(edge for one in visits for edge in (one.begins, one.ends)), span[1]]
    return tuple((since, until) for since, until in zip(edges[::2], edges[1::2], strict=True) if since < until)


def _opening(calendar: Calendar, day: date) -> tuple[datetime, datetime] | None:
    hours = calendar.opening(day)
    if hours is None:
        return None
    opens, closes = (calendar.zone.lenient(datetime.combine(day, at)) for at in (hours.opens, hours.closes))
    return opens, closes


def _day(calendar: Calendar, now: datetime, ahead: int) -> date:
    return calendar.zone.local(days_from(calendar.zone, now, ahead)).date()


def _shared(slot: Slot, span: tuple[datetime, datetime]) -> timedelta:
    return max(timedelta(), min(slot.ends, span[1]) - max(slot.begins, span[0]))
