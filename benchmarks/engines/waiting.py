"""Courses that are open and wait, on the clock of the wall, and acts on them."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from benchmarks.engines.engine import Engine, all_of
from benchmarks.engines.floor import Floor
from benchmarks.engines.product import Product
from benchmarks.floor.program import QUEUE, FloorCourse, Page, Saying
from course.acts.care import AddNote
from course.model.terms import Role
from play.scenario.acting import CAST
from services.courses import UnknownOutcomeError

WORDS = "Called back: all is well, the appointment stands, questions about the drive home were answered."
AHEAD_DAYS = 25
AT_ONCE = 20


async def open_courses(engine: Engine, count: int, first: int = 0) -> list[str]:
    """Open so many courses, and wait until each has answered, so that all wait for what is due next."""
    turns = asyncio.Semaphore(AT_ONCE)
    found: list[str] = []

    async def one(number: int) -> None:
        async with turns:
            course = await _opened(engine, number)
            await note(engine, course)
            found.append(course)

    await all_of([one(first + number) for number in range(count)])
    return found


async def _opened(engine: Engine, number: int) -> str:
    now = datetime.now(UTC)
    if isinstance(engine, Product):
        return await engine.enrol(number, now)
    assert isinstance(engine, Floor)
    page = Page(now, now + timedelta(days=AHEAD_DAYS), [(AHEAD_DAYS * 86_400.0 - 1, 1)])
    handle = await engine.client.start_workflow(FloorCourse.run, page, id=f"c-{number}", task_queue=QUEUE)
    return handle.id


async def note(engine: Engine, course: str) -> float:
    """Write a note on a course; the seconds until the answer was there."""
    act = AddNote(actor=CAST[Role.COORDINATOR], made_at=datetime.now(UTC), request_id=uuid4().hex, text=WORDS)
    began = time.perf_counter()
    if isinstance(engine, Product):
        await _surely(engine, course, act)
    else:
        assert isinstance(engine, Floor)
        handle = engine.client.get_workflow_handle_for(FloorCourse.run, course)
        await handle.execute_update(FloorCourse.act, Saying(act.model_dump(mode="json")))
    return time.perf_counter() - began


async def _surely(engine: Product, course: str, act: AddNote) -> None:
    """Act, and ask again under the same request id as long as nobody answers."""
    while True:
        try:
            await engine.courses.act(course, act)
        except UnknownOutcomeError:
            continue
        return


async def notes_on(engine: Engine, course: str) -> int:
    """How many notes a course has."""
    if isinstance(engine, Product):
        record = await engine.courses.record(course)
        return sum(entry.action == "note" for entry in record.entries)
    assert isinstance(engine, Floor)
    return await engine.client.get_workflow_handle_for(FloorCourse.run, course).query(FloorCourse.acts)


async def notes(engine: Engine, courses: Sequence[str], count: int, at_once: int) -> list[float]:
    """Write so many notes, so many at a time, each time on the next course; the seconds of each, shortest first."""
    ahead = iter([courses[number % len(courses)] for number in range(count)])
    taken: list[float] = []

    async def one() -> None:
        taken.extend([await note(engine, course) for course in ahead])

    await all_of([one() for _ in range(at_once)])
    return sorted(taken)


def percentile(taken: Sequence[float], part: float) -> float:
    """Of sorted values, the one below which that part of them lies."""
    return taken[min(len(taken) - 1, int(len(taken) * part))]
