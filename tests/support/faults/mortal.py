"""`python -m tests.support.faults.mortal MOMENT`: the real worker; it kills itself with -9 in a page turn."""

import os
import signal
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from course.model import messages
from worker import main
from workflows import course


class Moment(StrEnum):
    """Where it dies: about to end a run, or at the top of the run that follows, in the first task of it."""

    TURNING = "turning"
    TAKEN_UP = "taken_up"


def dies_in(owner: Any, name: str) -> None:
    """Let the first call of a function be the last of this process."""

    def die(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    deadly: Callable[..., None] = die
    setattr(owner, name, deadly)


if __name__ == "__main__":
    if Moment(sys.argv.pop()) is Moment.TURNING:
        dies_in(messages.CourseOrder, "on_a_new_page")
    else:
        dies_in(course, "carried_on")
    sys.exit(main())
