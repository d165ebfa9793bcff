"""What a course charted as given, told to the drug ledger; the course is read, never the act believed."""

from collections.abc import Awaitable, Callable

from adapters.store.drugs.chart import ChartLedger
from adapters.store.drugs.chart_rules import Charted
from adapters.temporal.errors import CourseError
from course.acts.base import BaseAct
from course.model.record import CourseRecord
from course.model.terms import Action

CHARTING = frozenset({Action.SESSION, Action.ABORT, Action.LATE_ENTRY, Action.CORRECT, Action.VOID})
"""Acts after which other doses may stand than before."""


def charted(record: CourseRecord, account_id: str) -> tuple[Charted, ...]:
    """The doses that stand on a course, each of them answered for by one account."""
    return tuple(Charted(one.session, record.site, one.mg, one.at, account_id) for one in record.valid_doses)


async def tell_ledger(
    ledger: ChartLedger, read: Callable[[], Awaitable[CourseRecord | None]], act: BaseAct
) -> tuple[str, ...]:
    """Hold a course's chart against the ledger after an act; what differs since, in words.

    Where the course does not answer, the night's proof does it.
    """
    try:
        record = await read()
    except CourseError:
        return ()
    if record is None:
        return ()
    found = await ledger.chart(record.course_id, charted(record, act.actor.account_id), act.made_at)
    return tuple(one.note for one in found if one.found_at >= act.made_at and not one.waits(act.made_at))
