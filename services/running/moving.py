"""Moves open courses to the code of this machine, once their histories replay under it."""

import structlog
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.deployment.v1 import WorkerDeploymentVersion
from temporalio.api.workflow.v1 import VersioningOverride, WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionOptionsRequest
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateTimeoutError
from temporalio.service import RPCError

from adapters.temporal.plugin import build_id
from adapters.temporal.replaying import Replays, build_of
from adapters.wiring import Application
from services.courses import ANSWER_WITHIN, OPEN
from workflows.course import TreatmentCourse

log = structlog.get_logger("moving")

PINNED = VersioningOverride.PINNED_OVERRIDE_BEHAVIOR_PINNED


async def move_to_this_build(app: Application) -> dict[str, list[str]]:
    """Move every open course that replays clean to this build; the others, by the build that they need."""
    stay: dict[str, list[str]] = {}
    here = build_id()
    replays = Replays(app.ring)
    mine = f"{OPEN} AND TaskQueue = '{app.settings.task_queue}'"
    async for found in app.client.list_workflows(mine):
        handle = app.client.get_workflow_handle(found.id, run_id=found.run_id)
        build, forced = build_of(await handle.describe())
        if build not in {"", here}:
            if not await replays.clean(await handle.fetch_history()):
                stay.setdefault(build, []).append(found.id)
                continue
            await override(app, found.id, pinned_to(app, here), found.run_id)
            forced = True
        if forced:
            await settle(app, found.id)
    return stay


async def settle(app: Application, course_id: str) -> None:
    """Run one task on the new build and take the override away: under it, no later build would ever get the course."""
    try:
        handle = app.client.get_workflow_handle(course_id)
        await handle.execute_update(TreatmentCourse.wake, rpc_timeout=ANSWER_WITHIN)
        await override(app, course_id, None)
    except (RPCError, UpdateTimeoutError, TimeoutError):
        log.warning("a moved course did not answer: its override stays until the next start", course=course_id)


def pinned_to(app: Application, build: str) -> VersioningOverride:
    """What keeps a run on one build, whatever it began under."""
    version = WorkerDeploymentVersion(deployment_name=app.settings.task_queue, build_id=build)
    return VersioningOverride(pinned=VersioningOverride.PinnedOverride(behavior=PINNED, version=version))


async def override(app: Application, course_id: str, pinned: VersioningOverride | None, run_id: str = "") -> None:
    """Set the override of a run, or take it away; without a run, of the course's present one."""
    await app.client.workflow_service.update_workflow_execution_options(
        UpdateWorkflowExecutionOptionsRequest(
            namespace=app.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=course_id, run_id=run_id),
            workflow_execution_options=WorkflowExecutionOptions(versioning_override=pinned),
            update_mask=FieldMask(paths=["versioning_override"]),
        )
    )
