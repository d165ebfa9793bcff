"""A worker is killed while many act: how long until everybody is served again, and whether anything is lost."""

import asyncio
import os
import signal
import time
from pathlib import Path
from statistics import median

from benchmarks.engines.engine import Opening, Used
from benchmarks.engines.floor import floor
from benchmarks.engines.product import product
from benchmarks.engines.waiting import note, notes_on, open_courses
from benchmarks.found import Answer, Found, number
from benchmarks.pairs import Measure, in_turn, ratios, run, values
from benchmarks.size import Size

PRODUCT, FLOOR = "product", "floor"
AFTER_SECONDS = 0.02
NOTES_EACH = 2
"""One when the course was opened, one while the worker was killed."""


def measure(size: Size) -> Answer:
    """Kill and start again on both in turn."""
    turns = min(size.pairs, 3)
    rows = run(in_turn(turns, {FLOOR: _killed(floor, size), PRODUCT: _killed(product, size)}))
    count, acting = size.killed
    mine, theirs = (median(values(rows, name, _wall)) for name in (PRODUCT, FLOOR))
    wrong = tuple(row[PRODUCT].counts["wrong"] for row in rows)
    return Answer(
        rows=[
            Found(
                "recovery",
                f"kill -9 with {count} open courses, {acting} acting: all served again, to the floor's",
                ratios(rows, PRODUCT, FLOOR, _wall),
                goal=2,
                note=f"{number(mine)} s and {number(theirs)} s; the server waits ten seconds for one that is gone",
            ),
            Found("lost or doubled", "acts lost or doubled by the kill", wrong, "acts", goal=0, kept=False),
        ]
    )


def _killed(opening: Opening, size: Size) -> Measure:
    async def once(folder: Path) -> Used:
        count, acting = size.killed
        async with opening(folder) as engine:
            courses = await open_courses(engine, count)
            under_way = [asyncio.create_task(note(engine, course)) for course in courses[:acting]]
            await asyncio.sleep(AFTER_SECONDS)
            began = time.perf_counter()
            os.kill(engine.workers[0], signal.SIGKILL)
            async with engine.another_worker(folder / "second.log"):
                await asyncio.gather(*under_way)
                wall = time.perf_counter() - began
                found = await asyncio.gather(*(notes_on(engine, course) for course in courses[:acting]))
        wrong = float(sum(abs(notes - NOTES_EACH) for notes in found))
        return Used(wall=wall, counts={"wrong": wrong})

    return once


def _wall(used: Used) -> float:
    return used.wall
