"""A row of the worklist."""

from dataclasses import dataclass
from datetime import datetime

from course.terms import NeedKind, Role


@dataclass(frozen=True)
class Need:
    """What a person must do: it opens at an instant, is due at another, and a role answers for it."""

    kind: NeedKind
    subject: str
    opens: datetime
    due: datetime
    role: Role
    text: str
