"""How fast histories are replayed against the code, as a check of an archive does before a release."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from adapters.keyring import KeyRing
from adapters.temporal.replaying import Replays
from benchmarks.engines.floor import floor
from benchmarks.floor.program import FloorCourse
from benchmarks.found import Answer, Found, number
from benchmarks.processes import MeasureError
from benchmarks.size import Size
from benchmarks.work import Work, histories_of_work, work_of

ARCHIVE_COURSES = 10_000
Replay = Callable[[AsyncIterator[WorkflowHistory]], Awaitable[int]]
"""Replays histories; how many do not."""


def measure(size: Size) -> Answer:
    """Replay the year of a course, run by run, on both in turn."""
    ring, mine = histories_of_work()
    return asyncio.run(_measure(size, ring, mine, work_of()))


async def _measure(size: Size, ring: KeyRing, mine: Sequence[WorkflowHistory], work: Work) -> Answer:
    theirs = await _floor_histories(work)
    replays = Replays(ring)
    replayer = Replayer(workflows=[FloorCourse], workflow_runner=UnsandboxedWorkflowRunner())

    async def product_fails(histories: AsyncIterator[WorkflowHistory]) -> int:
        return len(await replays.failing(histories))

    async def floor_fails(histories: AsyncIterator[WorkflowHistory]) -> int:
        async with replayer.workflow_replay_iterator(histories) as replayed:
            return len([one async for one in replayed if one.replay_failure is not None])

    await _cpu(product_fails, mine[:1])
    await _cpu(floor_fails, theirs[:1])
    pairs = [(await _cpu(floor_fails, theirs), await _cpu(product_fails, mine)) for _ in range(max(size.pairs, 3))]
    ms = median(cpu for _, cpu in pairs) / len(mine) * 1000
    minutes = ms * len(mine) * ARCHIVE_COURSES / 60_000
    note = f"{number(ms)} ms of CPU a run of 30 days; {ARCHIVE_COURSES:,} course-years take {number(minutes)} minutes"
    values = tuple(theirs_took / len(theirs) / (took / len(mine)) for theirs_took, took in pairs)
    question = "replay check, histories a second of CPU, of the floor's"
    return Answer(rows=[Found("replay", question, values, goal=0.7, more_is_better=True, note=note)])


async def _cpu(fails: Replay, histories: Sequence[WorkflowHistory]) -> float:
    async def each() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    began = time.process_time()
    if await fails(each()):
        raise MeasureError("a history does not replay under the code that wrote it")
    return time.process_time() - began


async def _floor_histories(work: Work) -> list[WorkflowHistory]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with floor(Path(folder)) as engine:
            await engine.live(work, 1)
            listed = [one async for one in engine.client.list_workflows("WorkflowType = 'FloorCourse'")]
            runs = [engine.client.get_workflow_handle(one.id, run_id=one.run_id) for one in listed]
            return [await run.fetch_history() for run in runs]
