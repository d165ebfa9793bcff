"""The base of everything a course carries from run to run and from release to release."""

from datetime import UTC, datetime, timedelta
from functools import partial
from operator import eq, is_
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema
from typing_extensions import override


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs a UTC offset, for example 2026-11-02T09:00:00Z")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant lies between the years 1 and 9999 of UTC: correct it") from None


Instant = Annotated[datetime, AfterValidator(_aware)]
"""A moment in UTC; naive times are refused."""


def _fields_in(schema: Any) -> dict[str, Any]:
    """The fields in a model's schema, below whatever checks are wrapped around them."""
    fields: dict[str, Any] = schema["fields"] if schema["type"] == "model-fields" else _fields_in(schema["schema"])
    return fields


def _empty_defaults(kind: type[BaseModel]) -> list[tuple[str, Any]]:
    """The fields of a kind of fact that are empty by default, with that default."""
    optional = {name: field for name, field in kind.model_fields.items() if not field.is_required()}
    defaults = {
        name: field.get_default(call_default_factory=True, validated_data={}) for name, field in optional.items()
    }
    return [(name, default) for name, default in defaults.items() if not default]


class Carried(BaseModel):
    """A frozen fact that outlives releases: unknown fields are kept, empty ones are not written.

    Only empty defaults (None, "", (), {}, 0, False) are left out. Any other default is written, so that changing it in
    a later release never changes an old record.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    @classmethod
    @override
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        """How it is read and written; said to pydantic's core, which writes a record four times as fast as a hook."""
        schema = handler(source)
        written = _fields_in(schema)
        for name, default in _empty_defaults(cls):
            written[name]["serialization_exclude_if"] = partial(is_ if default is None else eq, default)
        return schema

    def with_(self, **changes: object) -> Self:
        """The same fact with the named fields changed."""
        return self.model_copy(update=changes)


def days(count: float) -> timedelta:
    """A span of whole or part days."""
    return timedelta(days=count)


def hours(count: float) -> timedelta:
    """A span of whole or part hours."""
    return timedelta(hours=count)


def minutes(count: float) -> timedelta:
    """A span of whole or part minutes."""
    return timedelta(minutes=count)


ROUNDED = minutes(1)
"""Times are said in whole minutes, so that two may differ by so much and be the same."""


def plain(word: str) -> str:
    """A word of the field as people read it."""
    return word.replace("_", " ")
