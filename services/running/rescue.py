"""Rescues a course whose history does not replay: back to the task before the first that fails, and nothing is lost.

The server makes a new run out of the history up to that task and hands on the signals and acts that came after it. Each
of those acts that does not stand then is sent once more under its own request id. No letter goes out twice, because the
send ledger knows them.
"""

from collections.abc import Container
from dataclasses import dataclass
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowQueryFailedError as QueryFailedError
from temporalio.client import WorkflowUpdateFailedError as UpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateTimeoutError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from adapters.temporal.plugin import build_id
from adapters.temporal.replaying import Replays, build_of
from adapters.temporal.updates import acts_in
from adapters.wiring import Application
from course.acts.catalogue import ActEnvelope
from services.courses import ANSWER_WITHIN
from workflows.course import TreatmentCourse


class RescueError(Exception):
    """Why a course was not rescued; one sentence."""


@dataclass(frozen=True)
class RescueResult:
    """A rescued course: which task failed, the new run, how many acts stand, and those that it did not take again."""

    course_id: str
    event: int
    run_id: str
    acts: int
    refused: tuple[str, ...]


async def rescue(app: Application, course_id: str, reason: str) -> RescueResult:
    """Reset the course; the reason stands in its history and must hold no patient data. Raises RescueError."""
    handle = app.client.get_workflow_handle(course_id)
    try:
        described = await handle.describe()
        history = await handle.fetch_history()
    except RPCError as error:
        raise RescueError(f"course {course_id} cannot be read ({error.status.name.lower()})") from None
    build, _ = build_of(described)
    if build not in {"", build_id()}:
        raise RescueError(f"course {course_id} runs on build {build}: rescue it with that code, this is {build_id()}")
    event = await Replays(app.ring).first_that_fails(history)
    if event is None:
        raise RescueError(f"course {course_id} replays: there is nothing to rescue it from")
    after = [one for at, one in (await acts_in(history, app.ring)).items() if at >= event and one is not None]
    answer = await app.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=app.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=course_id, run_id=described.run_id),
            reason=reason,
            workflow_task_finish_event_id=event,
            request_id=str(uuid4()),
            reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_ALL_ELIGIBLE,
            identity=app.client.identity,
        )
    )
    standing = await _standing(app, course_id)
    missing = [one for one in after if one.act.request_id not in standing]
    refused = [why for one in missing if (why := await _again(app, course_id, one))]
    return RescueResult(course_id, event, answer.run_id, len(after) - len(refused), tuple(refused))


async def _standing(app: Application, course_id: str) -> Container[str]:
    """The request ids of what the course has taken, once it has seen all that the server handed on; else none."""
    handle = app.client.get_workflow_handle(course_id)
    try:
        await handle.execute_update(TreatmentCourse.wake, rpc_timeout=ANSWER_WITHIN)
        return (await handle.query(TreatmentCourse.read_record, rpc_timeout=ANSWER_WITHIN)).applied
    except (RPCError, UpdateTimeoutError, QueryFailedError, TimeoutError):
        return ()


async def _again(app: Application, course_id: str, envelope: ActEnvelope) -> str:
    """Send an act once more; a sentence where it does not stand."""
    said = f"{envelope.act.action} {envelope.act.request_id}"
    handle = app.client.get_workflow_handle(course_id)
    try:
        await handle.execute_update(TreatmentCourse.act, envelope, rpc_timeout=ANSWER_WITHIN)
    except UpdateFailedError as failed:
        return f"{said}: {failed.cause.message if isinstance(failed.cause, ApplicationError) else 'refused'}"
    except (RPCError, UpdateTimeoutError, TimeoutError):
        return f"{said}: no answer yet"
    return ""
