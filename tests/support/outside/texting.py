"""A service that speaks Twilio's Messages API over real HTTP, and can be told how to behave."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from enum import Enum, auto
from urllib.parse import parse_qs

import pytest

ACCOUNT = "AC0123456789abcdef0123456789abcdef"
TOKEN = "made-up-token"
NUMBER = "+12125550100"
SID = "SM0123456789abcdef0123456789abcde"


class Manner(Enum):
    """What the service does with the next request, besides answering with `answer`."""

    ANSWERS = auto()
    HANGS_UP_AFTER_READING = auto()
    SILENT_AFTER_READING = auto()
    READS_NOTHING = auto()
    STOPS_IN_ITS_ANSWER = auto()


class TextService:
    """Keeps the forms that it was given and the paths and accounts that they came under."""

    def __init__(self) -> None:
        self.manner = Manner.ANSWERS
        self.answer: tuple[int, object] | None = None
        self.taken: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.accounts: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        try:
            if self.manner is Manner.READS_NOTHING:
                await asyncio.sleep(3)
                return
            await self._read(reader)
            match self.manner:
                case Manner.SILENT_AFTER_READING:
                    await reader.read()
                case Manner.STOPS_IN_ITS_ANSWER:
                    writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{")
                case Manner.ANSWERS:
                    writer.write(self._answered())
        finally:
            if self.manner is Manner.HANGS_UP_AFTER_READING:
                writer.transport.abort()
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        self.paths.append(head[0])
        self.accounts.append(b64decode(headers["authorization"].removeprefix("Basic ")).decode())
        body = await reader.readexactly(int(headers["content-length"]))
        form = parse_qs(body.decode("ascii"), strict_parsing=True)
        self.taken.append({name: values[0] for name, values in form.items()})

    def _answered(self) -> bytes:
        status, said = self.answer or (201, {"sid": f"{SID}{len(self.taken)}", "status": "queued"})
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return f"HTTP/1.1 {status} As told\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
async def text_service() -> AsyncIterator[TextService]:
    """A text message service on a free port."""
    service = TextService()
    listening = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    service.port = listening.sockets[0].getsockname()[1]
    yield service
    listening.close()
