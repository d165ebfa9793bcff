"""The base of everything a course carries from run to run and from release to release."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer
from pydantic_core import PydanticUndefined


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        msg = "an instant needs a UTC offset, for example 2026-11-02T09:00:00Z"
        raise ValueError(msg)
    return value.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_aware)]
"""A moment in UTC; naive times are refused."""


class Carried(BaseModel):
    """A frozen fact that outlives releases: unknown fields are kept, defaults are not written."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @model_serializer(mode="wrap")
    def _without_defaults(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        for name, field in type(self).model_fields.items():
            default = field.get_default(call_default_factory=True, validated_data={})
            if default is not PydanticUndefined and name in written and getattr(self, name) == default:
                del written[name]
        return written

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
