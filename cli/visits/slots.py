"""`slots`: a day of a site by chair, and how full the coming days are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from adapters.clinic.files import snapshot
from adapters.wiring import Application
from cli.output import OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from course.model.calendar import Calendar, days_from
from course.scheduling.slots import Slot, on_chairs
from services.errors import InputError, ServiceError
from services.session import StaffSession
from services.typed.times import instant

WEEK_DAYS = 7


@dataclass(frozen=True)
class Chair:
    """One chair's day: the visits that it holds, and the spans that are free."""

    number: int
    visits: tuple[Slot, ...]
    free: tuple[tuple[datetime, datetime], ...]


@command
async def slots(site: str, day: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Who has which chair on a day, and when each is free.

    Example: starter.py slots northside 2026-11-30
    """
    async with staff_session() as at:
        calendar = calendar_of(at, site)
        local = calendar.zone.local(instant(f"{day} 12:00", calendar.zone, at.now)).date()
        chairs = await _chairs(at, calendar, local)
        names = await _names(at, chairs)
        await at.log_access("", "slots")
        capacity = at.app.clinic.sites[site].capacity
        if output.json:
            as_json({"site": site, "day": local, "places": capacity, "chairs": [_plain(one, names) for one in chairs]})
            return OK
        _print(chairs, names, calendar, capacity)
        return OK


def calendar_of(at: StaffSession, site: str) -> Calendar:
    """A site's calendar from today on; raises ServiceError where no such site is kept here."""
    clinic = at.app.clinic
    if site not in clinic.sites:
        raise InputError(f"there is no site {site}: {', '.join(clinic.sites)}")
    if at.app.settings.scheduler_url is not None:
        raise ServiceError("the chairs are kept by the scheduler that ST_SCHEDULER_URL names: look there")
    return snapshot(clinic.sites[site], at.now, clinic.limits.calendar_years)


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


async def _chairs(at: StaffSession, calendar: Calendar, day: date) -> tuple[Chair, ...]:
    """Each visit on the first chair that is free for it; the last chair shown is empty, where there is one."""
    begins = calendar.zone.lenient(datetime.combine(day, datetime.min.time()))
    taken = await at.app.store.slots.between(calendar.site, begins, days_from(calendar.zone, begins, 1))
    held = on_chairs(taken)
    shown = held + [[] for _ in range(min(at.app.clinic.sites[calendar.site].capacity, len(held) + 1) - len(held))]
    span = _opening(calendar, day)
    return tuple(Chair(number, tuple(one), _free(one, span)) for number, one in enumerate(shown, start=1))


def _free(visits: list[Slot], span: tuple[datetime, datetime] | None) -> tuple[tuple[datetime, datetime], ...]:
    if span is None:
        return ()
    edges = [span[0], *(edge for one in visits for edge in (one.begins, one.ends)), span[1]]
    return tuple((since, until) for since, until in zip(edges[::2], edges[1::2], strict=True) if since < until)


def _opening(calendar: Calendar, day: date) -> tuple[datetime, datetime] | None:
    hours = next((one for one in calendar.hours if one.weekday == day.weekday()), None)
    if hours is None or day in calendar.closed:
        return None
    opens, closes = (calendar.zone.lenient(datetime.combine(day, at)) for at in (hours.opens, hours.closes))
    return opens, closes


def _day(calendar: Calendar, now: datetime, ahead: int) -> date:
    return calendar.zone.local(days_from(calendar.zone, now, ahead)).date()


def _shared(slot: Slot, span: tuple[datetime, datetime]) -> timedelta:
    return max(timedelta(), min(slot.ends, span[1]) - max(slot.begins, span[0]))


async def _names(at: StaffSession, chairs: Iterable[Chair]) -> dict[str, str]:
    courses = {slot.course_id for chair in chairs for slot in chair.visits}
    return await at.app.store.directory.names_of_courses(tuple(courses))


def _plain(chair: Chair, names: dict[str, str]) -> dict[str, object]:
    visits = [{**vars(one), "name": names.get(one.course_id, "")} for one in chair.visits]
    return {"chair": chair.number, "visits": visits, "free": [list(span) for span in chair.free]}


def _print(chairs: tuple[Chair, ...], names: dict[str, str], calendar: Calendar, capacity: int) -> None:
    rows = []
    for chair in chairs:
        spans = [
            (one.begins, one.ends, one.course_id, names.get(one.course_id, ""), one.session) for one in chair.visits
        ]
        spans += [(since, until, "", "free", "") for since, until in chair.free]
        rows += [
            (str(chair.number), f"{calendar.zone.local(begins):%H:%M}-{calendar.zone.local(ends):%H:%M}", *who)
            for begins, ends, *who in sorted(spans)
        ]
    table(("chair", "when", "course", "patient", "session"), rows)
    print(f"{capacity} places; chairs not shown are free all day")
