"""Chairs that a scheduler outside keeps, asked over HTTP."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from adapters.chairs.slots import SlotError
from course.scheduling.slots import Slot

OK, FULL = 200, 409
ANSWER_BYTES = 65_536
SENTENCE_MOST = 300
AWAY = "the scheduler does not answer, so no chair can be reserved: try again, or ask ops"


@dataclass(frozen=True)
class Scheduler:
    """Where the chairs are kept, and the token that proves who asks."""

    url: str
    token: str = field(repr=False)
    answer_seconds: float = 10


class OutsideSlots:
    """Asks one scheduler; it learns opaque ids and times, and no patient."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler

    async def reserve(self, site: str, slots: Sequence[Slot]) -> None:
        """Take all or none; a refusal in the scheduler's own sentence."""
        await self._ask(
            "reserve", {"site": site, "course": slots[0].course_id, "visits": [_said(one) for one in slots]}
        )

    async def settle(
        self, site: str, course_id: str, slots: Sequence[Slot], *, now: datetime, made_before: datetime
    ) -> tuple[Slot, ...]:
        """Let a course have exactly these; the scheduler names the sessions that find no place."""
        visits = [_said(one) for one in slots]
        times = {"from": now.isoformat(), "reserved_before": made_before.isoformat()}
        answer = await self._ask("settle", {"site": site, "course": course_id, "visits": visits, **times})
        without = answer.get("without")
        return tuple(one for one in slots if isinstance(without, list) and one.session in without)

    async def _ask(self, what: str, fields: dict[str, Any]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self.scheduler.answer_seconds):
                status, body = await asyncio.to_thread(self._post, what, json.dumps(fields).encode())
            answer = json.loads(body or b"{}")
        except (OSError, TimeoutError, HTTPException, ValueError, RecursionError):
            raise SlotError(AWAY) from None
        if status not in {OK, FULL} or not isinstance(answer, dict):
            raise SlotError(f"the scheduler does not take this ({status}), so no chair is reserved: ask ops")
        if status == FULL:
            raise SlotError(_sentence(answer.get("sentence")))
        return answer

    def _post(self, what: str, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(self.scheduler.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self.scheduler.answer_seconds)
        headers = {
            "Authorization": f"Bearer {self.scheduler.token}",
            "Content-Type": "application/json",
            "Connection": "close",
        }
        try:
            connection.request("POST", f"{parts.path.rstrip('/')}/{what}", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(ANSWER_BYTES)
        finally:
            connection.close()


def _said(slot: Slot) -> dict[str, str]:
    return {"session": slot.session, "begins": slot.begins.isoformat(), "ends": slot.ends.isoformat()}


def _sentence(value: object) -> str:
    """The scheduler's sentence on one line, or one for it."""
    words = " ".join(value.split())[:SENTENCE_MOST] if isinstance(value, str) else ""
    return words if words and words.isprintable() else "the scheduler says that this time is full: choose another"
