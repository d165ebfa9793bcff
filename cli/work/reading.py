"""Reading from the command line: lists, the worklist, one course, what comes next."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from cyclopts import Parameter

from adapters.temporal.lists import ESCALATED
from cli.output import OK, answer, as_json, table
from cli.session import OutputOptions, command, staff_session
from cli.work.showing import beside_it, show_course
from course.agenda.worklist_words import listed
from course.model.record import CourseRecord
from course.model.terms import NeedKind, Phase, Role
from course.scores import judging as judge
from course.scores import secondary
from course.scores import stop_review as stopping
from course.views.forecast import Upcoming, forecast
from services.courses import Courses, Row
from services.errors import InputError, ServiceError
from services.people.cover_gaps import gaps_ahead
from services.session import StaffSession
from services.typed.times import instant, shown
from services.visits.what_if import supposed

DAYS_AHEAD = 42
NOTHING_WAITS = "Nothing waits. Everything else is running by itself."
AT_THE_SITE = frozenset({Role.COORDINATOR, Role.NURSE})


@command
async def list_courses(
    *,
    phase: Phase | None = None,
    protocol: str = "",
    site: str = "",
    need: NeedKind | None = None,
    held: bool | None = None,
    mine: Annotated[bool, Parameter(help="only courses that you answer for")] = False,
    name: Annotated[str, Parameter(help="part of a patient's name, a birth date or an MRN")] = "",
    most: int = 50,
    output: OutputOptions = OutputOptions(),
) -> int:
    """List open courses, what is due soonest first.

    Example: starter.py list --need evaluate --site northside
    """
    async with staff_session() as at:
        _known_site(at, site)
        where = _where(phase=phase, protocol=protocol, site=site, need=need, held=held)
        if mine:
            where = [*where, f"CourseOwner = '{at.account.account_id}'"]
        if name:
            where = [*where, await _named(at, name)]
        rows = await Courses(at.app).rows(" AND ".join(where), most)
        await at.log_access("", "list")
        return await _print_rows(at, rows, output, "No open course matches.")


@command
async def needs(
    *,
    everybody: Annotated[bool, Parameter(help="what waits for anybody at any site, not only for you")] = False,
    site: Annotated[str, Parameter(help="what waits for anybody at this site")] = "",
    most: int = 50,
    output: OutputOptions = OutputOptions(),
) -> int:
    """The worklist: what to do, by whom and for which patient, most pressing first; open escalations before all else.

    Last it names where nobody, or no prescriber, is on call in the days to come.

    Example: starter.py needs --site northside
    """
    async with staff_session() as at:
        _known_site(at, site)
        anybody = " AND ".join(["CourseNeeds IS NOT NULL", *_where(site=site)])
        everybody = everybody or bool(site)
        rows = await Courses(at.app).rows(anybody if everybody else f"{anybody} AND {_mine(at)}", most)
        await at.log_access("", "needs")
        others = 0 if rows or everybody else await Courses(at.app).count(anybody)
        waits = "1 course waits" if others == 1 else f"{others} courses wait"
        elsewhere = f"Nothing waits for you. {waits} elsewhere: --everybody."
        code = await _print_rows(at, rows, output, elsewhere if others else NOTHING_WAITS, _to_do)
        for gap in () if output.json else await gaps_ahead(at.app, at.now, _sites(at, site, everybody=everybody)):
            print(f"cover  {gap}")
        return code


def _sites(at: StaffSession, site: str, *, everybody: bool) -> tuple[str, ...]:
    """Whose gaps concern who asks: the site that was named, or their own; of ops, or asked for everybody, any."""
    if site:
        return (site,)
    mine = {at.account.site} & set(at.app.clinic.sites)
    return () if everybody or at.account.role is Role.OPS else tuple(mine)


def _known_site(at: StaffSession, site: str) -> None:
    if site and site not in at.app.clinic.sites:
        raise InputError(f"there is no site {site}: {', '.join(at.app.clinic.sites)}")


def _mine(at: StaffSession) -> str:
    """A nurse's and the front desk's are the courses of their site; a prescriber's those that they answer for.

    An open escalation is every prescriber's.
    """
    if at.account.role in AT_THE_SITE:
        return f"CourseSite = '{at.account.site}'"
    own = f"CourseOwner = '{at.account.account_id}'"
    return f"({own} OR {ESCALATED})" if at.account.role is Role.PRESCRIBER else own


def _where(**said: Any) -> list[str]:
    names = {"phase": "CoursePhase", "protocol": "CourseProtocol", "site": "CourseSite", "need": "CourseNeeds"}
    for value in (said.get("protocol", ""), said.get("site", "")):
        if not value.replace("-", "").isalnum() and value:
            raise InputError("a protocol or a site is named by letters, digits and hyphens")
    found = [f"{attribute} = '{said[name]}'" for name, attribute in names.items() if said.get(name)]
    if said.get("held") is not None:
        found.append(f"CourseHeld = {str(said['held']).lower()}")
    return found


async def _named(at: StaffSession, words: str) -> str:
    """Courses of the patients whom the words fit."""
    patients = {one.patient_id for one in await at.app.store.directory.find(words)}
    courses = [one.course_id for one in await at.app.store.directory.courses() if one.patient_id in patients]
    if not courses:
        raise ServiceError("nobody of that name has a course")
    return f"WorkflowId IN ({', '.join(repr(one) for one in courses[:200])})"


async def _print_rows(
    at: StaffSession, rows: list[Row], output: OutputOptions, nothing: str, how: "Drawing | None" = None
) -> int:
    names = await at.app.store.directory.names_of_courses(tuple(row.course_id for row in rows))
    if output.json:
        as_json([{**vars(row), "name": names.get(row.course_id, ""), "wrong": _wrong(row, names)} for row in rows])
        return OK
    if not rows:
        print(nothing)
        return OK
    heads, line = how or _whole
    table(heads, [line(at, row, names) for row in rows])
    return OK


def _wrong(row: Row, names: Mapping[str, str]) -> str:
    """Why a row is not what it should be, in words; empty where it is."""
    if row.course_id not in names:
        return "not in the directory: nobody here enrolled it, tell ops"
    if row.outside:
        return f"another program wrote its {', '.join(row.outside)}: tell ops"
    return "" if row.taken_up else "no worker has taken it up yet"


def _line(at: StaffSession, row: Row, names: Mapping[str, str]) -> tuple[str, ...]:
    zone = at.site_zone(row.site)
    card = row.card
    wrong = _wrong(row, names)
    dots = (
        "" if card is None or card.target == 0 else "●" * min(card.given, 12) + "○" * max(card.target - card.given, 0)
    )
    return (
        row.course_id,
        names.get(row.course_id, ""),
        row.protocol,
        wrong or ("held, " if row.held else "") + (card.where if card else ""),
        dots,
        ", ".join(need.replace("_", " ") for need in row.needs),
        _due(row.need_due, at.now),
        shown(zone, row.next_session),
        card.reads if card else "",
    )


def _task(at: StaffSession, row: Row, names: Mapping[str, str]) -> tuple[str, ...]:
    """A row of the worklist: the first thing to do in words, and what else waits."""
    card = row.card
    todo = listed(row.needs, card.todo if card is not None else ())
    urgent = "URGENT " if row.urgent else ""
    said = _wrong(row, names) or "\n".join(todo)
    due = shown(at.site_zone(row.site), row.need_due)
    return (row.course_id, names.get(row.course_id, ""), f"{urgent}{said}", f"{_due(row.need_due, at.now)}, {due}")


Drawing = tuple[tuple[str, ...], Callable[[StaffSession, Row, Mapping[str, str]], tuple[str, ...]]]
_whole: Drawing = (("course", "patient", "protocol", "where", "sessions", "needs", "due", "next visit", "reads"), _line)
_to_do: Drawing = (("course", "for", "who does what", "due"), _task)


def _due(at: datetime | None, now: datetime) -> str:
    if at is None:
        return ""
    hours = (at - now) / timedelta(hours=1)
    size = f"{abs(hours) / 24:.0f} d" if abs(hours) >= 48 else f"{abs(hours):.0f} h"  # noqa: PLR2004  two days
    return f"overdue {size}" if hours < 0 else f"in {size}"


@command
async def show(course: str, *, output: OutputOptions = OutputOptions()) -> int:
    """One course: who, what waits and what comes, order, owner, how to reach the patient, and all that was.

    Example: starter.py show c-1a2b3c
    """
    async with staff_session() as at:
        course = await at.course(course)
        record = await at.courses.record(course)
        await at.log_access(course, "show")
        if output.json:
            return answer(record, "", json_=True)
        patient = await at.app.store.directory.patient(record.patient_id)
        messages = await at.app.store.sends.of_course(course)
        contact = await at.app.store.contacts.of(record.patient_id)
        show_course(record, patient, contact, messages, at.now)
        return OK


@command
async def forecast_course(
    course: str,
    *,
    until: Annotated[str, Parameter(help=f"how far to look; {DAYS_AHEAD} days if not said")] = "",
    if_: Annotated[
        list[str] | None,
        Parameter(name="--if", help='what if: "defer 4 to 2026-12-05 09:00", "omit 6", "no-show 2", "hold patient"'),
    ] = None,
    output: OutputOptions = OutputOptions(),
) -> int:
    """What comes next if nobody acts, or what if somebody does; nothing is changed.

    Example: starter.py forecast c-1a2b3c --if "defer 4 to +3d 09:00"
    """
    async with staff_session() as at:
        course = await at.course(course)
        record = await at.courses.record(course)
        await at.log_access(course, "forecast")
        horizon = instant(until, record.zone, at.now) if until else at.now + timedelta(days=DAYS_AHEAD)
        now = datetime.now(UTC)
        before = forecast(record, now, horizon)
        after = forecast(supposed(record, if_, at, now), now, horizon) if if_ else None
        if output.json:
            as_json({"as_it_is": [vars(one) for one in before], "if": after and [vars(one) for one in after]})
            return OK
        _print_forecast(record, before, after)
        return OK


def _print_forecast(record: CourseRecord, before: tuple[Upcoming, ...], after: tuple[Upcoming, ...] | None) -> None:
    heads = ("when", "what", "")
    if after is None:
        table(heads, [(shown(record.zone, one.at), one.kind, one.text) for one in before])
        return
    same = {(one.at, one.kind, one.text) for one in before} & {(one.at, one.kind, one.text) for one in after}
    gone = [("-", one) for one in before if (one.at, one.kind, one.text) not in same]
    come = [("+", one) for one in after if (one.at, one.kind, one.text) not in same]
    changes = sorted((*gone, *come), key=lambda pair: (pair[1].at, pair[0]))
    table(
        ("", *heads),
        [(sign, shown(record.zone, one.at), one.kind, one.text) for sign, one in changes],
        "What would change",
    )


@command
async def judge_course(course: str, *, output: OutputOptions = OutputOptions()) -> int:
    """How the scores read against the protocol's own criteria.

    Example: starter.py judge c-1a2b3c
    """
    async with staff_session() as at:
        course = await at.course(course)
        record = await at.courses.record(course)
        await at.log_access(course, "judge")
        base, found, review = judge.baseline(record), judge.relapse(record), stopping.read(record)
        rated = record.protocol.rated
        scores = [*record.primary_scores, *(record.scores_of(rated.instrument) if rated is not None else ())]
        readings = [(score, judge.read(record, score)) for score in scores]
        if output.json:
            as_json(
                {
                    "baseline": base,
                    "readings": [
                        {
                            "score": score.id,
                            "instrument": score.instrument,
                            "at": score.at,
                            "total": score.points,
                            **vars(one),
                        }
                        for score, one in readings
                    ],
                    "secondary": [vars(one) for one in secondary.readings(record)],
                    "relapse": vars(found),
                    "stop_review": vars(review),
                }
            )
            return OK
        table(
            ("score", "instrument", "when", "total", "reads"),
            [
                (score.id, score.instrument, shown(record.zone, score.at), score.said, one.sentence)
                for score, one in readings
            ],
        )
        beside_it(record)
        print(f"relapse: {found.state}\nstop review: {review.sentence}")
        return OK
