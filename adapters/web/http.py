"""A small strict HTTP/1.1 server for form posts: one request a connection, bounded in size, time and number."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus

import structlog

log = structlog.get_logger(__name__)

HEAD_BYTES = 16_384
BODY_BYTES = 65_536
FORM = "application/x-www-form-urlencoded"
ONCE = frozenset({"host", "content-length", "content-type", "transfer-encoding", "x-twilio-signature"})
"""Headers of which two would mean two things; any other may come from each proxy on the way."""

_REQUEST = re.compile(rb"([A-Z]{1,16}) (/[\x21-\x7e]{0,2000}) HTTP/1\.[01]")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")


@dataclass(frozen=True)
class Post:
    """A form as it was posted; `target` is path and query."""

    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What is answered."""

    status: HTTPStatus
    body: str = field(default="", repr=False)
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Limits:
    """How long one request may take to come and to be answered, and how many may be open at once."""

    read_seconds: float = 10
    answer_seconds: float = 12
    linger_seconds: float = 2
    connections: int = 100


Handler = Callable[[Post], Awaitable[Answer]]


class RefusedRequestError(Exception):
    """The request is answered with an error before anybody hears of it."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class FormServer:
    """Lets posts through to the handler of their path."""

    def __init__(self, handlers: Mapping[str, Handler], limits: Limits | None = None) -> None:
        self.handlers = handlers
        self.limits = limits or Limits()
        self._open = 0
        self._silent: dict[asyncio.StreamWriter, None] = {}

    @asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[int]:
        """Listen, and give the port."""
        server = await asyncio.start_server(self._serve, host, port, limit=HEAD_BYTES)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        self._silent[writer] = None
        try:
            busy = self._open > self.limits.connections and not self._made_room(writer)
            answer = _refused(HTTPStatus.SERVICE_UNAVAILABLE) if busy else await self._answer(reader, writer)
            if answer is not None:
                await self._write(writer, answer)
                await self._linger(reader, writer)
        except (OSError, TimeoutError):
            log.info("a caller went away")
        finally:
            self._open -= 1
            self._silent.pop(writer, None)
            writer.transport.abort()

    def _made_room(self, for_: asyncio.StreamWriter) -> bool:
        """Whether a caller who has asked nothing yet, the longest here, was sent away for a new one."""
        oldest = next((one for one in self._silent if one is not for_), None)
        if oldest is None:
            return False
        del self._silent[oldest]
        oldest.transport.abort()
        log.info("a caller who said nothing made room for another")
        return True

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer | None:
        """What is answered, or None where nothing whole was asked."""
        try:
            async with asyncio.timeout(self.limits.read_seconds):
                post = await self._read(reader)
        except RefusedRequestError as refused:
            return _refused(refused.status)
        except TimeoutError:
            return _refused(HTTPStatus.REQUEST_TIMEOUT)
        except asyncio.IncompleteReadError:
            return None
        self._silent.pop(writer, None)
        path = post.target.partition("?")[0]
        try:
            async with asyncio.timeout(self.limits.answer_seconds):
                answer = await self.handlers[path](post)
        except TimeoutError:
            answer = Answer(HTTPStatus.SERVICE_UNAVAILABLE)
        except Exception:
            log.exception("a post could not be answered", path=path)
            answer = Answer(HTTPStatus.INTERNAL_SERVER_ERROR)
        log.info("post", path=path, status=int(answer.status))
        return answer

    async def _read(self, reader: asyncio.StreamReader) -> Post:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).removesuffix(b"\r\n\r\n").split(b"\r\n")
        except asyncio.LimitOverrunError:
            raise RefusedRequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) from None
        request = _REQUEST.fullmatch(head[0])
        if request is None:
            raise RefusedRequestError(HTTPStatus.BAD_REQUEST)
        target = request[2].decode("ascii")
        if target.partition("?")[0] not in self.handlers:
            raise RefusedRequestError(HTTPStatus.NOT_FOUND)
        if request[1] != b"POST":
            raise RefusedRequestError(HTTPStatus.METHOD_NOT_ALLOWED)
        headers = _headers(head[1:])
        return Post(target, headers, await reader.readexactly(_length(headers)))

    async def _write(self, writer: asyncio.StreamWriter, answer: Answer) -> None:
        body = answer.body.encode()
        allow = "Allow: POST\r\n" if answer.status is HTTPStatus.METHOD_NOT_ALLOWED else ""
        head = (
            f"HTTP/1.1 {answer.status.value} {answer.status.phrase}\r\n"
            f"Content-Type: {answer.content_type}\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"{allow}Cache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode("ascii") + body)
        async with asyncio.timeout(self.limits.read_seconds):
            await writer.drain()

    async def _linger(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Let a caller that still sends read its answer: a connection closed on unread bytes is reset."""
        with suppress(OSError, TimeoutError):
            writer.write_eof()
            async with asyncio.timeout(self.limits.linger_seconds):
                while await reader.read(HEAD_BYTES):
                    pass


def _refused(status: HTTPStatus) -> Answer:
    """An answer to what nobody read; the log says that it was given, and nothing of what was sent."""
    log.warning("a request was refused", status=int(status), why=status.phrase)
    return Answer(status)


def _headers(lines: list[bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        header = _HEADER.fullmatch(line)
        name = header[1].decode("ascii").lower() if header else ""
        if header is None or (name in found and name in ONCE):
            raise RefusedRequestError(HTTPStatus.BAD_REQUEST)
        text = header[2].decode("latin-1")
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def _length(headers: Mapping[str, str]) -> int:
    """How long the body is, if it is a form of a decent size."""
    value = headers.get("content-length", "")
    if "transfer-encoding" in headers or not value:
        raise RefusedRequestError(HTTPStatus.LENGTH_REQUIRED)
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST)
    if int(value) > BODY_BYTES:
        raise RefusedRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise RefusedRequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return int(value)
