"""The same work on other engines, and what they leave to whoever builds on them."""

from pathlib import Path
from statistics import median

from benchmarks.engines.engine import Used
from benchmarks.engines.floor import floor
from benchmarks.engines.peer import installed, peer
from benchmarks.engines.product import product
from benchmarks.found import Answer, Bars, Found, number
from benchmarks.pairs import Measure, in_turn, ratios, run, values
from benchmarks.processes import MeasureError
from benchmarks.questions.courses import AT_ONCE, FLOOR, PRODUCT, lives
from benchmarks.size import Size
from benchmarks.work import YEAR_DAYS, Work, work_of

GOALS = {"dbos": 1.2}
NAMES = {"dbos": "DBOS", "restate": "Restate", "procrastinate": "Procrastinate"}
LEFT_OUT = {
    "dbos": (
        "**DBOS on PostgreSQL** runs on the clock of the wall: its timers last a millisecond here. It keeps what each "
        "step gave, not a history of events, so there is no archive to replay against new code before a release; "
        "a message is stored before any code of ours sees it, so an act cannot be refused without a trace; "
        "encryption is a serializer to be written."
    ),
    "restate": (
        "**Restate** (one node) runs on the clock of the wall: its timers last a millisecond here. Its journal of an "
        "invocation goes with it, so there is no archive to replay or to prove anything from; a promise takes what "
        "it is given, so an act cannot be refused without a trace; its list is SQL over what is open, without "
        "attributes of ours; its server is under a licence of its own (BUSL)."
    ),
    "procrastinate": (
        "**Procrastinate on PostgreSQL** is a queue of jobs, and its timers are due at once: the course is a row and a "
        "state machine by hand; nothing is replayed and nothing says how a course came to where it is; a job that "
        "is lost between two transactions, as these could be, is found by nobody unless that too is written."
    ),
}


def measure(size: Size) -> Answer:
    """Product, floor and each peer that can be installed, in turn."""
    work = work_of().until(size.days)
    things: dict[str, Measure] = {FLOOR: lives(floor, work, size), PRODUCT: lives(product, work, size)}
    lines = []
    for name, leaves_out in LEFT_OUT.items():
        try:
            things[name] = _lives(name, installed(name), work, size)
            lines.append(leaves_out)
        except MeasureError as error:
            lines.append(f"{name} is left out: {error}.")
    rows = run(in_turn(size.pairs, things))
    a_year = YEAR_DAYS / size.days / size.courses * 1000
    found = []
    for name in [name for name in things if name in LEFT_OUT]:
        speed = number(size.courses / median(values(rows, name, _wall)))
        mine, theirs = (number(median(values(rows, one, _cpu)) * a_year) for one in (PRODUCT, name))
        found += [
            Found(
                f"{name} speed",
                f"courses a second, of {NAMES[name]}'s",
                ratios(rows, name, PRODUCT, _wall),
                goal=GOALS.get(name),
                more_is_better=True,
                note=f"{NAMES[name]} {speed} a second; the leaps of the virtual clock are in the product's time",
            ),
            Found(
                f"floor {name} speed",
                f"the floor's courses a second, of {NAMES[name]}'s",
                ratios(rows, name, FLOOR, _wall),
                kept=False,
                more_is_better=True,
                note="what Temporal itself leaves of it",
            ),
            Found(
                f"{name} cpu",
                f"CPU of a course-year, worker and server or database, to {NAMES[name]}'s",
                ratios(rows, PRODUCT, name, _cpu),
                note=f"{mine} ms and {theirs} ms",
            ),
        ]
    bars = tuple(
        (name, tuple(median(values(rows, name, one)) * a_year for one in (_worker, _server))) for name in things
    )
    parts = ("worker", "server or database")
    return Answer(rows=found, said=lines, bars=[Bars("peers", "CPU of a course-year", "ms", parts, bars)])


def _lives(name: str, python: Path, work: Work, size: Size) -> Measure:
    async def once(folder: Path) -> Used:
        return await peer(name, python, folder, work, courses=size.courses, at_once=AT_ONCE)

    return once


def _wall(used: Used) -> float:
    return used.wall


def _cpu(used: Used) -> float:
    return used.both


def _worker(used: Used) -> float:
    return used.worker


def _server(used: Used) -> float:
    return used.server
