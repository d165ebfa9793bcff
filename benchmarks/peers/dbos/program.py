"""DBOS on PostgreSQL: a workflow a page, a durable sleep a timer, a step a message, a message received an act."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, SetWorkflowID
from sqlalchemy import create_engine, text

from benchmarks.peers.shared import Step, drive, pages, steps, write_letter

QUEUE = "courses"
WAIT_SECONDS = 120.0
SOON_SECONDS = 0.001
READY = "peer polls"

url, folder = sys.argv[2], Path(sys.argv[3])
ledger = create_engine(url, pool_size=20)


@DBOS.step()
def send(course: str, key: int) -> None:
    """Send one message: a row of the ledger and a file."""
    with ledger.begin() as connection:
        row = {"course": course, "key": key}
        connection.execute(text("insert into sends values (:course, :key) on conflict do nothing"), row)
    write_letter(folder, f"{course}-{key}")


@DBOS.workflow(name="course")
async def course(name: str, page: int, ahead: list[list[Step]], sent: int, acts: int) -> None:
    """Live one page; the next begins at its end."""
    for kind, _, messages, _ in ahead[0]:
        if kind == "timer":
            await DBOS.sleep_async(SOON_SECONDS)
        else:
            value = await DBOS.recv_async("act", timeout_seconds=WAIT_SECONDS)
            if "action" not in value:
                raise ValueError("it says no action")
            acts += 1
            await DBOS.set_event_async(f"act-{acts}", acts)
        for _ in range(messages):
            await asyncio.to_thread(send, name, sent)
            sent += 1
    if len(ahead) > 1:
        with SetWorkflowID(f"{name}-{page + 1}"):
            await DBOS.start_workflow_async(course, name, page + 1, ahead[1:], sent, acts)


async def live(client: DBOSClient, name: str, ahead: list[list[Step]]) -> None:
    """One course, staff always ready."""
    options = {"queue_name": QUEUE, "workflow_name": "course", "workflow_id": f"{name}-0"}
    await client.enqueue_async(options, name, 0, ahead, 0, 0)
    done = 0
    for number, page in enumerate(ahead):
        workflow = f"{name}-{number}"
        await _there(client, workflow)
        for act in [act for kind, _, _, act in page if kind == "act"]:
            done += 1
            await client.send_async(workflow, act, "act")
            if await client.get_event_async(workflow, f"act-{done}", WAIT_SECONDS) != done:
                raise RuntimeError(f"{name} took no act {done}")
    last = await _there(client, f"{name}-{len(ahead) - 1}")
    await last.get_result()


async def _there(client: DBOSClient, workflow: str) -> Any:
    """The page, once it has begun."""
    while True:
        found = await client.list_workflows_async(workflow_ids=[workflow], load_input=False)
        if found:
            return await client.retrieve_workflow_async(workflow)
        await asyncio.sleep(0.005)


async def work() -> None:
    """Run the worker until it is ended."""
    with ledger.begin() as connection:
        connection.execute(text("create table if not exists sends (course text, key int, primary key (course, key))"))
    DBOS(config={"name": "course", "system_database_url": url, "use_listen_notify": True, "log_level": "ERROR"})
    DBOS.launch()
    await DBOS.register_queue_async(QUEUE, polling_interval_sec=0.1)
    print(READY, flush=True)
    await asyncio.Event().wait()


async def main() -> None:
    """Work, or drive."""
    if sys.argv[1] == "work":
        await work()
        return
    ahead = list(pages(steps(Path(sys.argv[4]))))
    client = DBOSClient(system_database_url=url, use_listen_notify=True)
    await drive(lambda name: live(client, name, ahead), int(sys.argv[5]), int(sys.argv[6]))


if __name__ == "__main__":
    asyncio.run(main())
