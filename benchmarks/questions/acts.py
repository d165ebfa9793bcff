"""What staff feel: how long an act takes when little happens, and when everybody acts at once."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.engines.engine import Opening, Used, using
from benchmarks.engines.floor import floor
from benchmarks.engines.product import product
from benchmarks.engines.waiting import notes, open_courses, percentile
from benchmarks.found import Answer, Found, number
from benchmarks.pairs import Measure, in_turn, ratios, run, values
from benchmarks.size import Size

AT_ONCE = 50
COURSES_MOST = 50
PRODUCT, FLOOR = "product", "floor"
LIGHT, BUSY = "p50 light", "p99 saturated"


def measure(size: Size) -> Answer:
    """Notes on open courses, one after the other and then from many hands at once."""
    rows = run(in_turn(size.pairs, {FLOOR: _acts(floor, size), PRODUCT: _acts(product, size)}))

    def row(key: str, question: str, what: str, goal: float) -> Found:
        mine, theirs = (median(values(rows, name, _of(what))) * 1000 for name in (PRODUCT, FLOOR))
        note = f"{number(mine)} ms and {number(theirs)} ms"
        return Found(key, question, ratios(rows, PRODUCT, FLOOR, _of(what)), goal=goal, note=note)

    cpu = tuple(used / size.acts * 1000 for used in values(rows, PRODUCT, lambda used: used.both))
    return Answer(
        rows=[
            row("act light", "staff act, round trip at light load, p50 to the floor's", LIGHT, 1.3),
            row("act saturated", f"staff act, {AT_ONCE} at once, p99 to the floor's", BUSY, 2.0),
            Found("act cpu", "CPU of one act, worker and server", cpu, "ms", kept=False),
        ]
    )


def _acts(opening: Opening, size: Size) -> Measure:
    async def once(folder: Path) -> Used:
        async with opening(folder) as engine:
            courses = await open_courses(engine, min(COURSES_MOST, size.acts))
            await notes(engine, courses, len(courses), 1)
            light = await notes(engine, courses, size.acts, 1)
            async with using(engine) as used:
                busy = await notes(engine, courses, size.acts, AT_ONCE)
        used.counts = {LIGHT: percentile(light, 0.5), BUSY: percentile(busy, 0.99)}
        return used

    return once


def _of(what: str) -> Callable[[Used], float]:
    return lambda used: used.counts[what]
