"""Two or more things measured in turn, so that what else the machine does meets all of them."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.engines.engine import Used
from benchmarks.processes import tell

Measure = Callable[[Path], Awaitable[Used]]
"""Measures once, in an empty folder."""


async def in_turn(times: int, things: Mapping[str, Measure]) -> list[dict[str, Used]]:
    """Each thing once, and all of that so many times."""
    found = []
    for number in range(times):
        row = {}
        for name, measure in things.items():
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                began = time.perf_counter()
                row[name] = await measure(Path(folder))
                tell(f"  {number + 1}/{times} {name}: {time.perf_counter() - began:.1f} s")
        found.append(row)
    return found


def ratios(rows: Sequence[Mapping[str, Used]], of: str, to: str, what: Callable[[Used], float]) -> tuple[float, ...]:
    """What one thing took over what the other took, in each turn."""
    return tuple(what(row[of]) / max(what(row[to]), 1e-9) for row in rows)


def values(rows: Sequence[Mapping[str, Used]], of: str, what: Callable[[Used], float]) -> tuple[float, ...]:
    """What one thing took, in each turn."""
    return tuple(what(row[of]) for row in rows)


def run(coroutine: Awaitable[list[dict[str, Used]]]) -> list[dict[str, Used]]:
    """Run to the end."""

    async def whole() -> list[dict[str, Used]]:
        return await coroutine

    return asyncio.run(whole())
