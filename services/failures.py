"""Which kind each failure is of, also those that come from below the services."""

from adapters.clinic.zones import UnknownZoneError
from adapters.identity.refusals import IdentityError
from adapters.keyring import KeyRingError
from adapters.settings import SettingsError
from adapters.store import StoreDownError, StoreError
from adapters.temporal.errors import CourseError, NoServerError
from adapters.temporal.server import ServerError
from course.library.loading import LoadError
from services.errors import Kind, ServiceError

KINDS: dict[type[Exception], Kind] = {
    SettingsError: Kind.INPUT,
    LoadError: Kind.INPUT,
    KeyRingError: Kind.INPUT,
    UnknownZoneError: Kind.INPUT,
    IdentityError: Kind.NOT_ALLOWED,
    ServerError: Kind.UNREACHABLE,
    NoServerError: Kind.UNREACHABLE,
    StoreDownError: Kind.UNREACHABLE,
    StoreError: Kind.REFUSED,
    CourseError: Kind.REFUSED,
}
"""The kind of each failure below the services; the first class that fits counts."""

EXPECTED: tuple[type[Exception], ...] = (ServiceError, *KINDS)
"""Every failure that a person can mend."""


def kind_of(error: Exception) -> Kind:
    """The kind of a failure that a person can mend."""
    if isinstance(error, ServiceError):
        return error.kind
    return next(kind for expected, kind in KINDS.items() if isinstance(error, expected))
