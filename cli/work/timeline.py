"""The story of a course on a terminal."""

from typing import Annotated

from cyclopts import Parameter

from audit.timeline import Line
from cli.output import FAILED, OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from course.model.calendar import Zone
from services.reading.story import course_story
from services.typed.times import shown


@command
async def timeline(
    course: str,
    *,
    acts: Annotated[bool, Parameter(help="only what people did")] = False,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Tell the story of a course from its histories, archived and live: when, who, what, why, which event.

    Example: starter.py timeline c-1a2b3c
    """
    async with staff_session() as at:
        found = await course_story(at, course, acts=acts)
    if output.json:
        as_json([vars(line) for line in found.lines])
    else:
        heads = ("when", "who", "what", "why", "before → after", "event")
        table(heads, [_row(found.zone, line) for line in found.lines])
        for run in found.differing:
            print(f"NOT the same in the archive: run {run}, shown here as the server has it")
    return FAILED if found.differing else OK


def _row(zone: Zone, line: Line) -> tuple[str, ...]:
    when = shown(zone, line.at)
    if line.effective_at is not None:
        when += f"\n(true since {shown(zone, line.effective_at)})"
    changed = f"{line.before} → {line.after}" if line.before and line.after else line.after
    return (
        when,
        f"{line.who} ({line.role})" if line.role != "course" else "course",
        line.what,
        line.why,
        changed,
        (f"{line.run}.{line.event}"),
    )
