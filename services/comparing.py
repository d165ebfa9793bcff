"""Two protocols side by side: every field in which they differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.clinic.files import Clinic
from course.library.loading import LoadError, decoded, load_protocol
from course.model.protocol.protocol import Protocol
from services.errors import InputError, ServiceError

ABSENT = "-"
"""Stands for a field that one of the two does not have."""


@dataclass(frozen=True)
class Difference:
    """A field by its path, as it stands in the one and in the other."""

    field: str
    one: str
    other: str


def protocol_named(clinic: Clinic, name: str) -> Protocol:
    """A protocol of the clinic by its id, or one in a file; raises ServiceError."""
    if name in clinic.protocols:
        return clinic.protocols[name]
    path = Path(name)
    try:
        return load_protocol(decoded(path.read_bytes(), path.name), path.name, clinic.instruments)
    except LoadError as error:
        raise ServiceError(str(error)) from None
    except (OSError, UnicodeDecodeError):
        known = ", ".join(sorted(clinic.protocols))
        raise InputError(f"{name} is neither a protocol ({known}) nor a file that can be read") from None


def differences(one: Protocol, other: Protocol) -> tuple[Difference, ...]:
    """Every field that differs, in the order of the file; gates go by their id, the checksum is no field."""
    left, right = dict(_flat(one)), dict(_flat(other))
    tables = list(dict.fromkeys(_table(field) for field in (*left, *right)))
    fields = sorted(dict.fromkeys([*left, *right]), key=lambda field: tables.index(_table(field)))
    return tuple(
        Difference(field, left.get(field, ABSENT), right.get(field, ABSENT))
        for field in fields
        if left.get(field) != right.get(field)
    )


def _table(field: str) -> str:
    """The table of a file that a field belongs to."""
    return field.partition(".")[0].partition("[")[0]


def _flat(protocol: Protocol) -> Iterator[tuple[str, str]]:
    return _fields("", protocol.model_dump(mode="json", exclude={"sha256"}))


def _fields(path: str, value: object) -> Iterator[tuple[str, str]]:
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _fields(f"{path}.{name}" if path else name, inner)
        case list() if any(isinstance(inner, Mapping) for inner in value):
            for number, inner in enumerate(value, start=1):
                name = inner.get("id", number) if isinstance(inner, Mapping) else number
                yield from _fields(f"{path}[{name}]", inner)
        case list():
            yield path, ", ".join(str(inner) for inner in value) or "none"
        case _:
            yield path, " ".join(str(value).split())
