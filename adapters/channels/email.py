"""E-mail by SMTP, in three steps, because what a failure means depends on the step."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPResponseException

from activities.ports import Letter, NotAcceptedError, RefusedForGoodError, UnknownDeliveryError
from adapters.channels.mime import mime

FOR_GOOD = 500
IMPLICIT_TLS_PORT = 465


@dataclass(frozen=True)
class MailServer:
    """Where and as whom mail is handed over; `starttls` refuses a server without it."""

    host: str
    port: int
    sender: str
    starttls: bool = True
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    prepare_seconds: float = 20
    data_seconds: float = 25
    quit_seconds: float = 2


class Email:
    """Hands letters to one mail server; the two spans together stay below the time that one try has."""

    def __init__(self, server: MailServer) -> None:
        self.server = server

    async def deliver(self, letter: Letter) -> str:
        """The letter's Message-ID, once the server has said that it has it."""
        try:
            message = mime(letter, self.server.sender)
        except ValueError:
            raise RefusedForGoodError("The letter cannot be written as a message: correct its address.") from None
        client = self._client()
        try:
            await self._prepare(client, letter.to)
            await self._hand_over(client, message.as_bytes())
            await self._part(client)
        finally:
            client.close()
        return str(message["Message-ID"])

    async def _prepare(self, client: SMTP, to: str) -> None:
        """Everything before DATA: whatever fails here, nothing went out."""
        try:
            async with asyncio.timeout(self.server.prepare_seconds):
                await client.connect()
                await client.mail(self.server.sender)
                await client.rcpt(to)
        except SMTPRecipientRefused as refused:
            if refused.code >= FOR_GOOD:
                raise RefusedForGoodError(f"The mail server refuses the address ({refused.code}).") from None
            raise NotAcceptedError(f"The mail server does not take the address now ({refused.code}).") from None
        except SMTPResponseException as refused:
            raise NotAcceptedError(f"The mail server refused before the message ({refused.code}).") from None
        except (SMTPException, OSError, TimeoutError, ValueError):
            raise NotAcceptedError("The mail server could not be reached, or not in the way that was asked.") from None

    async def _hand_over(self, client: SMTP, message: bytes) -> None:
        """From DATA on, only the server's answer says what became of the message."""
        try:
            async with asyncio.timeout(self.server.data_seconds):
                await client.data(message)
        except SMTPDataError as refused:
            if refused.code >= FOR_GOOD:
                raise RefusedForGoodError(f"The mail server refuses the message ({refused.code}).") from None
            raise NotAcceptedError(f"The mail server does not take the message now ({refused.code}).") from None
        except (SMTPException, OSError, TimeoutError):
            raise UnknownDeliveryError("The mail server went away after the message was handed over.") from None

    async def _part(self, client: SMTP) -> None:
        """The message is with the server: how the conversation ends is of no account."""
        with suppress(SMTPException, OSError, TimeoutError):
            async with asyncio.timeout(self.server.quit_seconds):
                await client.quit()

    def _client(self) -> SMTP:
        server = self.server
        implicit = server.port == IMPLICIT_TLS_PORT
        return SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=server.sender.rpartition("@")[2],
            username=server.user,
            password=server.password,
            use_tls=implicit,
            start_tls=None if implicit or not server.starttls else True,
            tls_context=server.tls,
            timeout=server.prepare_seconds,
        )
