"""Findings: what a clinic file says and cannot mean, as a key path and one sentence; and rules that checks share."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pydantic import BaseModel

from course.library.toml_lines import Path

Finding = tuple[Path, str]

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def rising(
    table: Path, rule: BaseModel, *names: str, low: float | None = None, high: float | None = None
) -> Iterator[Finding]:
    """The named fields lie between `low` and `high` and none below the one before it; absent ones are passed over."""
    floor: Decimal | float | None = low
    called = ""
    for name in names:
        value: Decimal | float | None = getattr(rule, name)
        if value is None:
            continue
        if floor is not None and value < floor:
            yield (*table, name), f'"{name}" is at least {floor}{called}, not {value}'
        elif high is not None and value > high:
            yield (*table, name), f'"{name}" is at most {high}, not {value}'
        floor, called = value, f', which is "{name}"'


def at_least(table: Path, rule: BaseModel, low: int, *names: str) -> Iterator[Finding]:
    """Each of the named fields by itself is at least `low`."""
    for name in names:
        yield from rising(table, rule, name, low=low)


def identified(path: Path, text: str) -> Iterator[Finding]:
    """An id that fits into identifiers elsewhere."""
    if not _ID.fullmatch(text):
        yield (*path, "id"), "an id has 1 to 64 letters, digits, dots, colons, underscores or hyphens"


def spoken(path: Path, rule: BaseModel, *names: str) -> Iterator[Finding]:
    """Texts that people read are not empty."""
    for name in names:
        if not str(getattr(rule, name)).strip():
            yield (*path, name), f'"{name}" may not be empty: write what people should read'


def listed(values: Sequence[object]) -> str:
    """Values in a sentence."""
    return ", ".join(str(value) for value in values)
