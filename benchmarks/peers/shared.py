"""What every peer's program shares: the work as a list, a message as a file, and staff that are always ready."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

DAY = 86_400.0
PAGE = 30 * DAY
LETTER = "Your next visit is on Monday at nine.\n" * 8

Step = tuple[str, float, int, dict[str, Any]]
"""A timer or an act, its instant in seconds, how many messages it leads to, and the act."""


def steps(file: Path) -> list[Step]:
    """Timers and acts of a course in their order."""
    value = json.loads(file.read_text())
    timers: list[Step] = [("timer", one["at"], one["messages"], {}) for one in value["wakes"]]
    acts: list[Step] = [("act", one["at"], one["messages"], one["act"]) for one in value["acts"]]
    return sorted([*timers, *acts], key=lambda step: step[1])


def pages(ahead: list[Step]) -> Iterator[list[Step]]:
    """The same, thirty days at a time."""
    page: list[Step] = []
    for step in ahead:
        if page and step[1] // PAGE != page[0][1] // PAGE:
            yield page
            page = []
        page.append(step)
    yield page


def write_letter(folder: Path, key: str) -> None:
    """Write the file of one message, once."""
    draft = folder / f".{key}"
    with draft.open("w") as file:
        file.write(LETTER)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / f"{key}.eml")


async def drive(live: Callable[[str], Awaitable[None]], courses: int, at_once: int) -> None:
    """Take so many courses through their work, so many at a time; say how long it took."""
    turns = asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with turns:
            await live(f"c-{number}")

    began = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(courses)))
    print(json.dumps({"wall": time.perf_counter() - began}), flush=True)
