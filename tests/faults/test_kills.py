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
from course.terms import Role
from tests.support.life import STAFF
from tests.support.records import CLINIC_FOLDER
from tests.support.served import Served, house_of
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
async def set_up(folder: Path) -> AsyncIterator[Scene]:
    """Everything in one folder; nothing is left running."""
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
            }
        )
        async with house_of(settings, skipper, ring) as house:
            await hands.start()
            try:
                await make_current(client, settings)
                yield Scene(server, hands, await Served.begin(house, skipper))
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
    ready = {"identifiers": 2, "weight_kg": 70, "escort": True, "fasting": True, "measure_waived": "asked before"}
    await served.do("check_in", Role.NURSE, session=session.id, readings=[reading], **ready)
    await scene.hands.end()
    await scene.hands.start()
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


async def test_sigterm_stops_a_worker_in_good_order(scene: Scene) -> None:
    """It leaves with 0, and the next one goes on."""
    assert await scene.hands.end(signal.SIGTERM) == 0
    await scene.hands.start()
    assert (await scene.served.do("note", text="still here")).entry > 0
