"""What can be killed is killed: a worker in its own process, at the worst moments, and the server too."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.keyring import KeyRing
from adapters.server import EmbeddedServer, embedded_server
from adapters.settings import Settings
from adapters.temporal import course_plugin, make_current
from course.acts import ACT, ActEnvelope
from course.terms import OccasionState, Role, TaskKind
from tests.support.life import STAFF
from tests.support.mail import Mood, PostOffice
from tests.support.records import CLINIC_FOLDER
from tests.support.served import ADDRESS, Served, house_of
from workflows.course import TreatmentCourse

ROOT = Path(__file__).parents[2]


@dataclass
class Hands:
    """`python worker.py` as a process that can be killed."""

    environment: dict[str, str]
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start a worker."""
        quiet = asyncio.subprocess.DEVNULL
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "worker.py", cwd=ROOT, env=self.environment, stdout=quiet, stderr=quiet
        )

    async def end(self, number: int = signal.SIGKILL) -> int:
        """End the worker that was started, by this signal; its exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()


@dataclass
class Scene:
    """A server on a file, a worker apart, one course."""

    server: EmbeddedServer
    hands: Hands
    served: Served


@asynccontextmanager
async def set_up(folder: Path, course_id: str = "", **environment: str) -> AsyncIterator[Scene]:
    """Everything in one folder, with a new course or one that is there; nothing is left running."""
    settings = Settings(_env_file=None, data_folder=folder / "var", graceful_shutdown_seconds=1)
    ring = KeyRing.load_or_create(settings.key_ring_file)
    async with embedded_server(folder / "server") as server:
        client = await Client.connect(server.target, namespace=server.namespace, plugins=[course_plugin(ring)])
        config = TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=1_000_000)
        skipper = TimeSkipper(client, config=config)
        hands = Hands(
            {
                **os.environ,
                "ST_DATA_FOLDER": str(settings.data_folder),
                "ST_CLINIC_FOLDER": str(CLINIC_FOLDER),
                "ST_GRACEFUL_SHUTDOWN_SECONDS": "1",
                "TEMPORAL_ADDRESS": server.target,
                "TEMPORAL_NAMESPACE": server.namespace,
                **environment,
            }
        )
        async with house_of(settings, skipper, ring) as house:
            await hands.start()
            try:
                await make_current(client, settings)
                known = Served(house, skipper, skipper.client.get_workflow_handle(course_id))
                yield Scene(server, hands, known if course_id else await Served.begin(house, skipper))
            finally:
                await hands.end()


def letters_once(served: Served) -> None:
    """No letter arrived twice."""
    ids = Counter(str(letter["Message-ID"]) for letter in served.mailbox())
    assert ids
    assert all(times == 1 for times in ids.values())


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """One scene for each test."""
    async with set_up(tmp_path) as opened:
        yield opened


async def test_an_act_sent_while_no_worker_runs_is_applied_once(scene: Scene) -> None:
    """A client time-out means unknown; asking again under the same id gets the one answer."""
    served = scene.served
    await scene.hands.end()
    act = ACT.validate_python(
        {
            "action": "note",
            "text": "written while nobody worked",
            "request_id": "note-0001",
            "actor": STAFF[Role.NURSE],
            "made_at": await served.now(),
        }
    )
    with pytest.raises((WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError)):
        await served.handle.execute_update(TreatmentCourse.act, ActEnvelope(act=act), rpc_timeout=timedelta(seconds=1))
    await scene.hands.start()
    receipt = await served.handle.execute_update(TreatmentCourse.act, ActEnvelope(act=act))
    texts = [entry.text for entry in (await served.record()).entries]
    assert texts.count("note: written while nobody worked") == 1
    assert receipt.entry == (await served.record()).entry_count


@pytest.mark.timeout(240)
async def test_a_worker_killed_in_a_session_and_around_a_page_turn_loses_nothing(scene: Scene) -> None:
    """Checked in, killed, recorded; killed again before thirty days are over: one record, every letter once."""
    served = scene.served
    await served.clear()
    await served.do("schedule", Role.COORDINATOR, first=await served.next_monday())
    session = (await served.record()).open_sessions[0]
    await served.go_to(session.start)
    reading: dict[str, Any] = {"at": await served.now(), "systolic": 120, "diastolic": 80}
    ready = {
        "identifiers": 2,
        "weight_kg": 70,
        "escort": True,
        "fasting": True,
        "asked": True,
        "measure_waived": "asked before",
    }
    await served.do("check_in", Role.NURSE, session=session.id, readings=[reading], **ready)
    await scene.hands.end()
    await scene.hands.start()
    await served.wait(minutes=50)
    dose = {"started_at": session.start, "minutes": 40, "mg": 35}
    assert (await served.do("session", Role.NURSE, session=session.id, **dose)).sentence.startswith("session s1 given")
    runs = (await served.record()).runs
    await served.go_to(session.start + timedelta(days=8))
    await scene.hands.end()
    await scene.hands.start()
    await served.wait(days=14)
    record = await served.record()
    assert record.runs > runs
    assert len(record.valid_doses) == 1
    assert record.archive_due == ()
    letters_once(served)


@pytest.mark.timeout(240)
async def test_a_worker_killed_while_mail_is_handed_over(tmp_path: Path, post_office: PostOffice) -> None:
    """A reminder goes out at most once and is reported as uncertain; an escalation goes out again."""
    mail = {"ST_CHANNEL": "email", "ST_SMTP_HOST": "127.0.0.1", "ST_SMTP_PORT": str(post_office.port)}
    mail |= {"ST_SMTP_FROM": "messages@clinic.example", "ST_SMTP_STARTTLS": "false"}
    async with set_up(tmp_path, **mail) as scene:
        served = scene.served
        await served.clear()
        post_office.mood, before = Mood.SILENT_AFTER_DATA, len(post_office.taken)
        await served.do("schedule", Role.COORDINATOR, first=await served.next_monday() - timedelta(days=12))
        await served.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 3))
        while len(post_office.taken) < before + 2:
            await served.record()
        await scene.hands.end()
        post_office.mood = Mood.TAKES
        await scene.hands.start()
        await served.wait(minutes=10)
        record = await served.record()
    arrived = Counter("patient" if ADDRESS in str(one["To"]) else "on call" for one in post_office.taken[before:])
    assert arrived["patient"] == 1
    assert arrived["on call"] == 2
    assert record.occasions["s1/visit_72h/1"].state is OccasionState.UNCERTAIN
    escalated = [one.state for key, one in record.occasions.items() if "/escalation/" in key]
    assert escalated == [OccasionState.SENT]
    assert [one.text for one in record.tasks if one.kind is TaskKind.UNCERTAIN_MESSAGE] != []


@pytest.mark.timeout(120)
async def test_a_killed_server_has_lost_nothing_when_it_starts_again(tmp_path: Path) -> None:
    """Killed right after an act was answered: the record is the same, and the reminders go out."""
    async with set_up(tmp_path) as scene:
        served = scene.served
        await served.clear()
        monday = await served.next_monday()
        await served.do("schedule", Role.COORDINATOR, first=monday)
        before = await served.record()
        os.kill(scene.server.pid, signal.SIGKILL)
        await scene.hands.end()
    async with set_up(tmp_path, served.handle.id) as scene:
        assert (await scene.served.record()).model_dump() == before.model_dump()
        await scene.served.go_to(monday)
        assert "Your visit on" in (await scene.served.to_patient())[-2]
        letters_once(scene.served)


async def test_sigterm_stops_a_worker_in_good_order(scene: Scene) -> None:
    """It leaves with 0, and the next one goes on."""
    assert await scene.hands.end(signal.SIGTERM) == 0
    await scene.hands.start()
    assert (await scene.served.do("note", text="still here")).entry > 0
