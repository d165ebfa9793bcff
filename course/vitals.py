"""The series of vital signs of one infusion: where it has gaps."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from course.carried import minutes
from course.protocol import SessionRules
from course.visit import Vitals

LATE_MINUTES = 5
"""So much later than asked a reading is still in time. [set]"""


def gaps(rule: SessionRules, taken: Sequence[Vitals], began: datetime, ended: datetime) -> tuple[str, ...]:
    """Spans of an infusion that are longer than `vitals_minutes` and hold no reading, one sentence for all."""
    found = list(_gaps(rule, sorted(one.at for one in taken), began, ended))
    return (f"no vital signs for {', '.join(found)}: every {rule.vitals_minutes} are asked for",) if found else ()


def _gaps(rule: SessionRules, taken: list[datetime], began: datetime, ended: datetime) -> Iterator[str]:
    most = minutes(rule.vitals_minutes + LATE_MINUTES)
    during = [at for at in taken if began <= at <= ended + most]
    last = max(during, default=began)
    for earlier, later in pairwise([began, *during, *([] if last >= ended else [ended])]):
        if later - earlier > most:
            since, until = (int((at - began).total_seconds() // 60) for at in (earlier, later))
            yield f"minutes {since} to {until}"
