"""The one family of errors: what is wrong and what would be right in one sentence, and which kind it is."""

from enum import Enum, auto

from adapters.clinic.zones import UnknownZoneError
from adapters.identity.keyring import KeyRingError
from adapters.identity.sign_in import IdentityError
from adapters.settings import SettingsError
from adapters.store import StoreDownError, StoreError
from adapters.temporal.errors import CourseError, NoServerError
from adapters.temporal.server import ServerError
from course.library.loading import LoadError


class Kind(Enum):
    """Why something was not done: the command line makes it an exit code, a page a status."""

    INPUT = auto()
    NOT_ALLOWED = auto()
    UNREACHABLE = auto()
    REFUSED = auto()


class ServiceError(Exception):
    """Refused: what stands against it, and what to do."""

    kind = Kind.REFUSED


class InputError(ServiceError):
    """What was asked cannot be meant."""

    kind = Kind.INPUT


class NotAllowedError(ServiceError):
    """Whoever asked has not signed in, or may not."""

    kind = Kind.NOT_ALLOWED


class UnreachableError(ServiceError):
    """What it takes is not there: a server, a store."""

    kind = Kind.UNREACHABLE


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
