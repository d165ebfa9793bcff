"""What a person signs when they act: one canonical text that names the course, the act, its author and the key."""

from collections.abc import Mapping
from typing import Any

from adapters.tlog.canonical import Json, canonical

STATEMENT = "structured-treatments act 1"
"""Says what is signed, and in which form."""

PROOFS = frozenset({"proof", "signature"})
PEOPLE = ("actor", "second")
NOT_SAID = frozenset({"protocol", "instruments", "calendar", "carried", "enrolled_by", "enrolled_at"})


def statement(course_id: str, act: Mapping[str, Any], key_id: str) -> bytes:
    """The text that is signed, from an act as it travels in JSON; raises NotCanonicalError.

    Every member stands in it but the proofs themselves, and those that are null. So whoever has the history has the
    text, without this program's models.
    """
    said = {name: _without_proofs(value) if name in PEOPLE else value for name, value in act.items()}
    return canonical({"statement": STATEMENT, "course": course_id, "key": key_id, "act": _plain(said)})


def enrolment(order: Mapping[str, Any]) -> dict[str, Any]:
    """What whoever enrols signs, from the order that a course starts from: files stand in it by their hashes.

    The clinic's calendar is a file's reading too, and no words of whoever enrols.
    """
    said = {name: value for name, value in order.items() if name not in NOT_SAID and value not in ("", None)}
    files = {"protocol": order.get("protocol"), **(order.get("instruments") or {})}
    hashes = {name: str((file or {}).get("sha256", "")) for name, file in files.items()}
    made = {"actor": order.get("enrolled_by"), "made_at": order.get("enrolled_at")}
    return {"action": "enrol", **said, **made, "files": hashes}


def _without_proofs(person: Any) -> Any:
    if not isinstance(person, Mapping):
        return person
    return {name: value for name, value in person.items() if name not in PROOFS}


def _plain(value: Any) -> Json:
    """JSON without null members; a fraction is written as text, digit by digit."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return repr(value) if isinstance(value, float) else value
