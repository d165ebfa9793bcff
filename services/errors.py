"""The one family of errors: what is wrong and what would be right in one sentence, and which kind it is."""

from enum import Enum, auto


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
