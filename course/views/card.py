"""The card of a course, which lists show: an encrypted memo that is written when it changes."""

from datetime import datetime

from course.agenda import booster_booking
from course.agenda.worklist import needs
from course.agenda.worklist_words import WHO, brief
from course.model.base import Carried
from course.model.protocol.instrument import Total
from course.model.record import CourseRecord
from course.model.terms import Phase, Urgency
from course.phases import dosed_in_series
from course.scores import outcome_rule

TODO_MOST = 3


class Card(Carried):
    """The part of a list's row that no search attribute holds; kept as an encrypted memo, so it changes seldom.

    `todo` has only rows whose kind does not say it all; each write of a memo is billed.
    """

    phase: Phase
    where: str
    given: int = 0
    target: int = 0
    scores: tuple[Total, ...] = ()
    reads: str = ""
    short: str = ""
    urgent: bool = False
    todo: tuple[str, ...] = ()


def card(record: CourseRecord, now: datetime) -> Card:
    """The row for lists, with what waits for a person now."""
    reading = outcome_rule.latest(record)
    given = len(
        [dose for dose in record.valid_doses if dose.series_number == record.series_number or dose.series == "booster"]
    )
    return Card(
        phase=record.phase,
        where=_where(record),
        given=given,
        target=record.series_target,
        scores=tuple(score.points for score in record.primary_scores[-12:]),
        reads=reading.sentence if reading is not None else "",
        short=record.protocol.short,
        urgent=_urgent(record),
        todo=tuple([brief(need) for need in needs(record, now) if need.kind not in WHO][:TODO_MOST]),
    )


def _urgent(record: CourseRecord) -> bool:
    """Whether an escalation is open that must be answered at once."""
    escalation = record.open_escalation
    return escalation is not None and any(one.urgency is Urgency.URGENT for one in escalation.triggers)


def _where(record: CourseRecord) -> str:
    if record.held is not None:
        return f"held: {record.held.cause}"
    if record.phase is Phase.INDUCTION:
        return f"induction {dosed_in_series(record)}/{record.series_target}"
    if record.phase is Phase.MAINTENANCE:
        return f"maintenance, {booster_booking.booster_number(record) - 1} boosters"
    return str(record.phase)
