"""Keeps the history of a closed run before the server drops it."""

from datetime import datetime
from typing import Protocol

from temporalio import activity

from course.messages import ArchiveOrder


class StillOpenError(Exception):
    """The run has not closed yet; it is tried again."""


class Histories(Protocol):
    """Where histories come from."""

    async def closed(self, course_id: str, run_id: str) -> tuple[bytes, datetime]:
        """The whole history of a closed run as JSON, payloads as stored, and when it closed; raises StillOpenError."""
        ...


class Shelf(Protocol):
    """Where histories are kept: write-once, the same again is no change."""

    async def put(self, course_id: str, run_id: str, history: bytes, closed_at: datetime) -> object:
        """Keep one."""
        ...


class Archivist:
    """Copies closed runs from the server to the shelf."""

    def __init__(self, histories: Histories, shelf: Shelf) -> None:
        self._histories = histories
        self._shelf = shelf

    @activity.defn
    async def archive_run(self, order: ArchiveOrder) -> None:
        """Archive one closed run; doing it twice changes nothing."""
        history, closed_at = await self._histories.closed(order.course_id, order.run_id)
        await self._shelf.put(order.course_id, order.run_id, history, closed_at)
