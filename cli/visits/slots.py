"""`slots`: a day of a site by chair."""

from cli.output import OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from services.visits.chairs import ChairDay, chairs_of_day


@command
async def slots(site: str, day: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Who has which chair on a day, and when each is free.

    Example: starter.py slots northside 2026-11-30
    """
    async with staff_session() as at:
        found = await chairs_of_day(at, site, day)
    if output.json:
        as_json({"site": site, "day": found.day, "places": found.capacity, "chairs": _plain(found)})
    else:
        _print(found)
    return OK


def _plain(found: ChairDay) -> list[dict[str, object]]:
    return [
        {
            "chair": chair.number,
            "visits": [{**vars(one), "name": found.names.get(one.course_id, "")} for one in chair.visits],
            "free": chair.free,
        }
        for chair in found.chairs
    ]


def _print(found: ChairDay) -> None:
    zone, rows = found.calendar.zone, []
    for chair in found.chairs:
        spans = [
            (one.begins, one.ends, one.course_id, found.names.get(one.course_id, ""), one.session)
            for one in chair.visits
        ]
        spans += [(since, until, "", "free", "") for since, until in chair.free]
        rows += [
            (str(chair.number), f"{zone.local(begins):%H:%M}-{zone.local(ends):%H:%M}", *who)
            for begins, ends, *who in sorted(spans)
        ]
    table(("chair", "when", "course", "patient", "session"), rows)
    print(f"{found.capacity} places; chairs not shown are free all day")
