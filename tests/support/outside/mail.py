"""Mail whose mood can be set: a mailbox that refuses, and a real SMTP server that takes mail, refuses, or hangs up."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import Enum, auto

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from activities.ports import Letter, NotAcceptedError
from adapters.channels.mailbox import Mailbox


class Moody:
    """A mailbox that takes letters, or refuses them before it has them."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.refuses = False
        self.asked = 0

    async def deliver(self, letter: Letter) -> str:
        """Take the letter, or not."""
        self.asked += 1
        if self.refuses:
            raise NotAcceptedError("not today")
        return await self.mailbox.deliver(letter)


class Mood(Enum):
    """What the server does with the next message."""

    TAKES = auto()
    RCPT_LATER = auto()
    RCPT_NEVER = auto()
    DATA_LATER = auto()
    DATA_NEVER = auto()
    HANGS_UP_BEFORE_DATA = auto()
    HANGS_UP_AFTER_DATA = auto()
    SILENT_AFTER_DATA = auto()


class PostOffice:
    """Keeps what it was given; `never` are addresses that it refuses for good."""

    def __init__(self) -> None:
        self.mood = Mood.TAKES
        self.never: set[str] = set()
        self.taken: list[EmailMessage] = []
        self.sessions = 0
        self.port = 0

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer RCPT TO."""
        match self.mood:
            case Mood.RCPT_LATER:
                return "450 try again later"
            case Mood.RCPT_NEVER:
                return "550 no such user here"
            case Mood.HANGS_UP_BEFORE_DATA:
                hang_up(server)
        if address in self.never:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer the end of DATA."""
        match self.mood:
            case Mood.DATA_LATER:
                return "451 try again later"
            case Mood.DATA_NEVER:
                return "554 not this"
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, _class=EmailMessage, policy=default)
        self.taken.append(message)
        match self.mood:
            case Mood.HANGS_UP_AFTER_DATA:
                hang_up(server)
            case Mood.SILENT_AFTER_DATA:
                await asyncio.Event().wait()
        return "250 taken"


def hang_up(server: SMTP) -> None:
    """End the connection without a word."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


@asynccontextmanager
async def listening(office: PostOffice) -> AsyncIterator[None]:
    """A mail server on a free port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(office, hostname="mail.test", loop=loop), "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    yield
    server.close()
    await server.wait_closed()


@pytest.fixture
async def post_office() -> AsyncIterator[PostOffice]:
    """A mail server that takes everything until its mood is set."""
    office = PostOffice()
    async with listening(office):
        yield office


@pytest.fixture
def unused_port() -> int:
    """A port where nobody listens."""
    return free_port()


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
