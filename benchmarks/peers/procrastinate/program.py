"""Procrastinate on PostgreSQL: a course is a row, a timer a job, an act a transaction; no code is durable."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from benchmarks.peers.shared import Step, drive, steps, write_letter

CONCURRENCY = 10
READY = "peer polls"
TABLES = """
create table if not exists courses (course text primary key, position int not null, messages int not null);
create table if not exists acts (course text, number int, said jsonb, primary key (course, number));
create table if not exists sends (course text, key int, primary key (course, key));
"""

url, folder = sys.argv[2], Path(sys.argv[3])
ahead: list[Step] = steps(Path(sys.argv[4]))
app = App(connector=PsycopgConnector(conninfo=url, min_size=2, max_size=CONCURRENCY + 2))
pool: AsyncConnectionPool[Any] = AsyncConnectionPool(url, min_size=2, max_size=CONCURRENCY + 2, open=False)


@app.task(queue="courses")
async def wake(course: str, position: int) -> None:
    """A timer: send what is due, and set the next."""
    await go_on(course, position)


@app.task(queue="courses")
async def send(course: str, key: int) -> None:
    """Send one message: a row of the ledger and a file."""
    async with pool.connection() as connection:
        await connection.execute("insert into sends values (%s, %s) on conflict do nothing", (course, key))
    await asyncio.to_thread(write_letter, folder, f"{course}-{key}")


async def go_on(course: str, position: int, act: dict[str, Any] | None = None) -> bool:
    """Take one step, if it is the course's next one; the jobs that it leads to are deferred after it."""
    async with pool.connection() as connection:
        query = "select position, messages from courses where course = %s for update"
        row: TupleRow | None = await (await connection.execute(query, (course,))).fetchone()
        if row is None or row[0] != position:
            return False
        if act is not None:
            await connection.execute("insert into acts values (%s, %s, %s)", (course, position, json.dumps(act)))
        messages = ahead[position][2]
        change = "update courses set position = position + 1, messages = messages + %s where course = %s"
        await connection.execute(change, (messages, course))
    for key in range(row[1], row[1] + messages):
        await send.defer_async(course=course, key=key)
    await set_timer(course, position + 1)
    return True


async def set_timer(course: str, position: int) -> None:
    """Defer the next timer, if a timer is what comes next."""
    if position < len(ahead) and ahead[position][0] == "timer":
        await wake.configure(schedule_in={"seconds": 0}).defer_async(course=course, position=position)


async def live(name: str) -> None:
    """One course, staff always ready."""
    async with pool.connection() as connection:
        await connection.execute("insert into courses values (%s, 0, 0)", (name,))
    await set_timer(name, 0)
    for position, (kind, _, _, act) in enumerate(ahead):
        if kind == "act":
            await until(partial(go_on, name, position, act))
    await until(partial(_over, name))


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Try until it is done; nobody tells a caller."""
    while not await done():  # noqa: ASYNC110  the row is in a database
        await asyncio.sleep(0.005)


async def _over(name: str) -> bool:
    async with pool.connection() as connection:
        found = await connection.execute(
            "select position, messages, (select count(*) from sends where sends.course = courses.course) "
            "from courses where course = %s", (name,))  # fmt: skip
        row = await found.fetchone()
    return row is not None and row[0] == len(ahead) and row[1] == row[2]


async def main() -> None:
    """Work, or drive."""
    async with app.open_async(), pool:
        if sys.argv[1] == "drive":
            await drive(live, int(sys.argv[5]), int(sys.argv[6]))
            return
        try:
            await app.schema_manager.apply_schema_async()
        except ConnectorException:
            print("the tables were there", flush=True)
        async with pool.connection() as connection:
            await connection.execute(TABLES)
        print(READY, flush=True)
        await app.run_worker_async(concurrency=CONCURRENCY)


if __name__ == "__main__":
    asyncio.run(main())
