"""Why a course could not be reached or would not, one sentence each."""

from temporalio.service import RPCError, RPCStatusCode


class CourseError(Exception):
    """Why a course could not be reached or would not; one sentence."""


class RefusedError(CourseError):
    """The course said no; the sentence is its own."""


class UnknownOutcomeError(CourseError):
    """Nobody answered in time: the act may be applied yet."""


class EndedError(CourseError):
    """The course has ended for good and takes nothing any more."""


class NoServerError(CourseError):
    """Temporal cannot be reached."""


def unreachable(error: RPCError) -> CourseError:
    """What a failed call says to whoever asked."""
    if error.status is RPCStatusCode.UNAVAILABLE:
        return NoServerError("the Temporal server does not answer: start it with `make up`")
    if error.status in {RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}:
        return NoServerError(
            "no answer in time: the server, or every worker of the course's build, is down: see `starter.py doctor`"
        )
    return CourseError(f"the Temporal server refused this ({error.status.name.lower()}): see `starter.py doctor`")
