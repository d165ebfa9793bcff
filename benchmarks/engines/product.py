"""The product as a clinic runs it: its own worker, with encryption, attributes, card, ledger and archive."""

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from activities.ports import Contact
from adapters.clinic.files import with_room_for_all
from adapters.identity.sign_in import first_passphrases
from adapters.keyring import KeyRing
from adapters.settings import SealedSettings, Settings
from adapters.temporal.plugin import course_plugin
from adapters.temporal.server import EmbeddedServer, embedded_server
from adapters.wiring import Application, open_application
from benchmarks.processes import ROOT, MeasureError, program
from benchmarks.virtual import Clock, skipper_of, together
from benchmarks.work import CLINIC, Work
from course.model.terms import Role
from play.scenario.acting import CAST
from play.world.delayed_start import DelayedStart, beginning_at
from services.courses import Courses, RefusedError

READY = "build is current"
PROTOCOL = "depression"
BORN = date(1984, 5, 4)
TRIES, PAUSE_SECONDS = 200, 0.02


@dataclass
class Product:
    """The running product."""

    server: EmbeddedServer
    app: Application
    courses: Courses
    skipper: TimeSkipper
    passphrases: dict[str, str]
    workers: list[int] = field(default_factory=list)
    asked_again: int = 0

    @property
    def servers(self) -> list[int]:
        """The server's process."""
        return [self.server.pid]

    @property
    def environment(self) -> dict[str, str]:
        """The settings that name this stack to a program."""
        settings = self.app.settings
        return {
            "ST_DATA_FOLDER": str(settings.data_folder),
            "ST_CLINIC_FOLDER": str(settings.clinic_folder),
            "ST_LOG_FORMAT": "json",
            "ST_GRACEFUL_SHUTDOWN_SECONDS": str(settings.graceful_shutdown_seconds),
            "ST_MAX_CACHED_WORKFLOWS": str(settings.max_cached_workflows),
            "TEMPORAL_ADDRESS": self.server.target,
            "TEMPORAL_NAMESPACE": self.server.namespace,
        }

    async def live(self, work: Work, number: int) -> None:
        """Take one course through its work in virtual time; nobody reads it, staff are always ready."""
        now = datetime.now(UTC)
        with beginning_at(work.start):
            course = await self.enrol(number, work.start, self.skipper.client)
        clock = Clock(self.skipper, self.app.client.get_workflow_handle(course), now)
        await clock.go_to(work.start)
        for at, acts in together(work.said()):
            await clock.go_to(at)
            for act, _ in acts:
                await self.act(course, act)
        await clock.go_to(work.start + timedelta(days=work.days - 1))

    async def enrol(self, number: int, start: datetime, client: Client | None = None) -> str:
        """Put a patient into the directory and open the course."""
        store = self.app.store
        patient = (await store.directory.add_patient(f"Patient {number}", BORN)).patient_id
        await store.contacts.put(patient, Contact(email=f"p{number}@patient.example", phone="", language="en"))
        row = await store.directory.begin_course(patient, PROTOCOL, next(iter(self.app.clinic.sites)), start)
        order = self.courses.order(
            row, CAST[Role.COORDINATOR], CAST[Role.PRESCRIBER], start, email_consent=True, request_id="enrol"
        )
        courses = self.courses if client is None else Courses(replace(self.app, client=client))
        await courses.enrol(row, order)
        return row.course_id

    def another_worker(self, log: Path, ready: str = "") -> AbstractAsyncContextManager[Process]:
        """One more worker, until the block ends."""
        return program(worker_command(), log, self.environment, ready=ready)

    async def act(self, course: str, act: Any) -> None:
        """Act; where the course is still busy with what came before, act again."""
        text = ""
        for _ in range(TRIES):
            try:
                await self.courses.act(course, act)
            except RefusedError as refused:
                text = str(refused)
                self.asked_again += 1
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return
        raise MeasureError(f"{act.action} of {act.made_at:%Y-%m-%d %H:%M} was refused: {text}")


def worker_command() -> list[str]:
    """How a worker is started."""
    return [sys.executable, str(ROOT / "worker.py"), "--make-current"]


@asynccontextmanager
async def product(folder: Path, *, workers: int = 1, cached: int = 1000) -> AsyncIterator[Product]:
    """Run server and workers in an empty folder."""
    settings: Settings = SealedSettings(
        data_folder=folder, clinic_folder=CLINIC, graceful_shutdown_seconds=1, max_cached_workflows=cached
    )
    ring = KeyRing.load_or_create(settings.key_ring_file)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(embedded_server(folder))
        client = await Client.connect(
            server.target, namespace=server.namespace, plugins=[course_plugin(ring)], interceptors=[DelayedStart()]
        )
        opened = await stack.enter_async_context(open_application(settings, client=client, ring=ring))
        app = replace(opened, clinic=with_room_for_all(opened.clinic))
        passphrases = await first_passphrases(app.store, CLINIC / "staff.toml")
        made = Product(server, app, Courses(app), skipper_of(client), passphrases)
        for number in range(workers):
            log = folder / f"worker-{number}.log"
            process = await stack.enter_async_context(made.another_worker(log, READY))
            made.workers.append(process.pid)
        yield made
