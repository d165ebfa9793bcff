"""`audit timeline`: the story of a course as an auditor reads it."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from audit.timeline import Line
from cli.audit.timeline_page import page
from cli.output import FAILED, OK, as_json, table
from cli.private_files import write_private
from cli.session import OutputOptions, command, staff_session
from services.reading.story import CourseStory, course_story
from services.typed.times import shown


@command
async def timeline(
    course: str,
    *,
    acts: Annotated[bool, Parameter(negative="", help="only what people did")] = False,
    html: Annotated[Path | None, Parameter(help="write it as one page that needs nothing else, to this file")] = None,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Tell the story of a course as an auditor reads it: whose key signed each act, and where the log has it.

    When something was true stands beside when it was recorded, what it was before beside what it is since, and the
    protocol's rule beside what the course did by itself. `signed` is worked out from the public keys in the log: check
    the log itself with `audit verify --log`. Exit code 1 where the archive differs from the server, or a signature is
    wrong, revoked, out of role, or of a bare client.

    Example: starter.py audit timeline c-1a2b3c
    """
    async with staff_session() as at:
        found = await course_story(at, course, acts=acts)
    if html is not None:
        write_private(html, "--html", page(found))
    if output.json:
        as_json(_plain(found))
    elif html is not None:
        print(f"written to {html}: {len(found.lines)} lines; {_verdict(found)}")
    else:
        heads = ("recorded", "who", "what", "before → after", "signature", "event", "log entry")
        table(heads, [_row(found, line) for line in found.lines])
        print(_verdict(found))
        for run in found.differing:
            print(f"NOT the same in the archive: run {run}, shown here as the server has it")
    return FAILED if found.differing or any(state.is_alarming for state in found.counts) else OK


def _row(found: CourseStory, line: Line) -> tuple[str, ...]:
    index = found.log_index(line)
    since = "" if line.effective_at is None else f"\n(true since {shown(found.zone, line.effective_at)})"
    reasons = [f"{name}: {value}" for name, value in (("why", line.why), ("rule", line.rule)) if value]
    return (
        shown(found.zone, line.at) + since,
        f"{line.who} ({line.role})" if line.role != "course" else "course",
        "\n".join((line.what, *reasons)),
        f"{line.before} → {line.after}" if line.before or line.after else "",
        "\n".join(one.shown for one in line.signatures),
        f"{line.run}.{line.event}",
        "" if index is None else str(index),
    )


def _verdict(found: CourseStory) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(found.counts.items())) or "no acts"


def _plain(found: CourseStory) -> dict[str, Any]:
    lines = [
        {
            **{name: value for name, value in vars(line).items() if name != "signatures"},
            "signatures": [{**vars(one), "shown": one.shown} for one in line.signatures],
            "log_index": found.log_index(line),
        }
        for line in found.lines
    ]
    runs = [vars(one) for one in found.runs]
    return {"course": found.course_id, "lines": lines, "runs": runs, "differing": found.differing}
