"""Column types: aware instants and exact decimals on every database, and text sealed before it leaves the process."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import DateTime, LargeBinary, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from adapters.keyring import KeyRing

_RINGS: WeakKeyDictionary[Dialect, KeyRing] = WeakKeyDictionary()


def seal_with(dialect: Dialect, ring: KeyRing) -> None:
    """Name the keys for the sealed columns of one database."""
    _RINGS[dialect] = ring


def ring_of(dialect: Dialect) -> KeyRing:
    """The keys that were named for a database."""
    return _RINGS[dialect]


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant, kept and given back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a UTC offset, for example 2026-11-02T09:00:00Z")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[str]):
    """Text that the database holds only as ciphertext, bound to its column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _RINGS[dialect].seal(value.encode(), self.column)

    @override
    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else _RINGS[dialect].unseal(bytes(value), self.column).decode()


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal number, kept digit by digit: SQLite has no such type."""

    impl = String(32)
    cache_ok = True

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value:f}"

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)
