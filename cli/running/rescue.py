"""`rescue`: a course whose history does not replay goes on, with nothing lost."""

from typing import Annotated

from cyclopts import Parameter

from cli.output import FAILED, OK, as_json
from cli.session import OutputOptions, command, staff_session
from course.model.terms import Role
from services.errors import InputError, NotAllowedError, ServiceError
from services.running.rescue import RescueError
from services.running.rescue import rescue as rescued


@command
async def rescue(
    course: str,
    *,
    reason: Annotated[str, Parameter(help="why, for the history; no patient data")] = "",
    output: OutputOptions = OutputOptions(),
) -> int:
    """Reset a course that `doctor` or `proof` names as one that does not replay. For ops.

    It goes back to the task before the first that fails, in a new run that takes every later act and signal again;
    no letter goes out twice. A worker of its build must run. Exit code 1 names acts that the course did not take again.
    A course that replays takes again what an earlier reset left out.

    Example: starter.py rescue c-1a2b3c --reason "does not replay since the server was restarted"
    """
    if not reason.strip():
        raise InputError("a rescue needs --reason, which stands in the history")
    async with staff_session() as at:
        if at.account.role is not Role.OPS:
            raise NotAllowedError(f"a {at.account.role} may not rescue courses: ask ops")
        try:
            done = await rescued(at.app, course, reason)
        except RescueError as why:
            raise ServiceError(str(why)) from None
        await at.log_access(course, "rescue")
    if output.json:
        as_json(vars(done))
    else:
        since = "" if done.event is None else f"from event {done.event} "
        print(f"{course} goes on {since}in run {done.run_id}: {done.acts} later acts stand")
        for one in done.refused:
            print(f"NOT taken again: {one}")
    return FAILED if done.refused else OK
