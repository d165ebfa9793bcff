"""Rescues a course whose history does not replay: back to the task before the first that fails, and nothing is lost.

The server makes a new run out of the history up to that task and hands on the signals and acts that came after it. Each
of those acts that does not stand then is sent once more under its own request id, and so is each that an earlier reset
left out. No letter goes out twice, because the send ledger knows them.
"""

from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionDescription, WorkflowHistory
from temporalio.client import WorkflowUpdateFailedError as UpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateTimeoutError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from adapters.temporal.inspecting import acts_undone
from adapters.temporal.plugin import build_id
from adapters.temporal.replaying import TASK_COMPLETED, Replays, build_of
from adapters.temporal.updates import acts_in, by_request, last_reset
from adapters.wiring import Application
from course.acts.catalogue import ActEnvelope
from services.courses import ANSWER_WITHIN
from services.errors import InputError, ServiceError
from services.permissions import Use
from services.running.moving import settle
from services.session import StaffSession
from workflows.course import TreatmentCourse

RESETS_MOST = 3


class RescueError(ServiceError):
    """Why a course was not rescued; one sentence."""


@dataclass(frozen=True)
class RescueResult:
    """A rescued course: the task that it went back to, its run, how many acts stand, and those that it did not take."""

    course_id: str
    event: int | None
    run_id: str
    acts: int
    refused: tuple[str, ...]


async def rescue_course(at: StaffSession, typed: str, reason: str) -> RescueResult:
    """Rescue the course that is meant, for ops; raises ServiceError."""
    if not reason.strip():
        raise InputError("a rescue needs --reason, which stands in the history")
    await at.refuse_unless(Use.RESCUE)
    done = await rescue(at.app, await at.course(typed), reason)
    await at.log_access(done.course_id, "rescue")
    return done


async def rescue(app: Application, course_id: str, reason: str) -> RescueResult:
    """Reset the course; the reason stands in its history and must hold no patient data. Raises RescueError.

    A course that replays takes again what an earlier reset left out: a second rescue finishes one that was cut off.
    """
    try:
        described, history, owed = await _read(app, course_id)
    except RPCError as error:
        raise RescueError(f"course {course_id} cannot be read ({error.status.name.lower()})") from None
    build, forced = build_of(described)
    if build not in {"", build_id()}:
        raise RescueError(f"course {course_id} runs on build {build}: rescue it with that code, this is {build_id()}")
    event, run_id = await _stands_still_at(app, history), str(described.run_id)
    later = {at: one for at, one in (await acts_in(history, app.ring)).items() if event is not None and at >= event}
    owed = {**owed, **by_request(later)}
    if event is not None:
        run_id, taken = await _reset_until_taken(app, course_id, run_id, event, reason)
        missing = [one for request, one in owed.items() if request not in taken]
    elif owed:
        missing = list(owed.values())
    else:
        raise RescueError(f"course {course_id} replays: there is nothing to rescue it from")
    refused = [why for one in missing if (why := await _again(app, course_id, one))]
    if forced:
        await settle(app, course_id)
    stand = len(owed) - len(refused)
    refused += [f"the act of event {at}: these keys cannot read it" for at, one in later.items() if one is None]
    return RescueResult(course_id, event, run_id, stand, tuple(refused))


async def _read(
    app: Application, course_id: str
) -> tuple[WorkflowExecutionDescription, WorkflowHistory, dict[str, ActEnvelope]]:
    """The course's present run, its history, and what resets so far have left out."""
    handle = app.client.get_workflow_handle(course_id)
    described, history = await handle.describe(), await handle.fetch_history()
    return described, history, await acts_undone(app.client, history, app.ring)


async def _stands_still_at(app: Application, history: WorkflowHistory) -> int | None:
    """The task to go back to: the one of a reset that nothing has followed, or the first that does not replay."""
    reset = last_reset(history)
    if reset is not None and all(one.event_type != TASK_COMPLETED for one in history.events[reset.event_id :]):
        return int(reset.event_id)
    return await Replays(app.ring).first_that_fails(history)


async def _reset_until_taken(
    app: Application, course_id: str, run_id: str, event: int, reason: str
) -> tuple[str, Container[str]]:
    """The new run, and the requests of the acts in it once it has seen all that the server handed on.

    A letter that was in flight may end before the new run's first task, which then fails for good where one of the acts
    calls it back: the next reset is likely to come first.
    """
    for _ in range(RESETS_MOST):
        run_id = await _reset(app, course_id, run_id, event, reason)
        handle = app.client.get_workflow_handle(course_id, run_id=run_id)
        with suppress(RPCError, UpdateTimeoutError, TimeoutError):
            await app.client.get_workflow_handle(course_id).execute_update(
                TreatmentCourse.wake, rpc_timeout=ANSWER_WITHIN
            )
            return run_id, by_request(await acts_in(await handle.fetch_history(), app.ring))
        if (await handle.describe()).raw_description.pending_workflow_task.attempt <= 1:
            break
    raise RescueError(
        f"course {course_id} was reset to before event {event} and no worker gets through its next task: "
        "read the worker's log, then rescue it again"
    )


async def _reset(app: Application, course_id: str, run_id: str, event: int, reason: str) -> str:
    """Make a new run out of the history before an event; the server hands on the signals and acts that came after."""
    answer = await app.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=app.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=course_id, run_id=run_id),
            reason=reason,
            workflow_task_finish_event_id=event,
            request_id=str(uuid4()),
            reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_ALL_ELIGIBLE,
            identity=app.client.identity,
        )
    )
    return str(answer.run_id)


async def _again(app: Application, course_id: str, envelope: ActEnvelope) -> str:
    """Send an act once more; a sentence where it does not stand."""
    text = f"{envelope.act.action} {envelope.act.request_id}"
    handle = app.client.get_workflow_handle(course_id)
    try:
        await handle.execute_update(TreatmentCourse.act, envelope, rpc_timeout=ANSWER_WITHIN)
    except UpdateFailedError as failed:
        return f"{text}: {failed.cause.message if isinstance(failed.cause, ApplicationError) else 'refused'}"
    except (RPCError, UpdateTimeoutError, TimeoutError):
        return f"{text}: no answer yet"
    return ""
