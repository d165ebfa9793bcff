"""Posts to the webhook as Twilio makes them: a form, signed over the public URL and the sorted fields."""

import asyncio
import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.support.outside.texting import TOKEN

PUBLIC = "https://clinic.example/texts"


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str = field(repr=False)


def signed(path: str, form: Mapping[str, str], token: str = TOKEN) -> str:
    """The signature, computed here from Twilio's description and not by the code under test."""
    content = PUBLIC + path + "".join(name + form[name] for name in sorted(form))
    return b64encode(hmac.new(token.encode(), content.encode(), "sha1").digest()).decode()


async def post(port: int, path: str, form: Mapping[str, str], signature: str | None = None) -> Answered:
    """Post a form; signed rightly unless told otherwise."""
    body = urlencode(form).encode()
    given = signed(path, form) if signature is None else signature
    head = (
        f"POST {path} HTTP/1.1\r\nHost: clinic.example\r\nX-Twilio-Signature: {given}\r\n"
        f"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return await said(port, head.encode() + body)


async def said(port: int, raw: bytes) -> Answered:
    """Send bytes, then read the answer to its end; nothing at all is status 0."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.transport.abort()
    head, _, body = answer.decode().partition("\r\n\r\n")
    lines = head.split("\r\n")
    if not answer:
        return Answered(0, {}, "")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return Answered(int(lines[0].split()[1]), headers, body)
