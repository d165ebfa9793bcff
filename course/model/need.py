"""A row of the worklist, and the calls that are made about some of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from course.model.terms import NeedKind, Role


@dataclass(frozen=True)
class Need:
    """What a person must do: it opens at an instant, is due at another, and a role answers for it.

    `short` is the text for lists, where the whole text would change with each answer.
    """

    kind: NeedKind
    subject: str
    opens: datetime
    due: datetime
    role: Role
    text: str
    short: str = ""


CALLED_ABOUT = frozenset({NeedKind.GATES, NeedKind.SCHEDULE, NeedKind.BOOK, NeedKind.LAPSED, NeedKind.MEASURE})
"""What staff call a patient about, and call again about while it waits."""


class CallOutcome(StrEnum):
    """What came of a call to the patient."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    LEFT_WORD = "left_word"
    WRONG_NUMBER = "wrong_number"
