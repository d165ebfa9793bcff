"""Moves open courses to the code of this machine, once their histories replay under it."""

from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.deployment.v1 import WorkerDeploymentVersion
from temporalio.api.workflow.v1 import VersioningOverride, WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionOptionsRequest
from temporalio.client import WorkflowExecution as Found
from temporalio.worker import Replayer

from adapters.courses import OPEN
from adapters.temporal import build_id, course_plugin
from adapters.wiring import WORKFLOWS, House

PINNED = VersioningOverride.PINNED_OVERRIDE_BEHAVIOR_PINNED


async def move_to_this_build(house: House) -> dict[str, list[str]]:
    """Pin every open course that replays clean to this build; the others, by the build that they need."""
    stay: dict[str, list[str]] = {}
    here = build_id()
    replayer = Replayer(workflows=list(WORKFLOWS), plugins=[course_plugin(house.ring)])
    mine = f"{OPEN} AND TaskQueue = '{house.settings.task_queue}'"
    async for found in house.client.list_workflows(mine):
        build = await _build_of(house, found)
        if build in {"", here}:
            continue
        history = await house.client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
        replayed = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        if replayed.replay_failure is None:
            await _pin(house, found, here)
        else:
            stay.setdefault(build, []).append(found.id)
    return stay


async def _build_of(house: House, found: Found) -> str:
    """The build that a course runs on, or an empty string before its first task."""
    handle = house.client.get_workflow_handle(found.id, run_id=found.run_id)
    info = (await handle.describe()).raw_description.workflow_execution_info.versioning_info
    override: str = info.versioning_override.pinned.version.build_id
    pinned: str = info.deployment_version.build_id
    return override or pinned


async def _pin(house: House, found: Found, build: str) -> None:
    version = WorkerDeploymentVersion(deployment_name=house.settings.task_queue, build_id=build)
    pinned = VersioningOverride.PinnedOverride(behavior=PINNED, version=version)
    await house.client.workflow_service.update_workflow_execution_options(
        UpdateWorkflowExecutionOptionsRequest(
            namespace=house.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=found.id, run_id=found.run_id),
            workflow_execution_options=WorkflowExecutionOptions(versioning_override=VersioningOverride(pinned=pinned)),
            update_mask=FieldMask(paths=["versioning_override"]),
        )
    )
