"""Waking courses: each runs one harmless task, so that it notices a newer build and turns its page."""

from dataclasses import dataclass

from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateTimeoutError
from temporalio.service import RPCError

from adapters.temporal.plugin import build_id
from services.courses import ANSWER_WITHIN, OPEN
from services.permissions import Use
from services.session import StaffSession
from workflows.course import TreatmentCourse

NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Woken:
    """The build of this code, and the open courses by the build that each is on."""

    current: str
    builds: dict[str, list[str]]

    @property
    def behind(self) -> dict[str, list[str]]:
        """The courses that are not on this build yet."""
        return {build: courses for build, courses in self.builds.items() if build != self.current}


async def wake_all(at: StaffSession) -> Woken:
    """Wake every open course; raises NotAllowedError."""
    await at.refuse_unless(Use.WAKE)
    builds: dict[str, list[str]] = {}
    async for found in at.app.client.list_workflows(OPEN):
        handle = at.app.client.get_workflow_handle(found.id)
        try:
            build = await handle.execute_update(TreatmentCourse.wake, rpc_timeout=ANSWER_WITHIN)
        except (RPCError, UpdateTimeoutError, TimeoutError):
            build = NO_ANSWER
        builds.setdefault(build, []).append(found.id)
    return Woken(build_id(), builds)
