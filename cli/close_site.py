"""`close-site`: a storm, a burst pipe: new times for all visits of some days, applied together after a look."""

import sys
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated

from cyclopts import Parameter

from adapters.courses import CourseError
from cli.desk import Asked, Desk, How, build, command, desk
from cli.output import FAILED, OK, USAGE, CliError, as_json, table
from cli.times import instant, shown
from course.actions import Refused, apply
from course.acts import Act
from course.closing_days import Instead, instead
from course.record import CourseRecord

MOST = 10_000


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

    Each series keeps its pattern; a patient who was told the old time is told the new one. Running it again under the
    same days moves only what still stands in them. Put the days under `closed` in clinic.toml too.

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
    rows = await at.courses.rows(f"CourseSite = '{site}'", MOST)
    near = [row for row in rows if row.next_session is not None and row.next_session < until]
    names = await at.house.store.directory.names_of_courses(tuple(row.course_id for row in near))
    found = []
    for number, row in enumerate(near, start=1):
        _say(f"looking at {number} of {len(near)} courses")
        record = await at.courses.record(row.course_id)
        try:
            move = instead(record, since, until)
        except ValueError as none:
            found.append(Moved(row.course_id, names.get(row.course_id, ""), None, why_not=str(none)))
            continue
        if move is not None:
            found.append(_moved(at, record, names.get(row.course_id, ""), move, reason))
    return found


def _moved(at: Desk, record: CourseRecord, name: str, move: Instead, reason: str) -> Moved:
    key = f"{record.course_id}\n{move.session.id}\n{move.session.start}\n{move.to}"
    how = How(reason=reason, request_id=f"close-{sha256(key.encode()).hexdigest()[:16]}")
    said = {"session": move.session.id, "to": move.to, "scope": move.scope, "code": "clinic"}
    act = build(at, "defer", how, said)
    try:
        done = apply(record, act, at.now)
    except Refused as refused:
        return Moved(record.course_id, name, None, why_not=str(refused))
    after = {one.id: one for one in done.record.open_sessions}
    changed = [(one, after[one.id]) for one in record.open_sessions if after[one.id].start != one.start]
    visits = tuple((one.id, shown(record.zone, one.start), shown(record.zone, new.start)) for one, new in changed)
    told = any(one.told is not None for one, _ in changed)
    return Moved(record.course_id, name, act, visits, done.receipt.warnings, told=told)


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
