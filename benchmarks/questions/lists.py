"""The first page of the roster and of the worklist, as the clinic grows."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from benchmarks.engines.crowd import crowd, seen
from benchmarks.engines.product import Product, product
from benchmarks.found import Answer, Found, Lines, number
from benchmarks.size import Size
from services.courses import OPEN

MOST = 50
GOALS_MS = {10_000: 200, 50_000: 400}
WORKLIST = "CourseNeeds IS NOT NULL"
ROSTER, WORK, PLAIN = "roster", "worklist", "plain"


def measure(size: Size) -> Answer:
    """Ask for each page in turn, at every size of the clinic."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        found = asyncio.run(_grown(Path(folder), size))
    rows = []
    for name in (ROSTER, WORK):
        for count, took in found.items():
            values = tuple(one * 1000 for one in took[name])
            question = f"{name}, first page at {count:,} open courses"
            rows.append(Found(f"{name} {count}", question, values, "ms", goal=GOALS_MS.get(count), kept=False))
    least, most = next(iter(found)), next(reversed(found))
    for name in (ROSTER, WORK):
        values = tuple(one / other for one, other in zip(found[most][name], found[most][PLAIN], strict=True))
        note = f"at {most:,} open courses; the plain page {number(median(found[most][PLAIN]) * 1000)} ms"
        rows.append(Found(name, f"{name}, first page to a plain page of the server's list", values, note=note))
    if least == most:
        return Answer(rows=rows)
    lines = tuple(
        (name, tuple((float(count), median(took[name]) * 1000) for count, took in found.items()))
        for name in (ROSTER, WORK, PLAIN)
    )
    return Answer(rows=rows, lines=[Lines("lists", "First page of a list", "open courses", "ms", lines)])


async def _grown(folder: Path, size: Size) -> dict[int, dict[str, list[float]]]:
    found = {}
    async with product(folder, workers=0) as engine:
        there = 0
        pages: dict[str, Callable[[], Awaitable[None]]] = {
            ROSTER: lambda: _page(engine, ""),
            WORK: lambda: _page(engine, WORKLIST),
            PLAIN: lambda: _plain(engine),
        }
        for count in size.listed_courses:
            await crowd(engine, count - there, there)
            there = count
            await seen(engine, count)
            took: dict[str, list[float]] = {name: [] for name in pages}
            for _ in range(size.tries):
                for name, ask in pages.items():
                    began = time.perf_counter()
                    await ask()
                    took[name].append(time.perf_counter() - began)
            found[count] = took
    return found


async def _page(engine: Product, where: str) -> None:
    rows = await engine.courses.rows(where, MOST)
    await engine.app.store.directory.names_of_courses(tuple(row.course_id for row in rows))


async def _plain(engine: Product) -> None:
    async for _ in engine.app.client.list_workflows(OPEN, limit=MOST, page_size=MOST):
        pass
