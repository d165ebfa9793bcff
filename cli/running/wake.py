"""`wake`: lets every open course run one harmless task, so that it notices a newer build and turns its page."""

from cli.output import FAILED, OK, as_json
from cli.session import OutputOptions, command, staff_session
from services.running.waking import wake_all


@command
async def wake(*, output: OutputOptions = OutputOptions()) -> int:
    """Wake every open course and say which build each is on; repeat after some seconds if any are behind. For ops.

    Example: starter.py wake
    """
    async with staff_session() as at:
        woken = await wake_all(at)
    if output.json:
        as_json(vars(woken))
    else:
        print(f"{len(woken.builds.get(woken.current, []))} courses are on build {woken.current}")
        for build, courses in woken.behind.items():
            print(f"{build}: {', '.join(courses)}; wake again in some seconds, or run a worker of that build")
    return FAILED if woken.behind else OK
