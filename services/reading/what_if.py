"""What-if: acts that are only supposed, applied to a copy of the record."""

import re
import shlex
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from course.actions import Refused, apply
from course.model.record import CourseRecord
from services.errors import InputError, ServiceError
from services.session import ActRequest, StaffSession
from services.typed.naming import session_id
from services.typed.times import instant

DEFER = re.compile(r"^defer (\S+) to (.+)$")


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
