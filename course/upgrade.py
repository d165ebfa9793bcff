"""Carried records of earlier releases, brought to today's shape by pure functions."""

from collections.abc import Callable
from typing import Any

Stored = dict[str, Any]

UPGRADES: dict[int, Callable[[Stored], Stored]] = {}
"""From a schema version to the function that brings a stored record to the next one."""


def upgraded(stored: Stored, to: int) -> Stored:
    """A stored record at version `to`; a higher version is refused, because this build would misread it."""
    version = int(stored.get("schema_version", to))
    if version > to:
        raise ValueError(f"this record has schema {version}, this build reads up to {to}: run it under a newer build")
    while version < to:
        stored = UPGRADES[version](stored)
        version += 1
    return {**stored, "schema_version": to}
