"""The floor: the same timers, messages, acts and page turns; plain JSON, no sandbox, no encryption, no rules."""

import argparse
import asyncio
import contextlib
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import local
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

QUEUE = "floor"
THREADS = 20
PAGE = timedelta(days=30)
READY = "floor polls"


@dataclass
class Page:
    """What a course begins a page with: what lies ahead, and how much has been."""

    start: datetime
    until: datetime
    wakes: list[tuple[float, int]]
    acts: int = 0
    messages: int = 0


@dataclass
class Saying:
    """An act of staff, and how many messages go out on it."""

    act: dict[str, Any]
    messages: int = 0


@workflow.defn
class FloorCourse:
    """Sleeps until something is due, sends it, takes acts in between, turns its page every thirty days."""

    @workflow.init
    def __init__(self, page: Page) -> None:
        self.page = page
        self.began = workflow.now()
        self.owed = 0

    @workflow.run
    async def run(self, page: Page) -> int:
        """Live until the end."""
        ahead = list(page.wakes)
        while ahead or workflow.now() < page.until:
            at = min(page.start + timedelta(seconds=ahead[0][0]) if ahead else page.until, self.began + PAGE)
            with contextlib.suppress(TimeoutError):
                wait = max(at - workflow.now(), timedelta())
                await workflow.wait_condition(lambda: self.owed > 0, timeout=wait)
            if workflow.now() >= at and ahead and at == page.start + timedelta(seconds=ahead[0][0]):
                self.owed += ahead.pop(0)[1]
            await self.send_what_is_owed()
            if workflow.now() >= self.began + PAGE and workflow.all_handlers_finished():
                page.wakes = ahead
                workflow.continue_as_new(page)
        return self.page.acts

    async def send_what_is_owed(self) -> None:
        """Send side by side what is due at once."""
        keys = range(self.page.messages, self.page.messages + self.owed)
        self.page.messages, self.owed = self.page.messages + self.owed, 0
        course = workflow.info().workflow_id
        await asyncio.gather(*(workflow.execute_activity(
            "send", [course, key], start_to_close_timeout=timedelta(minutes=1)) for key in keys))  # fmt: skip

    @workflow.update
    def act(self, value: Saying) -> int:
        """Take an act."""
        self.page.acts += 1
        self.owed += value.messages
        return self.page.acts

    @act.validator
    def may_act(self, value: Saying) -> None:
        """Refuse what is no act."""
        if "action" not in value.act:
            raise ValueError("it says no action")

    @workflow.query
    def acts(self) -> int:
        """How many acts it took."""
        return self.page.acts


@dataclass
class Sender:
    """Writes one row of a ledger and one file for each message, once."""

    folder: Path
    _mine: local = field(default_factory=local)

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._mine, "connection"):
            made = sqlite3.connect(self.folder / "ledger.db", timeout=30, isolation_level=None)
            made.execute("pragma journal_mode=wal")
            made.execute("create table if not exists sends (course text, key int, primary key (course, key))")
            self._mine.connection = made
        found: sqlite3.Connection = self._mine.connection
        return found

    @activity.defn
    def send(self, what: tuple[str, int]) -> None:
        """Send one message."""
        course, key = what
        self._connection().execute("insert or ignore into sends values (?, ?)", (course, key))
        draft = self.folder / f".{course}-{key}"
        with draft.open("w") as file:
            file.write("Your next visit is on Monday at nine.\n" * 8)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / f"{course}-{key}.eml")


@contextlib.asynccontextmanager
async def floor_worker(client: Client, folder: Path, cached: int = 1000) -> AsyncIterator[None]:
    """A worker with the defaults of the SDK, but for the sandbox and the cache."""
    with ThreadPoolExecutor(THREADS) as threads:
        async with Worker(
            client,
            task_queue=QUEUE,
            workflows=[FloorCourse],
            activities=[Sender(folder).send],
            activity_executor=threads,
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_cached_workflows=cached,
        ):
            yield


async def _work(target: str, folder: Path, cached: int) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await Client.connect(target)
    async with floor_worker(client, folder, cached):
        print(READY, flush=True)
        await stop.wait()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Run the floor's worker until SIGTERM.")
    options.add_argument("target")
    options.add_argument("folder", type=Path)
    options.add_argument("--cached", type=int, default=1000)
    given = options.parse_args()
    asyncio.run(_work(given.target, given.folder, given.cached))
