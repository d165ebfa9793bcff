"""Twilio's signature: proof that a post came from whoever holds the account's token."""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

Fields = Sequence[tuple[bytes, bytes]]
MOST_FIELDS = 200


class BadFormError(Exception):
    """The body is no form that can be read."""


def fields(body: bytes) -> Fields:
    """The fields of a form, byte for byte, so that no encoding comes between them and their signature."""
    parts = [part for part in body.split(b"&") if part]
    if len(parts) > MOST_FIELDS:
        raise BadFormError
    pairs = (part.replace(b"+", b" ").partition(b"=") for part in parts)
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs]


def signature(token: str, url: str, answer: Fields) -> str:
    """The base64 of HMAC-SHA1 over the URL and the sorted fields; Twilio takes each pair once."""
    content = url.encode() + b"".join(name + value for name, value in sorted(set(answer)))
    return b64encode(hmac.digest(token.encode(), content, "sha1")).decode("ascii")


def is_signed(token: str, url: str, value: Fields, given: str) -> bool:
    """Whether a signature is the right one, found out in the same time whatever it is."""
    return hmac.compare_digest(signature(token, url, value).encode(), given.encode("utf-8", "surrogateescape"))
