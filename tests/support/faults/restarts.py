"""`python -m tests.support.faults.restarts 100` restarts the server under a busy clinic: courses wedged, acts lost."""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.evidence import RUNNING
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.temporal.inspecting import inspect
from adapters.temporal.plugin import course_plugin
from adapters.temporal.server import embedded_server
from adapters.temporal.updates import acts_in
from adapters.wiring import Application
from audit.histories import histories_of
from course.model.terms import Role
from tests.support.outside.mail import free_port
from tests.support.served import RefusedError, Served, house_of, worked

COURSES = 12
ACTS_BETWEEN = 40
GRAVE = (2, 2, 2, 2, 2, 2, 2, 2, 3)
GONE = (RPCError, RefusedError, WorkflowQueryFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError)
PAUSE_SECONDS = 0.02


@asynccontextmanager
async def busy(courses: list[Served], acts: asyncio.Semaphore, answered: list[str]) -> AsyncIterator[None]:
    """Staff write and measure, which escalates and mails; others look at the same courses all the while.

    The request of each act that was answered is kept.
    """
    gone_home = asyncio.Event()

    async def done(course: Served, action: str, role: Role, **fields: Any) -> None:
        request_id = f"r-{uuid4().hex}"
        await course.do(action, role, request_id=request_id, **fields)
        answered.append(request_id)

    async def act(course: Served) -> None:
        while not gone_home.is_set():  # a call that is cancelled says so in an error of its own
            try:
                await done(course, "note", Role.PRESCRIBER, text="seen")
                await done(course, "measure", Role.NURSE, instrument="phq9", answers=GRAVE)
                acts.release()
            except GONE:
                await asyncio.sleep(PAUSE_SECONDS)

    async def look(course: Served) -> None:
        while not gone_home.is_set():
            try:
                await course.record()
            except GONE:
                await asyncio.sleep(PAUSE_SECONDS)

    people = [asyncio.create_task(does(course)) for course in courses for does in (act, look)]
    try:
        yield
    finally:
        gone_home.set()
        for person in people:
            person.cancel()
        await asyncio.gather(*people, return_exceptions=True)


async def restarted(times: int, folder: Path) -> int:
    """How many courses are wedged, and answered acts not in their histories once, after so many restarts."""
    settings = Settings(_env_file=None, data_folder=folder / "var", graceful_shutdown_seconds=1)
    ring, port, acts = KeyRing.load_or_create(settings.key_ring_file), free_port(), asyncio.Semaphore(0)
    answered: list[str] = []
    async with embedded_server(folder / "server", port=port) as server:
        client = await Client.connect(server.target, plugins=[course_plugin(ring)])
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, disable_propagation=True))
        async with house_of(settings, skipper, ring) as app, worked(app):
            courses = [await Served.begin(app, skipper) for _ in range(COURSES)]
    async with house_of(settings, skipper, ring) as app:
        first = asyncio.Event()

        async def clinic() -> None:
            async with worked(app), busy(courses, acts, answered):
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
            taken = Counter([one async for one in _requests(app, courses)])
    wrong = sum(taken[request] != 1 for request in answered)
    sys.stdout.write(
        f"{times} restarts under {COURSES} courses: {len(found.wedged)} no longer replay; "
        f"of {len(answered)} acts answered {wrong} are not in a history exactly once\n"
    )
    return len(found.wedged) + wrong


async def _requests(app: Application, courses: list[Served]) -> AsyncIterator[str]:
    """The request of every act in the histories of all runs of the courses, as often as it is there."""
    for course in courses:
        for history in await histories_of(app, course.handle.id):
            for act in (await acts_in(history, app.ring)).values():
                if act is not None:
                    yield act.act.request_id


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.exit(bool(asyncio.run(restarted(int(sys.argv[1]), Path(made)))))
