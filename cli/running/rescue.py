"""`rescue`: a course whose history does not replay goes on, with nothing lost."""

from typing import Annotated

from cyclopts import Parameter

from cli.output import FAILED, OK, as_json
from cli.session import OutputOptions, command, staff_session
from services.running.rescue import rescue_course


@command
async def rescue(
    course: str,
    *,
    reason: Annotated[str, Parameter(help="why, for the history; no patient data")] = "",
    output: OutputOptions = OutputOptions(),
) -> int:
    """Reset a course that `doctor` or `proof` names as one that does not replay. For ops.

    It goes back to just before the first task that fails, in a new run that is given every later act and signal again;
    no letter goes out twice. A worker of its build must be running. With exit code 1, the acts that the course did not
    accept again are named. A course that replays is given what an earlier reset left out.

    Example: starter.py rescue c-1a2b3c --reason "does not replay since the server was restarted"
    """
    async with staff_session() as at:
        done = await rescue_course(at, course, reason)
    if output.json:
        as_json(vars(done))
    else:
        print(f"{done.course_id} goes on from event {done.event} in run {done.run_id}: {done.acts} later acts stand")
        for one in done.refused:
            print(f"NOT taken again: {one}")
    return FAILED if done.refused else OK
