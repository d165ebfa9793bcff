"""The floor on the embedded server."""

import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from adapters.temporal.server import EmbeddedServer, embedded_server
from benchmarks.floor.program import QUEUE, READY, FloorCourse, Page, Saying
from benchmarks.processes import program
from benchmarks.virtual import Clock, skipper_of, together
from benchmarks.work import Work
from play.world.delayed_start import DelayedStart, beginning_at


@dataclass
class Floor:
    """A running floor."""

    server: EmbeddedServer
    client: Client
    skipper: TimeSkipper
    folder: Path
    cached: int
    workers: list[int] = field(default_factory=list)

    @property
    def servers(self) -> list[int]:
        """The server's process."""
        return [self.server.pid]

    def another_worker(self, log: Path, ready: str = "") -> AbstractAsyncContextManager[Process]:
        """One more worker, until the block ends."""
        where = [self.server.target, str(self.folder), "--cached", str(self.cached)]
        return program([sys.executable, "-m", "benchmarks.floor.program", *where], log, ready=ready)

    async def live(self, work: Work, number: int) -> None:
        """Take one course through its work in virtual time."""
        end = work.start + timedelta(days=work.days)
        page = Page(work.start, end, [(one.at, one.messages) for one in work.wakes])
        course = f"c-{number}"
        now = datetime.now(UTC)
        with beginning_at(work.start):
            handle = await self.skipper.client.start_workflow(FloorCourse.run, page, id=course, task_queue=QUEUE)
        clock = Clock(self.skipper, self.client.get_workflow_handle(course), now)
        await clock.go_to(work.start)
        handle = self.client.get_workflow_handle_for(FloorCourse.run, course)
        for at, acts in together(work.said()):
            await clock.go_to(at)
            for act, messages in acts:
                value = Saying(act.model_dump(mode="json", exclude_unset=True), messages)
                await handle.execute_update(FloorCourse.act, value)
        await clock.go_to(end - timedelta(days=1))


@asynccontextmanager
async def floor(folder: Path, *, workers: int = 1, cached: int = 1000) -> AsyncIterator[Floor]:
    """Run server and workers in an empty folder."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(embedded_server(folder))
        client = await Client.connect(server.target, interceptors=[DelayedStart()])
        made = Floor(server, client, skipper_of(client), folder, cached)
        for number in range(workers):
            log = folder / f"worker-{number}.log"
            process = await stack.enter_async_context(made.another_worker(log, READY))
            made.workers.append(process.pid)
        yield made
