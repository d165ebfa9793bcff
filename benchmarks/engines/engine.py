"""What every engine can do, and what a piece of work took of the machine."""

import asyncio
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from benchmarks.processes import cpu_seconds
from benchmarks.work import Work


class Engine(Protocol):
    """A running engine with its processes."""

    @property
    def servers(self) -> list[int]:
        """The processes of server and database."""
        ...

    @property
    def workers(self) -> list[int]:
        """The processes that do the work."""
        ...

    def another_worker(self, log: Path, ready: str = "") -> AbstractAsyncContextManager[Process]:
        """One more worker, until the block ends."""
        ...

    async def live(self, work: Work, number: int) -> None:
        """Take one course through its work."""
        ...


Opening = Callable[[Path], AbstractAsyncContextManager[Engine]]
"""Opens an engine in an empty folder."""


@dataclass
class Used:
    """What a piece of work took: seconds on the clock, and CPU seconds of each part."""

    wall: float = 0.0
    worker: float = 0.0
    server: float = 0.0
    driver: float = 0.0
    counts: dict[str, float] = field(default_factory=dict)

    @property
    def both(self) -> float:
        """CPU seconds of worker and server."""
        return self.worker + self.server


@asynccontextmanager
async def using(engine: Engine) -> AsyncIterator[Used]:
    """Measure what happens inside."""
    used = Used()
    worker, server = cpu_seconds(engine.workers), cpu_seconds(engine.servers)
    began, driver = time.perf_counter(), time.process_time()
    yield used
    used.wall, used.driver = time.perf_counter() - began, time.process_time() - driver
    used.worker, used.server = cpu_seconds(engine.workers) - worker, cpu_seconds(engine.servers) - server


async def lived(engine: Engine, work: Work, courses: int, at_once: int) -> Used:
    """Take so many courses through their work, so many at a time."""
    turns = asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with turns:
            await engine.live(work, number)

    async with using(engine) as used:
        await all_of([one(number) for number in range(courses)])
    return used


async def all_of(ahead: Iterable[Awaitable[None]]) -> None:
    """Wait for all; the first that fails ends the others, and is what is raised."""
    tasks = [asyncio.ensure_future(one) for one in ahead]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
