"""`wake`: lets every open course run one harmless task, so that it notices a newer build and turns its page."""

from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateTimeoutError
from temporalio.service import RPCError

from adapters.temporal.plugin import build_id
from cli.output import FAILED, OK, as_json
from cli.session import OutputOptions, command, staff_session
from course.model.terms import Role
from services.courses import ANSWER_WITHIN, OPEN
from services.errors import NotAllowedError
from workflows.course import TreatmentCourse


@command
async def wake(*, output: OutputOptions = OutputOptions()) -> int:
    """Wake every open course and say which build each is on; again after some seconds if some are behind. For ops.

    Example: starter.py wake
    """
    async with staff_session() as at:
        if at.account.role is not Role.OPS:
            raise NotAllowedError(f"a {at.account.role} may not wake courses: ask ops")
        builds: dict[str, list[str]] = {}
        async for found in at.app.client.list_workflows(OPEN):
            handle = at.app.client.get_workflow_handle(found.id)
            try:
                build = await handle.execute_update(TreatmentCourse.wake, rpc_timeout=ANSWER_WITHIN)
            except (RPCError, UpdateTimeoutError, TimeoutError):
                build = "no answer"
            builds.setdefault(build, []).append(found.id)
    here = build_id()
    behind = {build: courses for build, courses in builds.items() if build != here}
    if output.json:
        as_json({"current": here, "builds": builds})
    else:
        print(f"{len(builds.get(here, []))} courses are on build {here}")
        for build, courses in behind.items():
            print(f"{build}: {', '.join(courses)}; wake again in some seconds, or run a worker of that build")
    return FAILED if behind else OK
