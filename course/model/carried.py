"""The base of everything a course carries from run to run and from release to release."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs a UTC offset, for example 2026-11-02T09:00:00Z")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant lies between the years 1 and 9999 of UTC: correct it") from None


Instant = Annotated[datetime, AfterValidator(_aware)]
"""A moment in UTC; naive times are refused."""


class Carried(BaseModel):
    """A frozen fact that outlives releases: unknown fields are kept, empty ones are not written.

    Only what is empty by default (None, "", (), {}, 0, False) is left out, so a default that says something stays
    with the record that was written under it, whatever a later release makes of it.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    @model_serializer(mode="wrap")
    def _without_empty(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        for name, default in _empty_defaults(type(self)):
            if not written.get(name, True) and getattr(self, name) == default:
                del written[name]
        return written

    def with_(self, **changes: object) -> Self:
        """The same fact with the named fields changed."""
        return self.model_copy(update=changes)


@cache
def _empty_defaults(kind: type[BaseModel]) -> tuple[tuple[str, Any], ...]:
    """The fields of a kind of fact that are empty by default, with that default."""
    optional = {name: field for name, field in kind.model_fields.items() if not field.is_required()}
    defaults = {
        name: field.get_default(call_default_factory=True, validated_data={}) for name, field in optional.items()
    }
    return tuple((name, default) for name, default in defaults.items() if not default)


def days(count: float) -> timedelta:
    """A span of whole or part days."""
    return timedelta(days=count)


def hours(count: float) -> timedelta:
    """A span of whole or part hours."""
    return timedelta(hours=count)


def minutes(count: float) -> timedelta:
    """A span of whole or part minutes."""
    return timedelta(minutes=count)
