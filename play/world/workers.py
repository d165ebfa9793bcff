"""Workers of a scenario: one in this process, or one in a process of its own that can be killed."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from adapters.settings import Settings
from adapters.temporal.plugin import course_worker, make_current
from adapters.wiring import Application, open_application
from adapters.working import WORKFLOWS, course_activities
from play.world.mail import mail_of

ROOT = Path(__file__).parents[2]


class Workers(Protocol):
    """A worker that can be replaced while courses run."""

    async def start(self) -> None:
        """Begin to work."""
        ...

    async def stop(self, *, kill: bool) -> None:
        """Stop, in good order or not."""
        ...


class InProcessWorker:
    """A worker in this process."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self._task: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()

    async def start(self) -> None:
        """Begin to work."""
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._run(self._stop))

    async def stop(self, *, kill: bool) -> None:  # noqa: ARG002  what is in this process cannot be killed by itself
        """Stop in good order."""
        self._stop.set()
        if self._task is not None:
            await self._task

    async def _run(self, stop: asyncio.Event) -> None:
        async with working(self.app):
            await stop.wait()


class SeparateWorker:
    """A worker in a process of its own, which a kill -9 ends in the middle of whatever it does."""

    def __init__(self, app: Application, target: str) -> None:
        self.app, self.target = app, target
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Begin to work; the process ends with its standard input, so that it never outlives this one."""
        settings = self.app.settings
        known = {name: value for name, value in os.environ.items() if not name.startswith(("ST_", "TEMPORAL_"))}
        own = {
            "ST_DATA_FOLDER": str(settings.data_folder),
            "ST_CLINIC_FOLDER": str(settings.clinic_folder),
            "ST_STORE_URL": settings.store_url.get_secret_value(),
            "ST_TASK_QUEUE": settings.task_queue,
            "ST_GRACEFUL_SHUTDOWN_SECONDS": str(settings.graceful_shutdown_seconds),
            "TEMPORAL_ADDRESS": self.target,
            "TEMPORAL_NAMESPACE": self.app.client.namespace,
        }
        program = (sys.executable, "-m", "play.world.workers")
        with (settings.data_folder / "worker.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *program, cwd=ROOT, env={**known, **own}, stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log
            )

    async def stop(self, *, kill: bool) -> None:
        """Stop in good order, or kill."""
        if self._process is None:
            return
        if kill:
            self._process.kill()
        elif self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()


@asynccontextmanager
async def working(app: Application) -> AsyncIterator[None]:
    """A worker of this process, whose mail can be made to refuse."""
    activities = course_activities(app, mail_of(app.settings))
    async with course_worker(app.client, app.settings, workflows=WORKFLOWS, activities=activities, signer=app.signer):
        await make_current(app.client, app.settings)
        yield


async def _until_told() -> None:
    """Work until standard input closes."""
    async with open_application(Settings(_env_file=None)) as app, working(app):
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_until_told())
