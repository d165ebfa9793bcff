"""The workflow of a course as it answers: started, sent an act, read; each failure is one sentence."""

from contextlib import suppress
from datetime import timedelta

from temporalio.client import (
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateTimeoutError
from temporalio.common import (
    QueryRejectCondition,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from adapters.identity.signers import Signers
from adapters.store.people.directory import CourseRow
from adapters.temporal.errors import CourseError, EndedError, RefusedError, UnknownOutcomeError, unreachable
from adapters.wiring import Application
from course.acts.catalogue import Act, ActEnvelope
from course.model.messages import CourseOrder, CourseSummary, Receipt
from course.model.record import CourseRecord
from course.model.terms import EndCause
from workflows import search_attribute_keys
from workflows.course import TreatmentCourse

ANSWER_WITHIN = timedelta(seconds=20)
ACT_MOST_BYTES = 100_000
"""The longest note has 8,000 letters; far more than that would end up as a burden of the whole course. [set]"""

READ_WITHIN = timedelta(seconds=10)


class CourseWorkflows:
    """The courses of one application at the Temporal server; `answered` are the acts that stand, by request id."""

    def __init__(self, app: Application, signers: Signers | None = None) -> None:
        self.app = app
        self.signers = signers or Signers()
        self.answered: dict[tuple[str, str], Receipt] = {}

    async def start(self, row: CourseRow, order: CourseOrder) -> None:
        """Start the workflow of a directory row; starting twice is starting once."""
        try:
            await self.app.client.start_workflow(
                TreatmentCourse.run,
                order,
                id=row.course_id,
                task_queue=self.app.settings.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                search_attributes=_shown_at_once(row, order),
            )
        except RPCError as error:
            raise unreachable(error) from None

    async def send(self, course_id: str, act: Act) -> Receipt:
        """Have each person whose key is at hand sign an act, and the course apply it; raises CourseError."""
        handle = self.app.client.get_workflow_handle(course_id)
        if len(act.model_dump_json()) > ACT_MOST_BYTES:
            raise RefusedError("this is far too long for one act: write it in parts, or shorter")
        signed = await self.signers.signed(act, course_id)
        envelope = ActEnvelope(act=self.app.signer.stamp(signed, course_id))
        try:
            receipt = await handle.execute_update(TreatmentCourse.act, envelope, rpc_timeout=ANSWER_WITHIN)
        except WorkflowUpdateFailedError as failed:
            sentence = failed.cause.message if isinstance(failed.cause, ApplicationError) else "the course refused this"
            raise RefusedError(sentence) from None
        except (UpdateTimeoutError, TimeoutError):
            raise UnknownOutcomeError(
                f"no answer within {ANSWER_WITHIN.seconds} seconds: it may be applied yet, "
                f"ask again with --request-id {act.request_id}"
            ) from None
        except RPCError as error:
            raise await self._why(course_id, error) from None
        self.answered[course_id, act.request_id] = receipt
        return receipt

    async def record(self, course_id: str, *, running: bool = False) -> CourseRecord:
        """The course as it stands, or stood when it ended for good; with `running` the latter raises EndedError.

        One that has ended is read by a worker of the build that it ended under, which may be gone.
        """
        handle = self.app.client.get_workflow_handle(course_id)
        reject = QueryRejectCondition.NOT_OPEN if running else None
        try:
            return await handle.query(TreatmentCourse.read_record, reject_condition=reject, rpc_timeout=READ_WITHIN)
        except WorkflowQueryRejectedError:
            raise await self._ended(course_id) from None
        except WorkflowQueryFailedError:
            raise CourseError(
                f"course {course_id} cannot be read, its workflow task fails: see `starter.py doctor`"
            ) from None
        except TimeoutError:
            raise CourseError(f"course {course_id} does not answer: see `starter.py doctor`") from None
        except RPCError as error:
            raise await self._why(course_id, error) from None

    async def has_died(self, course_id: str) -> bool:
        """Whether a course says that its patient has died, also one that has ended, while the server remembers it."""
        try:
            return (await self.record(course_id, running=True)).end_cause is EndCause.DIED
        except EndedError:
            handle = self.app.client.get_workflow_handle(course_id, result_type=CourseSummary)
            with suppress(RPCError, WorkflowFailureError):
                return (await handle.result()).end_cause is EndCause.DIED
            return False

    async def unless_ended(self, course_id: str) -> CourseRecord | None:
        """The record of a course that still takes acts, or None."""
        try:
            return await self.record(course_id, running=True)
        except EndedError:
            return None

    async def _why(self, course_id: str, error: RPCError) -> CourseError:
        if error.status is not RPCStatusCode.NOT_FOUND:
            return unreachable(error)
        if await self.app.store.directory.course(course_id) is None:
            return CourseError(f"there is no course {course_id}: `starter.py list` shows them")
        return await self._ended(course_id)

    async def was_terminated(self, course_id: str) -> bool:
        """Whether somebody ended the course's workflow at the server."""
        with suppress(RPCError):
            described = await self.app.client.get_workflow_handle(course_id).describe()
            return described.status is WorkflowExecutionStatus.TERMINATED
        return False

    async def _ended(self, course_id: str) -> EndedError:
        if await self.was_terminated(course_id):
            return EndedError(
                f"course {course_id} was terminated at the server, it did not end by itself: tell ops, who see it "
                "in `starter.py proof`, and enrol the patient in a new one"
            )
        return EndedError(f"course {course_id} has ended for good: enrol the patient in a new one")


def _shown_at_once(row: CourseRow, order: CourseOrder) -> TypedSearchAttributes:
    """What lists show of a course before a worker has taken it up."""
    answer = (
        (search_attribute_keys.PROTOCOL, row.protocol_id),
        (search_attribute_keys.SITE, order.site),
        (search_attribute_keys.OWNER, order.owner),
    )
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in answer])
