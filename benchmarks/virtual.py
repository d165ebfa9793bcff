"""The virtual clock of one course: months pass between two acts, each timer at its own instant."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from benchmarks.processes import MeasureError

SKIPS_MOST = 1_000_000
BEHIND = timedelta(seconds=30)
"""A leap ends so far behind its instant, so that what is due then is done before it ends."""


def skipper_of(client: Client) -> TimeSkipper:
    """Workflows started through its client have a clock that moves only when it is told to."""
    config = TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=SKIPS_MOST)
    return TimeSkipper(client, config=config)


class Clock:
    """A clock that is told to leap, and goes on by itself between the leaps."""

    def __init__(self, skipper: TimeSkipper, handle: WorkflowHandle[Any, Any], now: datetime) -> None:
        self._skipper, self._handle = skipper, handle
        self._set(now)

    async def go_to(self, instant: datetime) -> None:
        """Let everything until the instant happen."""
        now = self._instant + timedelta(seconds=monotonic() - self._at)
        target = instant + BEHIND
        if instant <= now:
            return
        if not await self._skipper.fast_forward(self._handle, target - now):
            raise MeasureError(f"{self._handle.id} ended before {instant:%Y-%m-%d}")
        self._set(target)

    def _set(self, instant: datetime) -> None:
        self._instant, self._at = instant, monotonic()


def together(value: list[tuple[datetime, Any, int]]) -> Iterator[tuple[datetime, list[tuple[Any, int]]]]:
    """Acts by the instant at which they are made, in their order."""
    at, found = None, list[tuple[Any, int]]()
    for instant, act, messages in value:
        if at is not None and instant > at + BEHIND:
            yield at, found
            at, found = None, []
        at = at or instant
        found.append((act, messages))
    if at is not None:
        yield at, found
