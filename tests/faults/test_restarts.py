"""A server that is stopped and started again, workers and readers staying, leaves nothing that cannot replay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import Replayer, Worker

from adapters.keyring import KeyRing
from adapters.temporal.plugin import course_plugin
from adapters.temporal.server import embedded_server
from adapters.temporal.whole_tasks import WholeTasks
from tests.support.faults.busy import SECONDS, Busy, something_outside
from tests.support.outside.mail import free_port

BUSY = 24
RESTARTS = 3
ACTS_BETWEEN = 150
SOON = 0.02


@asynccontextmanager
async def crowd(handles: list[WorkflowHandle[Busy, None]], acts: asyncio.Semaphore) -> AsyncIterator[None]:
    """Somebody acts on each workflow and two look at it, whatever the server answers."""

    async def act(handle: WorkflowHandle[Busy, None]) -> None:
        while True:
            try:
                await handle.execute_update(Busy.act, rpc_timeout=SECONDS)
                acts.release()
            except (RPCError, TimeoutError):
                await asyncio.sleep(0.01)

    async def look(handle: WorkflowHandle[Busy, None]) -> None:
        while True:
            try:
                await handle.query(Busy.read, rpc_timeout=SECONDS)
            except (RPCError, TimeoutError):
                await asyncio.sleep(0.01)

    people = [asyncio.create_task(does(handle)) for handle in handles for does in (act, look, look)]
    yield
    for person in people:
        person.cancel()
    await asyncio.gather(*people, return_exceptions=True)


@pytest.mark.timeout(240)
async def test_restarts_of_the_server_leave_every_workflow_replayable(tmp_path: Path, keyring: KeyRing) -> None:
    """A query that brings events of a task that has not begun is not shown to the workflow: all replay."""
    port, plugins, acts = free_port(), [course_plugin(keyring)], asyncio.Semaphore(0)
    queue = "busy"
    async with embedded_server(tmp_path, port=port) as server:
        client = await Client.connect(server.target, plugins=plugins)
        handles = [await client.start_workflow(Busy.run, SOON, id=f"busy-{n}", task_queue=queue) for n in range(BUSY)]
    async with Worker(
        client, task_queue=queue, workflows=[Busy], activities=[something_outside], plugins=[WholeTasks()]
    ):
        async with crowd(handles, acts):
            for _ in range(RESTARTS):
                async with embedded_server(tmp_path, port=port):
                    for _ in range(ACTS_BETWEEN):
                        await acts.acquire()
        async with embedded_server(tmp_path, port=port):
            histories = [await handle.fetch_history() for handle in handles]
            replayer = Replayer(workflows=[Busy], plugins=plugins)
            replayed = [await replayer.replay_workflow(one, raise_on_replay_failure=False) for one in histories]
    assert [one.history.workflow_id for one in replayed if one.replay_failure is not None] == []
