"""What a course carries from page to page as the years pass, and whether its pages grow dearer."""

import asyncio
import time
from collections.abc import Sequence
from statistics import median

from temporalio.client import WorkflowHistory

from adapters.keyring import KeyRing
from adapters.temporal.replaying import Replays
from benchmarks.found import Answer, Found, Lines
from benchmarks.processes import MeasureError
from benchmarks.size import Size
from benchmarks.work import YEAR_DAYS, histories_of_work

CARRIED_KIB, FLAT = 64, 1.1
DAYS_A_YEAR = 365
PAGES, TRIES = 3, 5
MAINTAINED = 3
"""The pages of infusions and evaluation come before those of boosters, which are alike."""


def measure(size: Size) -> Answer:
    """Look at the pages of a life: what each begins with, and what its replay costs."""
    days = size.years * DAYS_A_YEAR if size.years else YEAR_DAYS
    ring, histories = histories_of_work(days)
    years = f"{size.years} years" if size.years else "one year"
    stored = [_stored(history) / 1024 for history in histories]
    pages = histories[MAINTAINED:-1]
    early, late = asyncio.run(_costs(ring, pages[:PAGES], pages[-PAGES:]))
    dearer = tuple(after / before for before, after in zip(early, late, strict=True))
    events = [len(history.events) for history in pages]
    note = f"{min(events)}-{max(events)} events a page; CPU of replaying the last {PAGES} pages to the first {PAGES}"
    fewer = sum(len(one.events) for one in pages[:PAGES]) / sum(len(one.events) for one in pages[-PAGES:])
    return Answer(
        rows=[
            Found("carried", f"carried state after {years}, as stored", (stored[-1],), "KiB", goal=CARRIED_KIB),
            Found("pages", f"cost of a booster's page after {years} to the first", dearer, goal=FLAT, note=note),
            Found("page events", f"cost of an event after {years} to the first", tuple(one * fewer for one in dearer)),
        ],
        lines=[
            Lines(
                "carried",
                f"What a course carries over {years}",
                "pages",
                "KiB as stored",
                (("carried", tuple((float(page), kib) for page, kib in enumerate(stored))),),
            )
        ],
    )


def _stored(history: WorkflowHistory) -> int:
    """Bytes of what a run begins with, encrypted as the server holds it."""
    return sum(len(one.data) for one in history.events[0].workflow_execution_started_event_attributes.input.payloads)


async def _costs(
    ring: KeyRing, early: Sequence[WorkflowHistory], late: Sequence[WorkflowHistory]
) -> tuple[list[float], list[float]]:
    """CPU seconds of replaying each, in turn."""
    replays = Replays(ring)
    await _cpu(replays, early)
    pairs = [(await _cpu(replays, early), await _cpu(replays, late)) for _ in range(TRIES)]
    return [one for one, _ in pairs], [other for _, other in pairs]


async def _cpu(replays: Replays, histories: Sequence[WorkflowHistory]) -> float:
    took = []
    for history in histories:
        began = time.process_time()
        if not await replays.clean(history):
            raise MeasureError("a history does not replay under the code that wrote it")
        took.append(time.process_time() - began)
    return median(took)
