"""Where the CPU of a worker goes, by layer, while courses live: seen from outside by py-spy."""

import asyncio
import signal
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.engines.engine import lived
from benchmarks.engines.peer import installed
from benchmarks.engines.product import product
from benchmarks.found import Answer, Bars
from benchmarks.processes import MeasureError, cpu_by_thread, end, program
from benchmarks.questions.courses import AT_ONCE
from benchmarks.size import Size
from benchmarks.work import YEAR_DAYS, Work, work_of

LOOKS_A_SECOND = 200
CORE, ELSE = "Temporal's core (Rust)", "the rest of Python"
PYTHON = "python"
"""The name of all threads that Python started."""
LAYERS = (
    ("/course/", "course: the rules"),
    ("/workflows/", "workflows: the loop"),
    ("/adapters/temporal/codec", "encryption"),
    ("/adapters/keyring", "encryption"),
    ("/activities/", "activities, adapters"),
    ("/adapters/", "activities, adapters"),
    ("/sqlalchemy/", "the store"),
    ("aiosqlite/", "the store"),
    ("/temporalio/contrib/pydantic", "pydantic, JSON"),
    ("/pydantic/", "pydantic, JSON"),
    ("/json/", "pydantic, JSON"),
    ("/temporalio/", "Temporal's SDK"),
    ("/google/protobuf", "Temporal's SDK"),
    ("/asyncio/", "asyncio"),
)
"""Parts of the path of a file, and the layer that it belongs to; the first that fits."""

SHOWN_FROM = 0.01
"""What is less than this part of the whole is not shown."""


def measure(size: Size) -> Answer:
    """Take courses through their work with somebody looking at the worker."""
    work = work_of().until(size.days)
    spy = installed("pyspy").with_name("py-spy")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        spent_ms = asyncio.run(_milliseconds(Path(folder), spy, work, size))
    a_year = YEAR_DAYS / size.days / size.courses
    whole = sum(spent_ms.values())
    shown = [
        (name, spent) for name, spent in sorted(spent_ms.items(), key=lambda one: -one[1]) if spent > whole * SHOWN_FROM
    ]
    told = ", ".join(f"{name} {spent / whole:.0%}" for name, spent in shown)
    rows = tuple((name, (spent * a_year,)) for name, spent in shown)
    return Answer(
        said=[f"Where the CPU of a worker goes (`python -m benchmarks layers`, by py-spy): {told}."],
        bars=[Bars("layers", "CPU of a course-year in the worker, by layer", "ms", ("worker",), rows)],
    )


async def _milliseconds(folder: Path, spy: Path, work: Work, size: Size) -> dict[str, float]:
    """CPU milliseconds by layer: those of Python's threads shared out by who holds the interpreter at each look."""
    out = folder / "looks.txt"
    async with product(folder) as engine:
        worker = engine.workers[0]
        command = [str(spy), "record", "--pid", str(worker), "--rate", str(LOOKS_A_SECOND), "--gil"]
        command += ["--format", "raw", "--full-filenames", "--duration", "unlimited", "--output", str(out)]
        async with program(command, folder / "spy.log", ready="Sampling process") as looking:
            before = cpu_by_thread(worker)
            await lived(engine, work, size.courses, AT_ONCE)
            used = cpu_by_thread(worker)
            await end(looking, signal.SIGINT)
    used.subtract(before)
    if not out.exists():
        raise MeasureError("py-spy may not look at other processes here")
    looks = Counter[str]()
    for line in out.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        looks[_layer(stack)] += int(count)
    a_look = used[PYTHON] / looks.total()
    return {CORE: used.total() - used[PYTHON], **{name: count * a_look for name, count in looks.items()}}


def _layer(stack: str) -> str:
    """The layer of the innermost frame that has one."""
    for frame in reversed(stack.split(";")):
        for part, name in LAYERS:
            if part in frame:
                return name
    return ELSE
