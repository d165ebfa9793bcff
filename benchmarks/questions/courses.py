"""Courses a second with staff that are always ready, and the CPU of a course-year."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.engines.engine import Opening, Used, lived
from benchmarks.engines.floor import floor
from benchmarks.engines.product import product
from benchmarks.found import Answer, Bars, Found, number
from benchmarks.pairs import Measure, in_turn, ratios, run, values
from benchmarks.size import Size
from benchmarks.work import YEAR_DAYS, Work, work_of

AT_ONCE = 6
PRODUCT, FLOOR = "product", "floor"


def measure(size: Size) -> Answer:
    """Take the same courses through the same time on product and floor in turn."""
    work = work_of().until(size.days)
    rows = run(in_turn(size.pairs, {FLOOR: lives(floor, work, size), PRODUCT: lives(product, work, size)}))
    a_year = YEAR_DAYS / size.days / size.courses * 1000

    def ms(name: str, what: Callable[[Used], float]) -> tuple[float, ...]:
        """Milliseconds of CPU a course-year, in each turn."""
        return tuple(one * a_year for one in values(rows, name, what))

    def both(what: Callable[[Used], float]) -> str:
        return f"{number(median(ms(PRODUCT, what)))} ms and {number(median(ms(FLOOR, what)))} ms"

    asked = f"{len(work.wakes)} timers, {work.messages} messages, {len(work.acts)} acts"
    speed = size.courses / median(values(rows, PRODUCT, _wall))
    edge = f"staff's end (signing, store, client) takes {number(median(ms(PRODUCT, lambda used: used.driver)))} ms more"
    bars = tuple((name, (median(ms(name, _worker)), median(ms(name, _server)))) for name in (FLOOR, PRODUCT))
    return Answer(
        rows=[
            Found(
                "courses a second",
                "courses a second, staff always ready, of the floor's",
                ratios(rows, FLOOR, PRODUCT, _wall),
                goal=0.80,
                more_is_better=True,
                note=f"{number(speed)} a second, {size.courses} of {size.days} days at once, each {asked}",
            ),
            Found(
                "worker cpu",
                "CPU of a course-year, worker, to the floor's",
                ratios(rows, PRODUCT, FLOOR, _worker),
                goal=1.6,
                note=both(_worker),
            ),
            Found(
                "server cpu",
                "CPU of a course-year, server, to the floor's",
                ratios(rows, PRODUCT, FLOOR, _server),
                goal=1.2,
                note=both(_server),
            ),
            Found("worker ms", "CPU of a course-year, worker", ms(PRODUCT, _worker), "ms", kept=False, note=edge),
            Found("server ms", "CPU of a course-year, server", ms(PRODUCT, _server), "ms", kept=False),
        ],
        bars=[Bars("cpu", "CPU of a course-year", "ms", ("worker", "server"), bars)],
    )


def lives(opening: Opening, work: Work, size: Size) -> Measure:
    """Opens an engine and takes so many courses through the work."""

    async def once(folder: Path) -> Used:
        async with opening(folder) as engine:
            return await lived(engine, work, size.courses, AT_ONCE)

    return once


def _wall(used: Used) -> float:
    return used.wall


def _worker(used: Used) -> float:
    return used.worker


def _server(used: Used) -> float:
    return used.server
