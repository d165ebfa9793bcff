"""An outside scheduler over real HTTP, which keeps its own chairs and can be told how to behave."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

TOKEN = "made-up-scheduler-token"
FULL = "northside has no chair then; Tuesday at ten is free"


class OutsideScheduler:
    """Keeps what it was asked, and the visits of each course; `places` is how many fit at one instant."""

    def __init__(self) -> None:
        self.places = 100
        self.silent = False
        self.answer: tuple[int, bytes] | None = None
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.visits: dict[str, list[dict[str, str]]] = {}
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/chairs"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            answer = json.loads(await reader.readexactly(int(headers["content-length"])))
            if self.silent:
                await reader.read()
                return
            assert headers["authorization"] == f"Bearer {TOKEN}"
            what = head[0].removeprefix("POST /chairs/").removesuffix(" HTTP/1.1")
            self.asked.append((what, answer))
            status, body = self.answer or self._done(what, answer)
            writer.write(f"HTTP/1.1 {status} As told\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        finally:
            writer.close()

    def _done(self, what: str, fields: dict[str, Any]) -> tuple[int, bytes]:
        course, visits = fields["course"], fields["visits"]
        if what == "settle":
            self.visits[course] = visits
            return 200, b'{"without": []}'
        others = [one["begins"] for who, mine in self.visits.items() if who != course for one in mine]
        if any(others.count(one["begins"]) >= self.places for one in visits):
            return 409, json.dumps({"sentence": FULL}).encode()
        self.visits.setdefault(course, []).extend(visits)
        return 200, b"{}"


@pytest.fixture
async def scheduler() -> AsyncIterator[OutsideScheduler]:
    """A scheduler on a free port."""
    outside = OutsideScheduler()
    listening = await asyncio.start_server(outside.serve, "127.0.0.1", 0)
    outside.port = listening.sockets[0].getsockname()[1]
    yield outside
    listening.close()
