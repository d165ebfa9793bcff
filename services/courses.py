"""Courses as everybody outside Temporal sees them: enrol, act, read, list; failures are one sentence each."""

from contextlib import suppress
from datetime import datetime, timedelta

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

from adapters.chairs.reserving import amend, plan
from adapters.chairs.slots import SlotError
from adapters.clinic.files import snapshot
from adapters.clinic.zones import zone_snapshot
from adapters.store import StoreDownError
from adapters.store.drugs.charting import CHARTING, tell_ledger
from adapters.store.people.access import Access
from adapters.store.people.directory import CourseRow, CourseState
from adapters.temporal import lists
from adapters.temporal.errors import (
    CourseError,
    EndedError,
    NoServerError,
    RefusedError,
    UnknownOutcomeError,
    unreachable,
)
from adapters.temporal.lists import OPEN, Row
from adapters.wiring import Application
from course.acts.catalogue import Act, ActEnvelope, AmendOrder, BookBooster, Discharge, Reopen
from course.acts.room import CheckIn
from course.model.messages import CourseOrder, CourseSummary, Receipt
from course.model.parts import Actor
from course.model.record import CourseRecord
from course.model.terms import EndCause, Role
from course.scheduling.slots import PLANNING
from services.doses import PatientDose, doses_of, why_not_early, why_not_today
from services.person import closes, concerns_all, is_for
from workflows import search_attribute_keys
from workflows.course import TreatmentCourse

__all__ = [
    "ANSWER_WITHIN",
    "OPEN",
    "CourseError",
    "Courses",
    "EndedError",
    "NoServerError",
    "RefusedError",
    "Row",
    "UnknownOutcomeError",
]

ANSWER_WITHIN = timedelta(seconds=20)
ACT_MOST_BYTES = 100_000
"""The longest note has 8,000 letters; far more than that would end up as a burden of the whole course. [set]"""

READ_WITHIN = timedelta(seconds=10)
DISCLOSURE = "disclosure to another clinic"


def _shown_at_once(row: CourseRow, order: CourseOrder) -> TypedSearchAttributes:
    """What lists show of a course before a worker has taken it up."""
    said = (
        (search_attribute_keys.PROTOCOL, row.protocol_id),
        (search_attribute_keys.SITE, order.site),
        (search_attribute_keys.OWNER, order.owner),
    )
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in said])


class Courses:
    """The gateway to all courses of one house."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self._stands: dict[tuple[str, str], Receipt] = {}

    async def enrol(self, row: CourseRow, order: CourseOrder) -> None:
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
        await self.app.store.directory.mark_open(row.course_id)

    def order(self, row: CourseRow, actor: Actor, owner: Actor, now: datetime, **patient: object) -> CourseOrder:
        """What a course starts from: protocol, instruments and calendar as they stand now."""
        clinic = self.app.clinic
        protocol = clinic.protocols[row.protocol_id]
        years = clinic.limits.calendar_years
        zone = str(patient.pop("zone", "") or "")
        return CourseOrder(
            course_id=row.course_id,
            patient_id=row.patient_id,
            site=row.site,
            owner=owner.account_id,
            owner_name=owner.name,
            protocol=protocol,
            instruments={name: clinic.instruments[name] for name in protocol.instruments},
            calendar=snapshot(clinic.sites[row.site], now, years),
            patient_zone=zone_snapshot(zone, now, years) if zone else None,
            enrolled_by=actor,
            enrolled_at=now,
            amendment_days=self.app.settings.amendment_days,
            safety_plan_days=clinic.limits.safety_plan_days,
        ).with_(**patient)

    async def act(self, course_id: str, act: Act) -> Receipt:
        """Sign an act at the edge and apply it; asking again under the same request id is safe.

        A check-in looks at the patient's other courses first: who was dosed there today takes a prescriber's reason.
        So does an early booster, whose brakes count the doses of all courses. A transfer is logged as a disclosure.
        An act that plans reserves chairs first; one that charts a dose is held against the drug ledger. What concerns
        the person is then done on the other courses too, and the receipt's warnings say on which.
        """
        try:
            receipt = await self._one(course_id, act)
            if act.action in CHARTING:
                notes = await tell_ledger(self.app.store.chart, lambda: self._unless_ended(course_id), act)
                receipt = receipt.with_(warnings=(*receipt.warnings, *notes))
            if isinstance(act, Discharge) and act.to:
                await self.app.store.access.note(Access(act.actor.account_id, DISCLOSURE, act.made_at, course_id))
            if not concerns_all(act):
                return receipt
            others = await self._beside(course_id)
            also = [told for other in others if (told := await self._also(other, act))]
        except StoreDownError as down:
            raise StoreDownError(f"{down} {self._became(course_id, act)}") from None
        return receipt.with_(warnings=(*receipt.warnings, *also)) if also else receipt

    def _became(self, course_id: str, act: Act) -> str:
        """What became of an act whose store went away under it."""
        receipt = self._stands.get((course_id, act.request_id))
        if receipt is None:
            return "The act was not sent: nothing was changed."
        return (
            f"The act stands in the course [entry {receipt.entry}]: ask again with --request-id {act.request_id} "
            "once the store answers, for what the store has to know of it."
        )

    async def _also(self, course_id: str, act: Act) -> str:
        """Do on another course of the patient what concerns the person; what came of it, if it was for this one."""
        try:
            record = await self._unless_ended(course_id)
            if record is None or not is_for(act, record):
                return ""
            await self._one(course_id, act)
        except CourseError as why:
            return f"NOT on {course_id}, of the same patient: {why}"
        return f"also on {course_id}, of the same patient"

    async def _beside(self, course_id: str) -> list[str]:
        """The other open courses of a course's patient."""
        mine = await self.app.store.directory.course(course_id)
        rows = await self.app.store.directory.courses(patient_id=mine.patient_id) if mine is not None else ()
        return [one.course_id for one in rows if one.course_id != course_id and one.state is not CourseState.CLOSED]

    async def _one(self, course_id: str, act: Act) -> Receipt:
        """One act on one course, with what other courses have to say about it."""
        if isinstance(act, CheckIn) and not (act.actor.role is Role.PRESCRIBER and act.reason):
            why = await why_not_today(self.app.store.directory, self._unless_ended, course_id, act.happened_at)
            if why:
                raise RefusedError(f"{why}: a prescriber may go on, with --reason")
        if isinstance(act, BookBooster) and act.early:
            why = await why_not_early(self.app.store.directory, self._unless_ended, course_id, act.at)
            if why:
                raise RefusedError(f"{why} (all courses of the patient)")
        if isinstance(act, Reopen):
            await self._refuse_beside(course_id)
        receipt = await self._planned(course_id, act)
        if isinstance(act, Reopen):
            await self.app.store.directory.mark_open(course_id)
        elif closes(act):
            await self.app.store.directory.mark_closed(course_id, act.made_at)
        return receipt

    async def _refuse_beside(self, course_id: str) -> None:
        """A patient has one open course, unless a prescriber allowed a second at its enrolment."""
        mine = await self.app.store.directory.course(course_id)
        others = await self._beside(course_id)
        if others and mine is not None and not mine.beside:
            raise RefusedError(f"the patient has the open course {others[0]}: close that one first")

    async def _planned(self, course_id: str, act: Act) -> Receipt:
        """One act, with the chairs that it needs."""
        if isinstance(act, AmendOrder):
            return await amend(
                self.app.slots,
                act,
                lambda: self.record(course_id),
                lambda said: self._send(course_id, said),
                RefusedError,
            )
        if act.action not in PLANNING:
            return await self._send(course_id, act)
        try:
            return await plan(
                self.app.slots, act, lambda: self.record(course_id), lambda: self._send(course_id, act), RefusedError
            )
        except SlotError as full:
            raise RefusedError(str(full)) from None

    async def _send(self, course_id: str, act: Act) -> Receipt:
        handle = self.app.client.get_workflow_handle(course_id)
        if len(act.model_dump_json()) > ACT_MOST_BYTES:
            raise RefusedError("this is far too long for one act: write it in parts, or shorter")
        envelope = ActEnvelope(act=self.app.signer.stamp(act, course_id))
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
        self._stands[course_id, act.request_id] = receipt
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

    async def doses(self, patient_id: str) -> tuple[PatientDose, ...]:
        """What a patient was given on all courses and at all sites, oldest first."""
        return await doses_of(self.app.store.directory, self._unless_ended, patient_id)

    async def rows(self, where: str = "", most: int = 50) -> list[Row]:
        """Open courses by when something is due, soonest first."""
        return await lists.rows(self.app.client, where, most)

    async def count(self, where: str = "") -> int:
        """How many open courses match."""
        return await lists.count(self.app.client, where)

    async def _unless_ended(self, course_id: str) -> CourseRecord | None:
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
