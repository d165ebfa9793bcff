"""A server on a file, and a worker in a process of its own, which can be killed and writes its own log."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.temporal.plugin import course_plugin, make_current
from adapters.temporal.server import EmbeddedServer, embedded_server
from tests.support.records import CLINIC_FOLDER
from tests.support.served import Served, house_of

ROOT = Path(__file__).parents[3]
WORKER = ("worker.py",)


@dataclass
class Workers:
    """`python worker.py` as a process that can be killed; all that it says goes to one file."""

    environment: dict[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self, program: Sequence[str] = WORKER) -> None:
        """Start a worker, or another program that is one."""
        with self.log.open("ab") as said:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *program, cwd=ROOT, env=self.environment, stdout=said, stderr=said
            )

    async def end(self, number: int = signal.SIGKILL) -> int:
        """End the worker that was started, by this signal; its exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()

    async def died(self) -> int:
        """Wait until the worker has ended by itself; its exit code."""
        assert self.process is not None
        return await self.process.wait()


@dataclass
class Scene:
    """A server on a file, a worker apart, one course."""

    server: EmbeddedServer
    workers: Workers
    served: Served


@asynccontextmanager
async def set_up(
    folder: Path, course_id: str = "", program: Sequence[str] = WORKER, **environment: str
) -> AsyncIterator[Scene]:
    """Everything in one folder, with a new course or one that is there; nothing is left running."""
    settings = Settings(_env_file=None, data_folder=folder / "var", graceful_shutdown_seconds=1)
    ring = KeyRing.load_or_create(settings.key_ring_file)
    async with embedded_server(folder / "server") as server:
        client = await Client.connect(server.target, namespace=server.namespace, plugins=[course_plugin(ring)])
        config = TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=1_000_000)
        skipper = TimeSkipper(client, config=config)
        workers = Workers(
            {
                **os.environ,
                "ST_DATA_FOLDER": str(settings.data_folder),
                "ST_CLINIC_FOLDER": str(CLINIC_FOLDER),
                "ST_GRACEFUL_SHUTDOWN_SECONDS": "1",
                "TEMPORAL_ADDRESS": server.target,
                "TEMPORAL_NAMESPACE": server.namespace,
                **environment,
            },
            folder / "worker.log",
        )
        async with house_of(settings, skipper, ring) as app:
            await workers.start(program)
            try:
                await make_current(client, settings)
                known = Served(app, skipper, skipper.client.get_workflow_handle(course_id))
                yield Scene(server, workers, known if course_id else await Served.begin(app, skipper))
            finally:
                await workers.end()
