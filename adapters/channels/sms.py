"""Text messages over HTTP, to Twilio or a service that speaks its API."""

import asyncio
import json
import re
import socket
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from activities.ports import Letter, NotAcceptedError, RefusedForGoodError, UnknownDeliveryError

NEVER = frozenset({21211, 21214, 21217, 21610, 21612, 21614, 21617})
"""Twilio's codes for a number or a text that will not do later either; 21610 is a number that opted out there."""

LOST_BEHIND = frozenset({502, 504})
"""A gateway answers so when it does not know what became of a request that it passed on."""

OK, MULTIPLE_CHOICES, BAD_REQUEST, SERVER_ERROR = 200, 300, 400, 500
ANSWER_BYTES = 65_536
_SID = re.compile(r"[A-Za-z0-9]{2,40}")


@dataclass(frozen=True)
class SmsService:
    """Where and as whom text messages are handed over; receipts are posted to `status_url`."""

    url: str
    account: str
    token: str = field(repr=False)
    sender: str
    status_url: str = ""
    connect_seconds: float = 10
    answer_seconds: float = 30


class Sms:
    """Hands letters to one service; the two spans together stay below the time that one try has."""

    def __init__(self, service: SmsService) -> None:
        self.service = service

    async def deliver(self, letter: Letter) -> str:
        """The service's own id of the message, once it has said that it has it."""
        connection = self._connection()
        try:
            await self._connect(connection)
            status, answer = await self._hand_over(connection, letter)
        finally:
            _cut(connection)
        return _sid(status, answer)

    async def _connect(self, connection: HTTPConnection) -> None:
        """Everything before the first byte of the request: whatever fails here, nothing went out."""
        try:
            async with asyncio.timeout(self.service.connect_seconds):
                await asyncio.to_thread(connection.connect)
        except (OSError, TimeoutError, HTTPException, ValueError):
            raise NotAcceptedError("The text message service could not be reached.") from None

    async def _hand_over(self, connection: HTTPConnection, letter: Letter) -> tuple[int, bytes]:
        """From the first byte on, only the service's answer says what became of the message."""
        if connection.sock is not None:
            connection.sock.settimeout(self.service.answer_seconds)
        try:
            async with asyncio.timeout(self.service.answer_seconds):
                return await asyncio.to_thread(self._post, connection, self._form(letter))
        except (OSError, TimeoutError, HTTPException, ValueError):
            raise UnknownDeliveryError("The text message service went away after the message was sent.") from None

    def _post(self, connection: HTTPConnection, form: bytes) -> tuple[int, bytes]:
        service = self.service
        path = urlsplit(service.url).path.rstrip("/")
        proof = b64encode(f"{service.account}:{service.token}".encode()).decode("ascii")
        headers = {
            "Authorization": f"Basic {proof}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Connection": "close",
        }
        account = quote(service.account, safe="")
        connection.request("POST", f"{path}/2010-04-01/Accounts/{account}/Messages.json", form, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(ANSWER_BYTES)

    def _form(self, letter: Letter) -> bytes:
        service = self.service
        sender = "MessagingServiceSid" if service.sender.startswith("MG") else "From"
        fields = {"To": letter.to, sender: service.sender, "Body": letter.body.strip()}
        if service.status_url:
            fields["StatusCallback"] = service.status_url
        return urlencode(fields).encode("ascii")

    def _connection(self) -> HTTPConnection:
        parts = urlsplit(self.service.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        return kind(parts.hostname or "", parts.port, timeout=self.service.connect_seconds)


def _sid(status: int, answer: bytes) -> str:
    """The id in an answer that accepts; what else an answer may mean is raised."""
    value = _read(answer)
    if OK <= status < MULTIPLE_CHOICES:
        sid = value.get("sid")
        if isinstance(sid, str) and _SID.fullmatch(sid):
            return sid
        raise UnknownDeliveryError(f"The text message service said yes ({status}) and named no message.")
    if status in LOST_BEHIND:
        raise UnknownDeliveryError(f"A gateway lost the text message service behind it ({status}).")
    code = value.get("code")
    if BAD_REQUEST <= status < SERVER_ERROR and code in NEVER:
        raise RefusedForGoodError(f"The text message service refuses the number or the text ({code}).")
    shown = f"{status}, {code}" if isinstance(code, int) else str(status)
    raise NotAcceptedError(f"The text message service does not take the message now ({shown}).")


def _read(answer: bytes) -> dict[str, Any]:
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _cut(connection: HTTPConnection) -> None:
    """End the connection, and with it a thread that still waits on it."""
    sock = connection.sock
    with suppress(OSError, AttributeError):
        sock.shutdown(socket.SHUT_RDWR)
    connection.close()
