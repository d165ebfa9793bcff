"""Whether an act costs more where many other courses are open."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from benchmarks.engines.crowd import crowd, seen
from benchmarks.engines.engine import Engine, Used, using
from benchmarks.engines.product import product
from benchmarks.engines.waiting import notes, open_courses
from benchmarks.found import Answer, Found, number
from benchmarks.pairs import ratios
from benchmarks.size import Size

COURSES, AT_ONCE = 20, 10
SMALLEST_CACHE = 4
FEW, MANY, COLD = "few", "many", "cold"


def measure(size: Size) -> Answer:
    """Two clinics and a worker that remembers nothing, acts in turn."""
    rows = asyncio.run(_in_turn(size))
    few, many = size.beside

    def ms(name: str) -> str:
        return number(median(row[name].both for row in rows) / size.acts * 1000)

    both = f"{ms(MANY)} ms and {ms(FEW)} ms of worker and server"
    return Answer(
        rows=[
            Found(
                "act among many",
                f"CPU of an act at {many:,} open courses to one at {few}",
                ratios(rows, MANY, FEW, _both),
                goal=1.15,
                note=both,
            ),
            Found(
                "act of a forgotten course",
                "CPU of an act on a course that no worker holds in memory, to one that does",
                ratios(rows, COLD, FEW, _both),
                note=f"{ms(COLD)} ms: its page so far is replayed",
            ),
        ]
    )


async def _in_turn(size: Size) -> list[dict[str, Used]]:
    async with AsyncExitStack() as stack:
        engines: dict[str, tuple[Engine, list[str]]] = {}
        for name, open_, cached in (
            (FEW, size.beside[0], 1000),
            (MANY, size.beside[1], 1000),
            (COLD, 0, SMALLEST_CACHE),
        ):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
            opened = await stack.enter_async_context(product(folder, cached=cached))
            courses = await open_courses(opened, COURSES)
            await crowd(opened, max(open_ - COURSES, 0))
            await seen(opened, open_)
            engines[name] = opened, courses
        found = []
        for _ in range(max(size.pairs, 3)):
            row = {}
            for name, (engine, courses) in engines.items():
                async with using(engine) as used:
                    await notes(engine, courses, size.acts, AT_ONCE)
                row[name] = used
            found.append(row)
        return found


def _both(used: Used) -> float:
    return used.both
