"""One worker process and two, on the same machine."""

import os
from pathlib import Path
from statistics import median

from benchmarks.engines.engine import Used, lived
from benchmarks.engines.product import product
from benchmarks.found import Answer, Found, number
from benchmarks.pairs import Measure, in_turn, ratios, run, values
from benchmarks.questions.courses import AT_ONCE
from benchmarks.size import Size
from benchmarks.work import Work, work_of

ONE, TWO = "one worker", "two workers"


def measure(size: Size) -> Answer:
    """The same courses with one worker and with two, in turn."""
    work = work_of().until(size.days)
    rows = run(in_turn(size.pairs, {ONE: _lives(1, work, size), TWO: _lives(2, work, size)}))
    busy = median(values(rows, ONE, lambda used: used.worker / used.wall))
    note = f"on {os.cpu_count()} cores, which the server shares; one worker keeps {number(busy)} of a core busy"
    question = "courses a second with two worker processes, to one"
    return Answer(
        rows=[Found("two workers", question, ratios(rows, ONE, TWO, _wall), more_is_better=True, note=note)],
    )


def _lives(workers: int, work: Work, size: Size) -> Measure:
    async def once(folder: Path) -> Used:
        async with product(folder, workers=workers) as engine:
            return await lived(engine, work, size.courses, AT_ONCE)

    return once


def _wall(used: Used) -> float:
    return used.wall
