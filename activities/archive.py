"""Keeps the histories of closed runs before the server drops them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from temporalio import activity

from course.model.base import Carried
from course.model.messages import ArchiveOrder


class StillOpenError(Exception):
    """The run has not closed yet; it is tried again."""


class Sweep(Carried):
    """How far a sweep has come: the next page, an empty string at either end, and its counts so far."""

    page: str = ""
    looked_at: int = 0
    archived: int = 0
    failed: int = 0


class Unarchived(Carried):
    """One page of closed runs: those that no archive holds, the longest closed first."""

    runs: tuple[ArchiveOrder, ...] = ()
    looked_at: int = 0
    next_page: str = ""


@dataclass(frozen=True)
class ClosedRuns:
    """Some of the closed runs that the server still has, the longest closed first."""

    runs: tuple[ArchiveOrder, ...]
    next_page: str


class Histories(Protocol):
    """Where histories come from."""

    async def closed(self, course_id: str, run_id: str) -> tuple[bytes, datetime]:
        """The whole history of a closed run as JSON, payloads as stored, and when it closed; raises StillOpenError."""
        ...

    async def closed_runs(self, task_queue: str, page: str) -> ClosedRuns:
        """One page of all closed runs of courses; the first page is an empty string."""
        ...


class HistoryArchive(Protocol):
    """Where histories are kept: write-once, the same again is no change."""

    async def put(self, course_id: str, run_id: str, history: bytes, closed_at: datetime) -> object:
        """Keep one."""
        ...

    async def held(self, course_ids: Sequence[str]) -> set[str]:
        """The ids of all runs of these courses that are kept."""
        ...


class Archivist:
    """Copies closed runs from the server to the shelf."""

    def __init__(self, histories: Histories, shelf: HistoryArchive) -> None:
        self._histories = histories
        self._shelf = shelf

    @activity.defn
    async def archive_run(self, order: ArchiveOrder) -> None:
        """Archive one closed run; doing it twice changes nothing."""
        history, closed_at = await self._histories.closed(order.course_id, order.run_id)
        await self._shelf.put(order.course_id, order.run_id, history, closed_at)

    @activity.defn
    async def unarchived_runs(self, sweep: Sweep) -> Unarchived:
        """Which runs of the sweep's next page are not archived."""
        found = await self._histories.closed_runs(activity.info().task_queue, sweep.page)
        held = await self._shelf.held(sorted({run.course_id for run in found.runs}))
        missing = tuple(run for run in found.runs if run.run_id not in held)
        return Unarchived(runs=missing, looked_at=len(found.runs), next_page=found.next_page)
