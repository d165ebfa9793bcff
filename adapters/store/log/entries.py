"""What one entry says: canonical JSON, with what the store seals sealed here too."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Self

from sqlalchemy import Column, LargeBinary, Table

from adapters.keyring import KeyRing, UnreadableError
from adapters.store.columns import Sealed
from adapters.tlog.canonical import Json, NotCanonicalError, canonical

HASHED = frozenset({"staff.passphrase_hash"})
"""Text that has no place in a log, and of which its hash proves as much."""

Said = Mapping[str, Json]


class EntryError(Exception):
    """One sentence why a text is no entry."""


@dataclass(frozen=True)
class Entry:
    """One thing that is provable: a row as it became (None where it was removed), or a statement that is no row.

    `sealed` holds the fields of `says` that only the key ring opens.
    """

    kind: str
    subject: str
    recorded_at: datetime
    says: Said | None
    sealed: str = ""

    @property
    def text(self) -> str:
        """The canonical text, whose hash is the leaf."""
        at = instant(self.recorded_at)
        fields = {"kind": self.kind, "recorded_at": at, "says": self.says, "subject": self.subject}
        return canonical({**fields, "sealed": self.sealed} if self.sealed else fields).decode()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The entry in its text; raises EntryError where it is not canonical or says too little or too much."""
        try:
            value = json.loads(text)
            found = cls(**{**value, "recorded_at": datetime.fromisoformat(value["recorded_at"])})
            if found.text != text or not isinstance(value["says"], dict | None):
                raise EntryError("it is not the canonical text of an entry")
        except (ValueError, TypeError, KeyError, AttributeError, NotCanonicalError, RecursionError):
            raise EntryError("it is not the canonical text of an entry") from None
        return found

    def opened(self, ring: KeyRing) -> dict[str, Json] | None:
        """All that it says, unsealed; raises UnknownKeyError or UnreadableError."""
        if self.says is None:
            return None
        if not self.sealed:
            return dict(self.says)
        try:
            opened = json.loads(ring.unseal(base64.b64decode(self.sealed, validate=True), self._purpose))
        except (binascii.Error, ValueError):
            raise UnreadableError("The sealed part of an entry is damaged.") from None
        return {**self.says, **opened}

    def with_sealed(self, secrets: Said, ring: KeyRing) -> "Entry":
        """The entry with more fields, for whoever has the key ring."""
        if not secrets:
            return self
        sealed = base64.b64encode(ring.seal(canonical(secrets), self._purpose)).decode()
        return Entry(self.kind, self.subject, self.recorded_at, self.says, sealed)

    @property
    def _purpose(self) -> str:
        """So that nothing sealed can be moved to another entry."""
        return f"log.{self.kind}.{self.subject}"


def entry_of(table: Table, row: Mapping[str, Any], ring: KeyRing, at: datetime) -> Entry:
    """That a row is as it is now."""
    answer = spoken(table, row)
    secrets = {name: value for name, value in answer.items() if isinstance(table.c[name].type, Sealed)}
    says = {name: value for name, value in answer.items() if name not in secrets}
    return Entry(table.name, subject_of(table, row), at, says).with_sealed(secrets, ring)


def subject_of(table: Table, row: Mapping[str, Any]) -> str:
    """Which row is meant: its key, parts in order."""
    return "/".join(str(_said(column, row[column.name])) for column in table.primary_key)


def spoken(table: Table, row: Mapping[str, Any]) -> dict[str, Json]:
    """A row as an entry puts it: instants in UTC, amounts digit by digit, the hash of what is large or secret."""
    return {column.name: _said(column, row[column.name]) for column in table.c}


def instant(at: datetime) -> str:
    """An instant to the microsecond, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _said(column: Column[Any], value: Any) -> Json:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(column.type, LargeBinary) or f"{column.table.name}.{column.name}" in HASHED:
        return sha256(value.encode() if isinstance(value, str) else bytes(value)).hexdigest()
    return str(value)
