"""The story of a course on a terminal."""

from typing import Annotated

from cyclopts import Parameter

from audit.histories import compared_histories
from audit.timeline import Line, story
from cli.output import FAILED, OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from course.model.calendar import Zone
from services.errors import ServiceError
from services.typed.times import shown


@command
async def timeline(
    course: str,
    *,
    acts: Annotated[bool, Parameter(help="only what people did")] = False,
    output: OutputOptions = OutputOptions(),
) -> int:
    """The readable story of a course, out of its histories, archived and live: when, who, what, why, which event.

    Example: starter.py timeline c-1a2b3c
    """
    async with staff_session() as at:
        course = await at.course(course)
        zone = await at.zone(course)
        found = await compared_histories(at.app, course)
        if not found.runs:
            raise ServiceError(f"course {course} has no history: it was enrolled and never began")
        await at.log_access(course, "timeline")
        lines = await story(found.runs, at.app.ring)
        lines = [line for line in lines if not acts or line.role != "course"]
        if output.json:
            as_json([vars(line) for line in lines])
            return FAILED if found.differing else OK
        table(("when", "who", "what", "why", "before → after", "event"), [_row(zone, line) for line in lines])
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
