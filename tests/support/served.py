"""A course on the real server in virtual time, with a real store and a real mailbox."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.testing import TimeSkipper

from activities.ports import Contact
from adapters.identity.sign_in import staff_without_passphrases
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.temporal.plugin import course_worker, make_current
from adapters.wiring import Application, open_application
from adapters.working import WORKFLOWS, course_activities
from course.acts.catalogue import ACT, ActEnvelope
from course.model.messages import Receipt
from course.model.record import CourseRecord
from course.model.terms import Role
from tests.support.life import STAFF
from tests.support.ready import WHOLE, baseline_acts, gate_acts, renewed
from tests.support.records import CLINIC_FOLDER, order
from tests.support.stories import BASELINE
from workflows.course import TreatmentCourse

NAME = "Zebulon Quimby"
ADDRESS = "zebulon.quimby@patient.example"


class RefusedError(AssertionError):
    """An act that the course refused; the sentence is the message."""


@asynccontextmanager
async def house_of(
    settings: Settings, skipper: TimeSkipper, ring: KeyRing, folder: Path = CLINIC_FOLDER
) -> AsyncIterator[Application]:
    """A house whose client starts courses with clocks of their own, staffed, in the shipped clinic or another."""
    settings = settings.model_copy(update={"clinic_folder": folder})
    async with open_application(settings, client=skipper.client, ring=ring) as app:
        await staff_without_passphrases(app.store, CLINIC_FOLDER / "staff.toml")
        yield app


@asynccontextmanager
async def worked(app: Application, **options: Any) -> AsyncIterator[None]:
    """A worker of this process for the house's courses."""
    activities = course_activities(app, options.pop("channels", None))
    options = {"signer": app.signer, **options}
    async with course_worker(app.client, app.settings, workflows=WORKFLOWS, activities=activities, **options):
        await make_current(app.client, app.settings, options.get("build"))
        yield


class Served:
    """One course: act as somebody, let time pass, read what the patient received."""

    def __init__(self, app: Application, skipper: TimeSkipper, handle: WorkflowHandle[Any, Any]) -> None:
        self.app = app
        self.skipper = skipper
        self.handle = handle
        self.requests = count(1)
        self._told: tuple[datetime, float] | None = None

    @classmethod
    async def begin(cls, app: Application, skipper: TimeSkipper, protocol: str = "depression") -> "Served":
        """Enrol a made-up patient who agreed to e-mail."""
        patient = await app.store.directory.add_patient(NAME, date(1984, 5, 4), "")
        await app.store.contacts.put(patient.patient_id, Contact(email=ADDRESS))
        now = datetime.now(UTC)
        row = await app.store.directory.begin_course(patient.patient_id, protocol, "northside", now)
        begun = order(protocol, now=now, whole=app.clinic).with_(course_id=row.course_id, patient_id=patient.patient_id)
        handle = await skipper.client.start_workflow(
            TreatmentCourse.run, begun, id=row.course_id, task_queue=app.settings.task_queue
        )
        await app.store.directory.mark_open(row.course_id)
        served = cls(app, skipper, handle)
        await served.go_to(await served.next_monday())
        await served.wait(hours=2)
        return served

    async def now(self) -> datetime:
        """The instant on the course's own clock, which runs on by itself between the leaps."""
        if self._told is None:
            self._told = await self.skipper.get_current_time(self.handle), monotonic()
        at, since = self._told
        return at + timedelta(seconds=monotonic() - since)

    async def go_to(self, instant: datetime) -> None:
        """Let everything before the instant happen."""
        ahead = instant - await self.now()
        if ahead > timedelta():
            await self.wait(seconds=ahead.total_seconds())

    async def wait(self, **span: float) -> None:
        """Let some time pass."""
        await self.skipper.fast_forward(self.handle, timedelta(**span))
        self._told = None

    async def record(self) -> CourseRecord:
        """The course as it stands."""
        return await self.handle.query(TreatmentCourse.read_record)

    async def do(self, action: str, role: Role = Role.PRESCRIBER, **fields: Any) -> Receipt:
        """Act now as somebody in this role; raises RefusedError with the course's sentence."""
        act = ACT.validate_python(
            {
                "action": action,
                "request_id": fields.pop("request_id", f"request-{next(self.requests)}"),
                "actor": STAFF[role],
                "made_at": fields.pop("made_at", None) or await self.now(),
                **fields,
            }
        )
        envelope = ActEnvelope(act=self.app.signer.stamp(act, self.handle.id))
        try:
            return await self.handle.execute_update(TreatmentCourse.act, envelope)
        except WorkflowUpdateFailedError as failed:
            raise RefusedError(str(failed.cause).removeprefix("Refused: ")) from None

    async def resolve_all(self) -> None:
        """Every open task is done."""
        for task in (await self.record()).tasks:
            if task.resolved_at is None:
                await self.do("resolve", item=task.id, reason="done")

    async def clear(self) -> None:
        """Answer every gate well, take a baseline of 16, sign."""
        protocol = (await self.record()).protocol
        for role, said in gate_acts(protocol):
            await self.do("gate", role, **said)
        for action, asked in baseline_acts(protocol, await self.now()):
            await self.do(action, Role.NURSE, **asked)
        await self.do("measure", Role.NURSE, instrument="phq9", answers=BASELINE)
        await self.do("measure", Role.NURSE, instrument="audit_c", answers=(0, 0, 0))
        await self.do("clear")

    async def screen(self) -> None:
        """The suicide screen before a dose: three times no."""
        await self.do("measure", Role.NURSE, instrument="cssrs_screener", answers=(0, 0, 0))

    async def next_monday(self) -> datetime:
        """Nine o'clock on the clinic's wall, on the second Monday from now."""
        zone = (await self.record()).zone
        wall = zone.local(await self.now()).replace(hour=9, minute=0, second=0, microsecond=0)
        return zone.lenient(wall + timedelta(days=14 - wall.weekday()))

    async def give(self, **but: Any) -> Receipt:
        """The next visit as it should go."""
        record = await self.record()
        session = record.open_sessions[0]
        await self.go_to(session.start)
        fine = {
            "identifiers": 2,
            "weight_kg": 70,
            "escort": True,
            "fasting": True,
            "asked": True,
            "readings": [{"at": await self.now(), "systolic": 122, "diastolic": 78, **WHOLE}],
            "measure_waived": "asked at the last visit",
        }
        for again in renewed(record, await self.now() + timedelta(hours=1)):
            await self.do("gate", **again)
        await self.screen()
        await self.do("check_in", Role.NURSE, session=session.id, **{**fine, **but})
        await self.wait(minutes=record.visit_minutes(session.minutes))
        leaving = {"at": await self.now(), "awake": True, "walking": True, "escort": True}
        reading = {"at": leaving["at"], "systolic": 122, "diastolic": 78, **WHOLE}
        dose = {"started_at": session.start, "minutes": session.minutes, "mg": 35, "leaving": leaving}
        dose["readings"] = [reading]
        return await self.do("session", Role.NURSE, session=session.id, **dose)

    def mailbox(self) -> list[EmailMessage]:
        """Every letter in the mailbox folder, oldest first."""
        files = sorted(Path(self.app.settings.mailbox_folder).glob("*.eml"), key=lambda path: path.stat().st_mtime)
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]

    async def to_patient(self) -> list[str]:
        """The subjects of what the patient received, in order."""
        return [str(letter["Subject"]) for letter in self.mailbox() if ADDRESS in str(letter["To"])]

    async def kinds_sent(self) -> list[Sequence[str]]:
        """The kinds of each letter to the patient, from the send ledger."""
        rows = await self.app.store.sends.of_course(self.handle.id)
        return [tuple(row.kinds) for row in rows if row.audience == "patient" and row.state == "sent"]
