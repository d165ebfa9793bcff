"""Memory of a worker as courses open and wait."""

from pathlib import Path
from statistics import median

from benchmarks.engines.engine import Opening, Used
from benchmarks.engines.floor import floor
from benchmarks.engines.product import product
from benchmarks.engines.waiting import open_courses
from benchmarks.found import Answer, Found, Lines, number
from benchmarks.pairs import Measure, in_turn, ratios, run
from benchmarks.processes import memory_bytes
from benchmarks.size import Size

PRODUCT, FLOOR = "product", "floor"
KIB, GIB_IN_MIB = 1024, 1024
EACH = "bytes a course"
FIRST = 5
TURNS = 2
"""The first courses are opened before anything is measured: they load what every course needs."""


def measure(size: Size) -> Answer:
    """Open courses on both; what each course more adds, and what the worker holds in all."""
    turns = 1 if size.name == "long" else TURNS
    rows = run(in_turn(turns, {FLOOR: _opened(floor, size), PRODUCT: _opened(product, size)}))
    mine, theirs = (median(row[name].counts[EACH] for row in rows) / KIB for name in (PRODUCT, FLOOR))
    each = tuple(row[PRODUCT].counts[EACH] / KIB for row in rows)
    most = size.open_courses[-1]
    whole = tuple(row[PRODUCT].counts[str(most)] / KIB / KIB for row in rows)
    cached = min(most, 1000)
    lines = tuple(
        (
            name,
            tuple((float(count), rows[-1][name].counts[str(count)] / KIB / KIB) for count in (0, *size.open_courses)),
        )
        for name in (PRODUCT, FLOOR)
    )
    return Answer(
        rows=[
            Found("memory kib", "memory of an open waiting course that the worker holds", each, "KiB", kept=False),
            Found(
                "memory",
                "memory of an open waiting course that the worker holds, to the floor's",
                ratios(rows, PRODUCT, FLOOR, lambda used: used.counts[EACH]),
                goal=1.5,
                note=f"{number(mine)} KiB and {number(theirs)} KiB",
            ),
            Found(
                "worker memory",
                f"memory of a worker at {most:,} open courses",
                whole,
                "MiB",
                goal=GIB_IN_MIB,
                kept=False,
                note=f"it holds {cached:,} of them",
            ),
        ],
        lines=[Lines("memory", "Memory of a worker", "open courses", "MiB", lines)],
    )


def _opened(opening: Opening, size: Size) -> Measure:
    async def once(folder: Path) -> Used:
        used = Used()
        async with opening(folder) as engine:
            await open_courses(engine, FIRST)
            used.counts["0"] = memory_bytes(engine.workers)
            there = 0
            for count in size.open_courses:
                await open_courses(engine, count - there, FIRST + there)
                there = count
                used.counts[str(count)] = memory_bytes(engine.workers)
        held = [count for count in size.open_courses if count <= 1000]  # noqa: PLR2004  what a worker holds
        used.counts[EACH] = (used.counts[str(held[-1])] - used.counts["0"]) / held[-1]
        return used

    return once
