"""RFC 8785: one text for one JSON value, so that one hash stands for it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""None, booleans, whole numbers, text, and lists and objects of these; amounts are text, so that none is rounded."""

SAFE_INTEGER = 2**53 - 1
"""RFC 7493: a larger number is not the same one to every reader."""


class NotCanonicalError(ValueError):
    """One sentence why a value has no canonical text."""


def canonical(value: Json) -> bytes:
    """The one UTF-8 text of a value; raises NotCanonicalError."""
    try:
        return _text(value).encode()
    except UnicodeEncodeError:
        raise NotCanonicalError("A text holds half a character: give it whole.") from None


def _text(value: Json) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        if abs(value) > SAFE_INTEGER:
            raise NotCanonicalError("A number is beyond 2^53 - 1: write it as text.")
        return str(int(value))
    if isinstance(value, Mapping):
        members = (f"{_text(name)}:{_text(value[name])}" for name in sorted(value, key=_code_units))
        return "{" + ",".join(members) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "[" + ",".join(map(_text, value)) + "]"
    raise NotCanonicalError(f"A {type(value).__name__} has no place in an entry: write it as text.")


def _code_units(name: object) -> bytes:
    """Names are sorted by their UTF-16 code units."""
    if not isinstance(name, str):
        raise NotCanonicalError("The name of a field is a text.")
    return name.encode("utf-16-be")
