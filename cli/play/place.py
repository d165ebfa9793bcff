"""One course on the stage: enrol it, act on it, read it, let its time pass."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.ports import Contact
from adapters.clinic import snapshot
from adapters.identity import stamp
from adapters.zones import zone_snapshot
from cli.play.acting import CAST
from cli.play.later import beginning_at
from cli.play.mail import refuse
from cli.play.names import NAMES
from cli.play.scenario import Scenario
from cli.play.stage import Stage
from course.acts import Act, ActEnvelope
from course.messages import CourseOrder, CourseSummary
from course.protocol import Protocol
from course.record import CourseRecord
from course.terms import Role
from workflows.course import TreatmentCourse

BORN = date(1984, 5, 4)
GONE = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION})


class Place:
    """The course of one synthetic patient, with its own virtual clock."""

    def __init__(self, stage: Stage, scenario: Scenario, start: datetime, number: int) -> None:
        self.stage, self.scenario, self.start = stage, scenario, start
        self.name = NAMES[(number - 1) % len(NAMES)] + ("" if number <= len(NAMES) else f" {number}")
        self.address = f"{self.name.lower().replace(' ', '.')}@patient.example"
        self.phone = f"+1212555{number:04d}"
        self.course_id = ""
        self._set_clock(datetime.now(UTC))

    @property
    def handle(self) -> WorkflowHandle[TreatmentCourse, CourseSummary]:
        """The course's workflow, whichever run it is in."""
        return self.stage.house.client.get_workflow_handle_for(TreatmentCourse.run, self.course_id)

    async def enrol(self) -> None:
        """Enrol the patient, and let the clock run to the start."""
        house, patient, protocol = self.stage.house, self.scenario.patient, self._protocol()
        row = await house.store.directory.add_patient(self.name, BORN)
        contact = Contact(email=self.address if patient.email else "", phone=self.phone, language=patient.language)
        await house.store.contacts.put(row.patient_id, contact)
        site = house.clinic.sites[self.scenario.site or next(iter(house.clinic.sites))]
        course = await house.store.directory.begin_course(row.patient_id, protocol.id, site.id, self.start)
        self.course_id = course.course_id
        years = house.clinic.limits.calendar_years
        order = CourseOrder(
            course_id=self.course_id,
            patient_id=row.patient_id,
            site=site.id,
            owner=CAST[Role.PRESCRIBER].account_id,
            owner_name=CAST[Role.PRESCRIBER].name,
            protocol=protocol,
            instruments={name: house.clinic.instruments[name] for name in protocol.instruments},
            calendar=snapshot(site, self.start, years),
            patient_zone=zone_snapshot(patient.zone, self.start, years) if patient.zone else None,
            language=patient.language,
            email_consent=patient.email,
            sms_consent=patient.sms,
            enrolled_by=CAST[Role.COORDINATOR],
            enrolled_at=self.start,
            request_id="simulated-enrol",
        )
        self._set_clock(datetime.now(UTC))
        with beginning_at(self.start):
            await house.client.start_workflow(
                TreatmentCourse.run, order, id=self.course_id, task_queue=house.settings.task_queue
            )
        await house.store.directory.mark_open(self.course_id)
        await self.go_to(self.start + timedelta(milliseconds=20))

    async def act(self, act: Act) -> str:
        """Act on the course; what is said against it, or nothing."""
        envelope = ActEnvelope(act=stamp(self.stage.house.ring, act))
        try:
            await self.handle.execute_update(TreatmentCourse.act, envelope)
        except WorkflowUpdateFailedError as failed:
            return str(failed.cause).removeprefix("Refused: ")
        return ""

    async def record(self) -> CourseRecord:
        """The course as it stands."""
        while True:
            try:
                return await self.handle.query(TreatmentCourse.read_record)
            except RPCError as error:
                if not self._not_begun(error):
                    raise
            await asyncio.sleep(0.01)

    def now(self) -> datetime:
        """The instant on the course's own clock, which runs on by itself between the leaps."""
        return self._clock + timedelta(seconds=monotonic() - self._set_at)

    async def go_to(self, instant: datetime) -> bool:
        """Let everything before the instant happen, each at its own time; False if the course has ended for good."""
        ahead = instant - self.now()
        try:
            if ahead > timedelta() and not await self.stage.skipper.fast_forward(self.handle, ahead):
                return False
        except RPCError as error:
            if error.status in GONE:
                return False
            raise
        if ahead > timedelta():
            self._set_clock(instant)
        return True

    def _set_clock(self, instant: datetime) -> None:
        self._clock, self._set_at = instant, monotonic()

    async def backs_off(self) -> bool:
        """Whether everything in flight has failed and waits to be tried again."""
        pending = (await self.handle.describe()).raw_description.pending_activities
        waits = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
        return bool(pending) and all(one.state == waits and one.HasField("last_failure") for one in pending)

    async def signal(self, content: Any) -> None:
        """A machine's signal."""
        await self.handle.signal("evaluation_submitted", content)

    async def cancel(self) -> None:
        """Cancel the workflow, as an operator could from outside."""
        await self.handle.cancel()

    async def another_worker(self, *, kill: bool) -> None:
        """End the worker and start another one."""
        await self.stage.another_worker(kill=kill)

    def refuse_mail(self, *, yes: bool) -> None:
        """Let mail refuse this patient and the staff on call, or take letters again."""
        refuse(self.stage.house.settings.data_folder, self.address, yes=yes)

    @staticmethod
    def _not_begun(error: RPCError) -> bool:
        """Whether the first task of a workflow still waits for its instant."""
        return error.status is RPCStatusCode.FAILED_PRECONDITION and "not scheduled yet" in error.message

    def _protocol(self) -> Protocol:
        return self.stage.house.clinic.protocols[self.scenario.protocol]
