"""`python -m tests.support.faults.restarts 100` restarts the server under a busy clinic; how many are wedged."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.evidence import RUNNING
from adapters.identity.keyring import KeyRing
from adapters.settings import Settings
from adapters.temporal.inspecting import inspect
from adapters.temporal.plugin import course_plugin
from adapters.temporal.server import embedded_server
from course.model.terms import Role
from tests.support.outside.mail import free_port
from tests.support.served import RefusedError, Served, house_of, worked

COURSES = 12
ACTS_BETWEEN = 40
GRAVE = (2, 2, 2, 2, 2, 2, 2, 2, 3)
GONE = (RPCError, RefusedError, WorkflowQueryFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError)
PAUSE_SECONDS = 0.02


@asynccontextmanager
async def busy(courses: list[Served], acts: asyncio.Semaphore) -> AsyncIterator[None]:
    """Staff write and measure, which escalates and mails; others look at the same courses all the while."""

    async def act(course: Served) -> None:
        while True:
            try:
                await course.do("note", text="seen")
                await course.do("measure", Role.NURSE, instrument="phq9", answers=GRAVE)
                acts.release()
            except GONE:
                await asyncio.sleep(PAUSE_SECONDS)

    async def look(course: Served) -> None:
        while True:
            try:
                await course.record()
            except GONE:
                await asyncio.sleep(PAUSE_SECONDS)

    people = [asyncio.create_task(does(course)) for course in courses for does in (act, look)]
    yield
    for person in people:
        person.cancel()
    await asyncio.gather(*people, return_exceptions=True)


async def restarted(times: int, folder: Path) -> int:
    """How many of the courses are wedged after so many restarts."""
    settings = Settings(_env_file=None, data_folder=folder / "var", graceful_shutdown_seconds=1)
    ring, port, acts = KeyRing.load_or_create(settings.key_ring_file), free_port(), asyncio.Semaphore(0)
    async with embedded_server(folder / "server", port=port) as server:
        client = await Client.connect(server.target, plugins=[course_plugin(ring)])
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, disable_propagation=True))
        async with house_of(settings, skipper, ring) as app, worked(app):
            courses = [await Served.begin(app, skipper) for _ in range(COURSES)]
    async with house_of(settings, skipper, ring) as app:
        first = asyncio.Event()

        async def clinic() -> None:
            async with worked(app), busy(courses, acts):
                first.set()
                await asyncio.Event().wait()

        living = None
        for number in range(times):
            async with embedded_server(folder / "server", port=port):
                living = living or asyncio.create_task(clinic())
                await first.wait()
                for _ in range(ACTS_BETWEEN):
                    await acts.acquire()
            sys.stderr.write(f"\r{number + 1} of {times} restarts")
        async with embedded_server(folder / "server", port=port):
            assert living is not None
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
            found = await inspect(app.client, ring, RUNNING)
    sys.stdout.write(
        f"{times} restarts under {COURSES} courses: {len(found.wedged)} no longer replay, {found.lost} acts lost\n"
    )
    return len(found.wedged)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.exit(bool(asyncio.run(restarted(int(sys.argv[1]), Path(made)))))
