"""One course on the stage: enrol it, act on it, read it, let its time pass."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflowservice.v1 import ResetStickyTaskQueueRequest
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from activities.ports import Contact
from adapters.store.messages.sends import Sent
from adapters.store.people.oncall import Leave
from course.acts.catalogue import Act
from course.model.messages import CourseSummary
from course.model.record import CourseRecord
from course.model.terms import Role
from play.scenario.acting import CAST
from play.scenario.file import Scenario
from play.scenario.names import NAMES
from play.world.delayed_start import beginning_at
from play.world.mail import refuse
from play.world.stage import Stage
from services.courses import NoServerError, RefusedError, UnknownOutcomeError
from workflows.course import TreatmentCourse

PAST_THE_INSTANT = timedelta(seconds=30)
"""A leap ends this far behind the instant, so that all that is due then is done before the leap is over.

A leap whose end the clock passes by itself, while a task is running, goes on to the next timer: seen on Server 1.32.0
when a loaded machine takes longer over a task than from the instant to the end of the leap. So no leap is shorter than
this either.
"""

LEAPT = timedelta(minutes=5)
ASKED_AGAIN = 5
GONE = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION})


class PlaceError(Exception):
    """Why a course cannot be played on, in one sentence."""


class Place:
    """The course of one synthetic patient, with its own virtual clock."""

    def __init__(
        self, stage: Stage, scenario: Scenario, start: datetime, number: int, beside: "Place | None" = None
    ) -> None:
        self.stage, self.scenario, self.start, self.number, self.beside = stage, scenario, start, number, beside
        listed = NAMES[(number - 1) % len(NAMES)] + ("" if number <= len(NAMES) else f" {number}")
        self.name: str = beside.name if beside else scenario.patient.name or listed
        self.address = f"{listed.lower().replace(' ', '.')}@patient.example"
        self.phone = f"+1212555{number:04d}"
        self.course_id = self.patient_id = ""
        self._set_clock(datetime.now(UTC))

    @property
    def handle(self) -> WorkflowHandle[TreatmentCourse, CourseSummary]:
        """The course's workflow, whichever run it is in."""
        return self.stage.app.client.get_workflow_handle(self.course_id)

    async def enrol(self) -> tuple[str, ...]:
        """Enrol the patient, and let the clock run to the start; what the front desk is told of names alike."""
        app, patient, store = self.stage.app, self.scenario.patient, self.stage.app.store
        alike = await self._person()
        site = self.scenario.site or next(iter(app.clinic.sites))
        row = await store.directory.begin_course(
            self.patient_id, self.scenario.protocol, site, self.start, beside=self.beside is not None
        )
        self.course_id = row.course_id
        order = self.stage.courses.order(
            row,
            CAST[Role.COORDINATOR],
            CAST[Role.PRESCRIBER],
            self.start,
            zone=patient.zone or "",
            language=patient.language,
            email_consent=patient.email,
            sms_consent=patient.sms,
            request_id="simulated-enrol",
            **({"reason": "a second course, agreed with the prescriber"} if self.beside else {}),
        )
        self._set_clock(datetime.now(UTC))
        with beginning_at(self.start):
            await self.stage.courses.enrol(row, order)
        await self.go_to(self.start)
        await self._has_begun()
        return alike

    async def _person(self) -> tuple[str, ...]:
        """Put the patient into the directory, unless this is a second course; who has a like name, in words."""
        if self.beside is not None:
            self.patient_id = self.beside.patient_id
            return ()
        patient, store = self.scenario.patient, self.stage.app.store
        alike = await store.directory.alike(self.name) if patient.name else ()
        self.patient_id = (await store.directory.add_patient(self.name, patient.born)).patient_id
        email = self.address if patient.email else ""
        await store.contacts.put(self.patient_id, Contact(email=email, phone=self.phone, language=patient.language))
        return tuple(f"{one.name}, born {one.birth_date}, is another patient of a like name" for one in alike)

    async def away(self, account: str, since: datetime, until: datetime) -> None:
        """Pass somebody over on every roster for a while."""
        await self.stage.app.store.oncall.add_leave(Leave(account, since, until))

    async def _has_begun(self) -> None:
        """Wait for the first task of the workflow, whose instant has just come."""
        while True:
            try:
                await self.handle.query(TreatmentCourse.read_record)
            except RPCError as error:
                if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                    raise
                await asyncio.sleep(0.01)
            else:
                return

    async def act(self, act: Act) -> str:
        """Act on the course; what is said against it, or nothing."""
        while True:
            try:
                await self.stage.courses.act(self.course_id, act)
            except UnknownOutcomeError:
                continue
            except RefusedError as refused:
                return str(refused)
            return ""

    async def record(self) -> CourseRecord:
        """The course as it stands; a worker that has only just started may take a while to answer."""
        for _ in range(ASKED_AGAIN):
            with suppress(NoServerError):
                return await self.stage.courses.record(self.course_id)
        return await self.stage.courses.record(self.course_id)

    def now(self) -> datetime:
        """The instant on the course's own clock, which runs on by itself between the leaps."""
        return self._clock + timedelta(seconds=monotonic() - self._set_at)

    async def go_to(self, instant: datetime) -> bool:
        """Let everything until the instant happen, each at its own time; False if the course has ended for good."""
        now = self.now()
        if instant + PAST_THE_INSTANT <= now:
            return True
        target = max(instant, now) + PAST_THE_INSTANT
        try:
            if not await self.stage.skipper.fast_forward(self.handle, target - now):
                return False
            reached = await self.stage.skipper.get_current_time(self.handle)
        except RPCError as error:
            if error.status in GONE:
                return False
            raise
        self._set_clock(reached)
        if reached - target > LEAPT:
            raise PlaceError(f"the clock of {self.course_id} leapt past {instant:%Y-%m-%d %H:%M}: play it again")
        return True

    def _set_clock(self, instant: datetime) -> None:
        self._clock, self._set_at = instant, monotonic()

    async def backs_off(self) -> bool:
        """Whether everything in flight has failed and waits to be tried again."""
        pending = (await self.handle.describe()).raw_description.pending_activities
        waits = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
        return bool(pending) and all(one.state == waits and one.HasField("last_failure") for one in pending)

    async def sends(self) -> tuple[Sent, ...]:
        """Every message of the course, sent or not, from the ledger."""
        return await self.stage.app.store.sends.of_course(self.course_id)

    async def signal(self, content: Any) -> None:
        """A machine's signal."""
        await self.handle.signal("evaluation_submitted", content)

    async def cancel(self) -> None:
        """Cancel the workflow, as an operator could from outside."""
        await self.handle.cancel()

    async def another_worker(self, *, kill: bool) -> None:
        """End the worker and start another one."""
        await self.stage.another_worker(kill=kill)
        if kill:
            await self._forget_worker()

    async def _forget_worker(self) -> None:
        """Let the server give the course to any worker at once, and not wait ten seconds for the one that is dead."""
        execution = WorkflowExecution(workflow_id=self.course_id)
        request = ResetStickyTaskQueueRequest(namespace=self.stage.app.client.namespace, execution=execution)
        await self.stage.app.client.workflow_service.reset_sticky_task_queue(request)

    def refuse_mail(self, *, yes: bool) -> None:
        """Let mail refuse this patient and the staff on call, or take letters again."""
        refuse(self.stage.app.settings.data_folder, self.address, yes=yes)
