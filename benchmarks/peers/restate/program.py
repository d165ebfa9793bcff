"""Restate: a workflow a page, a durable sleep a timer, a journalled run a message, a promise an act."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import restate
from hypercorn.asyncio import serve
from hypercorn.config import Config
from restate import Workflow, WorkflowContext, WorkflowSharedContext

from benchmarks.peers.shared import Step, drive, pages, steps, write_letter

HOST = "127.0.0.1"
SOON = timedelta(milliseconds=1)
READY = "peer polls"

ingress, admin, own = (int(port) for port in sys.argv[2].split(","))
folder = Path(sys.argv[3])
course = Workflow("course")


def send(name: str, key: int) -> None:
    """Send one message: a row of the ledger and a file."""
    with contextlib.closing(sqlite3.connect(folder / "ledger.db", timeout=30, isolation_level=None)) as ledger:
        ledger.execute("insert or ignore into sends values (?, ?)", (name, key))
    write_letter(folder, f"{name}-{key}")


@course.main()
async def live(ctx: WorkflowContext, page: dict[str, Any]) -> int:
    """Live one page; the next begins at its end."""
    name, number, ahead = page["name"], page["number"], page["ahead"]
    acts, sent = page["acts"], page["sent"]
    for kind, _, messages, _ in ahead[0]:
        if kind == "timer":
            await ctx.sleep(SOON)
        else:
            acts += 1
            value = await ctx.promise(f"act-{acts}").value()
            if "action" not in value:
                raise restate.TerminalError("it says no action")
            await ctx.promise(f"done-{acts}").resolve(acts)
        for _ in range(messages):
            await ctx.run_typed("send", partial(send, name, sent))
            sent += 1
    if len(ahead) > 1:
        rest = {"name": name, "number": number + 1, "ahead": ahead[1:], "acts": acts, "sent": sent}
        ctx.workflow_send(live, key=f"{name}-{number + 1}", arg=rest)
    return int(acts)


@course.handler()
async def act(ctx: WorkflowSharedContext, fields: dict[str, Any]) -> int:
    """Take an act, and answer once the course has it."""
    await ctx.promise(f"act-{fields['number']}").resolve(fields["act"])
    return int(await ctx.promise(f"done-{fields['number']}").value())


async def post(port: int, path: str, value: Any) -> Any:
    """Post JSON to the server."""
    body = json.dumps(value).encode()
    reader, writer = await asyncio.open_connection(HOST, port)
    head = f"POST {path} HTTP/1.1\r\nhost: {HOST}:{port}\r\ncontent-type: application/json\r\nconnection: close\r\n"
    writer.write(head.encode() + f"content-length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    told, _, content = answer.partition(b"\r\n\r\n")
    if told.split()[1][:1] != b"2":
        raise RuntimeError(f"{path} answered {told.split()[1].decode()}: {content[:200].decode()}")
    return content


async def one(name: str, ahead: list[list[Step]]) -> None:
    """One course, staff always ready."""
    await post(
        ingress, f"/course/{name}-0/live/send", {"name": name, "number": 0, "ahead": ahead, "acts": 0, "sent": 0}
    )
    done = 0
    for number, page in enumerate(ahead):
        for said in [said for kind, _, _, said in page if kind == "act"]:
            done += 1
            await post(ingress, f"/course/{name}-{number}/act", {"number": done, "act": said})


async def work() -> None:
    """Run the worker until it is ended."""
    with contextlib.closing(sqlite3.connect(folder / "ledger.db")) as ledger:
        ledger.execute("pragma journal_mode=wal")
        ledger.execute("create table if not exists sends (course text, key int, primary key (course, key))")
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, os._exit, 0)
    config = Config()
    config.bind = [f"{HOST}:{own}"]
    serving = asyncio.create_task(serve(restate.app(services=[course]), config))
    while True:
        await asyncio.sleep(0.1)
        with contextlib.suppress(OSError, RuntimeError):
            await post(admin, "/deployments", {"uri": f"http://{HOST}:{own}"})
            break
    print(READY, flush=True)
    await serving


async def main() -> None:
    """Work, or drive."""
    if sys.argv[1] == "work":
        await work()
        return
    ahead = list(pages(steps(Path(sys.argv[4]))))
    await drive(lambda name: one(name, ahead), int(sys.argv[5]), int(sys.argv[6]))


if __name__ == "__main__":
    asyncio.run(main())
