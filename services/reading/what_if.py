"""What-if: acts that are only supposed, applied to a copy of the record."""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import override

from course.actions import Refused, apply
from course.model.messages import Receipt
from course.model.record import CourseRecord
from course.views.forecast import Upcoming, forecast
from services.errors import InputError, ServiceError
from services.session import ActRequest, StaffSession
from services.typed.naming import session_id
from services.typed.times import instant

LOOKS_AHEAD = timedelta(days=42)

Change = tuple[str, Upcoming]
"""`-` and what would not come, or `+` and what would."""

DEFER = re.compile(r"^defer (\S+) to (.+)$")


@dataclass(frozen=True)
class WhatIf:
    """What an act would do: the record after it, how it would be answered, and what else would come and not come."""

    record: CourseRecord
    receipt: Receipt
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Supposing(StaffSession):
    """A session whose acts are only supposed: services work in it as in any other, and nothing is sent."""

    found: list[WhatIf] = field(default_factory=list)

    @classmethod
    def instead_of(cls, at: StaffSession) -> "Supposing":
        """Whoever has signed in, supposing."""
        return cls(**{one.name: getattr(at, one.name) for one in fields(at)})

    @override
    async def perform(self, typed: str, request: ActRequest) -> Receipt:
        """Apply the act to a copy of the course; raises ServiceError with the course's own refusal."""
        course_id, act, _ = await self.meant(typed, request)
        record = await self.courses.record(course_id)
        try:
            done = apply(record, act, self.now)
        except Refused as refused:
            raise ServiceError(f"refused: {refused}") from None
        until = self.now + LOOKS_AHEAD
        before, after = forecast(record, self.now, until), forecast(done.record, self.now, until)
        self.found.append(WhatIf(done.record, done.receipt, changes(before, after)))
        return done.receipt


def changes(before: Iterable[Upcoming], after: Iterable[Upcoming]) -> tuple[Change, ...]:
    """What would not come any more, and what would come instead, in order."""
    was, will = tuple(before), tuple(after)
    gone = [("-", one) for one in was if one not in will]
    come = [("+", one) for one in will if one not in was]
    return tuple(sorted((*gone, *come), key=lambda pair: (pair[1].at, pair[0])))


def supposed(record: CourseRecord, ifs: Iterable[str], at: StaffSession, now: datetime) -> CourseRecord:
    """The record if these acts were done now; raises ServiceError with the course's own refusal."""
    for said in ifs:
        action, fields = _read(said, record, now)
        act = at.build(ActRequest(action, fields, reason="what if"))
        try:
            record = apply(record, act, now).record
        except Refused as refused:
            raise ServiceError(f"it would be refused: {refused}") from None
    return record


def _read(text: str, record: CourseRecord, now: datetime) -> tuple[str, dict[str, Any]]:
    moved = DEFER.match(text.strip())
    if moved is not None:
        rest = moved[2].endswith(" with the rest")
        to = instant(moved[2].removesuffix(" with the rest"), record.zone, now)
        return "defer", {"session": session_id(moved[1]), "to": to, "scope": "rest" if rest else "only"}
    words = shlex.split(text)
    match words:
        case ["omit", session]:
            return "omit", {"session": session_id(session), "code": "other"}
        case ["no-show", session]:
            return "no_show", {"session": session_id(session)}
        case ["hold", cause]:
            return "hold", {"cause": cause}
        case ["booster", *when] if when:
            return "booster", {"at": instant(" ".join(when), record.zone, now)}
        case ["discharge"]:
            return "discharge", {}
        case _:
            raise InputError(
                '--if understands "defer 4 to TIME [with the rest]", "omit 6", "no-show 2", "hold patient", '
                '"booster TIME" and "discharge"',
            )
