"""`close-site`: a storm, a burst pipe: new times for all visits of some days, applied together after a look."""

import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated

from cyclopts import Parameter

from adapters.courses import CourseError
from cli.desk import Asked, Desk, How, build, command, desk
from cli.output import FAILED, OK, USAGE, CliError, as_json, table
from cli.times import instant, shown
from course.actions import Refused, apply
from course.acts import Act
from course.closing_days import Instead, instead, struck
from course.record import CourseRecord
from course.slots import Slot, first_full, slots_ahead
from course.visit import Session

MOST = 10_000
PLANNED = 500
"""Days ahead within which every visit lies."""


@dataclass(frozen=True)
class Moved:
    """What would become of one course: the act that moves it and each visit's old and new time, or why not."""

    course: str
    name: str
    act: Act | None
    visits: tuple[tuple[str, str, str], ...] = ()
    deviations: tuple[str, ...] = ()
    told: bool = False
    why_not: str = ""


@dataclass
class Room:
    """The chairs of the site as they would be taken after each move."""

    capacity: int
    taken: set[Slot]

    def moves(self, before: tuple[Slot, ...], after: tuple[Slot, ...]) -> bool:
        """Whether a course finds chairs for all that would change; then they are taken, and its old ones free."""
        new = [one for one in after if one not in before]
        if first_full(new, self.taken, self.capacity) is not None:
            return False
        self.taken = (self.taken - set(before)) | set(after)
        return True


@command
async def close_site(
    site: str,
    *,
    since: Annotated[str, Parameter(name="--from", help="from when the site is closed")],
    until: Annotated[str, Parameter(help="when it opens again")],
    apply: Annotated[bool, Parameter(negative="", help="move them all; without it nothing is changed")] = False,
    reason: Annotated[str, Parameter(help="why; it stands on every course's page")] = "",
    asked: Asked = Asked(),
) -> int:
    """Propose new times for every visit of the days on which a site is closed, and move them together after a look.

    Each series keeps its pattern, no more visits stand at once than the site has room for, and a patient who was told
    the old time is told the new one. Running it again under the same days moves only what still stands in them. Put the
    days under `closed` in clinic.toml too.

    Example: starter.py close-site northside --from "2027-01-11 00:00" --until "2027-01-14 00:00" --reason storm
    """
    async with desk() as at:
        if site not in at.house.clinic.sites:
            raise CliError(f"there is no site {site}: {', '.join(at.house.clinic.sites)}", USAGE)
        zone = at.site_zone(site)
        first, last = instant(since, zone, at.now), instant(until, zone, at.now)
        if not at.now <= last or first >= last:
            raise CliError("the site closes before it opens again, and opens in time to come: correct the days", USAGE)
        if apply and not reason:
            raise CliError("say why with --reason: it stands on every course's page", USAGE)
        found = await _proposals(at, site, first, last, reason or "the site is closed")
        if apply:
            return await _apply(at, found, asked=asked)
    _print(found, asked=asked)
    return OK


async def _proposals(at: Desk, site: str, since: datetime, until: datetime, reason: str) -> list[Moved]:
    """One course after another, each where the chairs of those before it leave room."""
    rows = await at.courses.rows(f"CourseSite = '{site}'", MOST)
    near = [row for row in rows if row.next_session is not None and row.next_session < until]
    names = await at.house.store.directory.names_of_courses(tuple(row.course_id for row in near))
    place = at.house.clinic.sites[site]
    room = Room(place.capacity, set(await at.house.store.slots.between(site, since, until + timedelta(days=PLANNED))))
    found = []
    for number, row in enumerate(near, start=1):
        _say(f"looking at {number} of {len(near)} courses")
        record = await at.courses.record(row.course_id)
        first = struck(record, since, until)
        if first is not None:
            found.append(_moved(at, record, names.get(row.course_id, ""), first, until, reason, room))
    return found


def _moved(  # noqa: PLR0917  whose visit, from when on, why, and where there is room
    at: Desk, record: CourseRecord, name: str, first: Session, until: datetime, reason: str, room: Room
) -> Moved:
    why_not = "no day of four weeks has room for it"
    for move in instead(record, first, until, room.taken, room.capacity):
        act = _act(at, record, move, reason)
        try:
            done = apply(record, act, at.now)
        except Refused as refused:
            why_not = str(refused)
            continue
        if room.moves(slots_ahead(record, at.now), slots_ahead(done.record, at.now)):
            after = {one.id: one for one in done.record.open_sessions}
            changed = [(one, after[one.id]) for one in record.open_sessions if after[one.id].start != one.start]
            visits = tuple(
                (one.id, shown(record.zone, one.start), shown(record.zone, new.start)) for one, new in changed
            )
            told = any(one.told is not None for one, _ in changed)
            return Moved(record.course_id, name, act, visits, done.receipt.warnings, told=told)
    return Moved(record.course_id, name, None, why_not=why_not)


def _act(at: Desk, record: CourseRecord, move: Instead, reason: str) -> Act:
    key = f"{record.course_id}\n{move.session.id}\n{move.session.start}\n{move.to}"
    how = How(reason=reason, request_id=f"close-{sha256(key.encode()).hexdigest()[:16]}")
    return build(at, "defer", how, {"session": move.session.id, "to": move.to, "scope": move.scope, "code": "clinic"})


async def _apply(at: Desk, found: list[Moved], *, asked: Asked) -> int:
    failed = [one for one in found if one.act is None]
    for number, one in enumerate(found, start=1):
        if one.act is None:
            continue
        _say(f"moving {number} of {len(found)} courses")
        try:
            await at.courses.act(one.course, one.act)
        except CourseError as error:
            failed.append(Moved(one.course, one.name, None, why_not=str(error)))
    moved = len(found) - len(failed)
    if asked.json:
        as_json({"moved": moved, "not_moved": [{"course": one.course, "why": one.why_not} for one in failed]})
    else:
        print(f"{moved} courses moved")
        for one in failed:
            print(f"not moved: {one.course}: {one.why_not}")
    return FAILED if failed else OK


def _print(found: list[Moved], *, asked: Asked) -> None:
    if asked.json:
        as_json(
            [
                {
                    "course": one.course,
                    "visits": [{"session": visit, "was": was, "becomes": new} for visit, was, new in one.visits],
                    "deviations": one.deviations,
                    "told": one.told,
                    "why_not": one.why_not,
                }
                for one in found
            ]
        )
        return
    rows = [
        (one.course, one.name, visit, was, new, "; ".join(one.deviations), "yes" if one.told else "")
        for one in found
        for visit, was, new in one.visits or (("", "", one.why_not),)
    ]
    table(("course", "patient", "visit", "was", "becomes", "leaves a window", "told the old time"), rows)
    print(f"{len(found)} courses, nothing is changed yet: once more with --apply" if found else "no visit is touched")


def _say(text: str) -> None:
    """One line of progress on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
