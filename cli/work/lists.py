"""Lists from the command line: open courses, and the worklist."""

from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from cli.output import OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from course.model.terms import NeedKind, Phase
from services.reading.course_list import CourseFilter, ListedCourse, course_list, time_left, worklist
from services.session import StaffSession
from services.typed.times import shown

DOTS_MOST = 12


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
    """List open courses, the soonest due first.

    Example: starter.py list --need evaluate --site northside
    """
    wanted = CourseFilter(phase, protocol, site, need, held, mine, name, most)
    async with staff_session() as at:
        rows = await course_list(at, wanted)
    if output.json:
        as_json(_plain(rows))
    elif rows:
        heads = ("course", "patient", "protocol", "where", "sessions", "needs", "due", "next visit", "reads")
        table(heads, [_line(at, one) for one in rows])
    else:
        print("No open course matches.")
    return OK


@command
async def needs(
    *,
    everybody: Annotated[bool, Parameter(help="what waits for anybody at any site, not only for you")] = False,
    site: Annotated[str, Parameter(help="what waits for anybody at this site")] = "",
    most: int = 50,
    output: OutputOptions = OutputOptions(),
) -> int:
    """The worklist: what to do, by whom and for which patient, most pressing first; open escalations before all else.

    At the end it names where nobody, or no prescriber, is on call in the coming days.

    Example: starter.py needs --site northside
    """
    async with staff_session() as at:
        found = await worklist(at, everybody=everybody, site=site, most=most)
    if output.json:
        as_json(_plain(found.rows))
        return OK
    if found.rows:
        table(("course", "for", "who does what", "due"), [_task(at, one) for one in found.rows])
    elif found.elsewhere:
        waits = "1 course waits" if found.elsewhere == 1 else f"{found.elsewhere} courses wait"
        print(f"Nothing waits for you. {waits} elsewhere: --everybody.")
    else:
        print("Nothing waits. Everything else is running by itself.")
    for gap in found.gaps:
        print(f"cover  {gap}")
    return OK


def _plain(rows: Sequence[ListedCourse]) -> list[dict[str, object]]:
    return [{**vars(one.row), "name": one.name, "wrong": one.wrong} for one in rows]


def _line(at: StaffSession, listed: ListedCourse) -> tuple[str, ...]:
    row, card = listed.row, listed.row.card
    dots = ""
    if card is not None and card.target:
        dots = "●" * min(card.given, DOTS_MOST) + "○" * max(card.target - card.given, 0)
    return (
        row.course_id,
        listed.name,
        row.protocol,
        listed.wrong or ("held, " if row.held else "") + (card.where if card else ""),
        dots,
        ", ".join(need.replace("_", " ") for need in row.needs),
        time_left(row.need_due, at.now),
        shown(at.site_zone(row.site), row.next_session),
        card.reads if card else "",
    )


def _task(at: StaffSession, listed: ListedCourse) -> tuple[str, ...]:
    """A row of the worklist: the first thing to do in words, and what else waits."""
    row = listed.row
    value = listed.wrong or "\n".join(listed.todo)
    due = shown(at.site_zone(row.site), row.need_due)
    urgent = "URGENT " if row.urgent else ""
    return (row.course_id, listed.name, f"{urgent}{value}", f"{time_left(row.need_due, at.now)}, {due}")
