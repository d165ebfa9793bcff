"""Safety escalations: what raises one, who is told next, and when it is over."""

from datetime import datetime, timedelta

from course.carried import minutes
from course.instrument import Instrument, SafetyItem
from course.record import Actor, CourseRecord, Escalation, Score, Trigger
from course.terms import Urgency

ACKNOWLEDGE_MINUTES = 30
"""After so long without an acknowledgement the next on call is told. [set]"""


def triggers(record: CourseRecord, instrument: Instrument, score: Score) -> tuple[Trigger, ...]:
    """What a score asks a person to look at; a trigger names the item, never the answer."""
    return tuple(
        Trigger(
            what=f"{instrument.id} item {item.item}",
            subject=score.id,
            at=score.at,
            urgency=_urgency(record, instrument, item, score),
        )
        for item in instrument.safety_items
        if (answer := answer_to(score, item.item)) is not None and answer >= item.at_least
    )


def _urgency(record: CourseRecord, instrument: Instrument, item: SafetyItem, score: Score) -> Urgency:
    """Urgent [set]: the first positive, any rise, or a grave answer."""
    answer = answer_to(score, item.item) or 0
    earlier = [
        before
        for one in sorted(record.scores, key=lambda one: one.at)
        if one.instrument == instrument.id and not one.voided and one.at <= score.at and one.id != score.id
        if (before := answer_to(one, item.item)) is not None
    ]
    unchanged = bool(earlier) and item.at_least <= answer <= earlier[-1]
    return Urgency.PROMPT if unchanged and answer < item.urgent_at_least else Urgency.URGENT


def answer_to(score: Score, item: int) -> int | None:
    """The answer to one item (1-based), or None where only a total is known."""
    answers = score.answers.split(",") if "," in score.answers else list(score.answers)
    return int(answers[item - 1]) if len(answers) >= item else None


def raise_escalation(record: CourseRecord, found: tuple[Trigger, ...], at: datetime) -> CourseRecord:
    """The record with an escalation: one is open at a time and collects; an urgent trigger starts its clock anew."""
    open_one = record.open_escalation
    if open_one is None:
        number = record.escalation_count + 1
        fresh = Escalation(id=f"e{number}", opened_at=at, clock_from=at, triggers=found)
        return record.with_(escalations=(*record.escalations, fresh), escalation_count=number)
    collected = open_one.with_(triggers=(*open_one.triggers, *found))
    if open_one.acknowledged_at is not None and any(one.urgency is Urgency.URGENT for one in found):
        collected = collected.with_(
            acknowledged_at=None, acknowledged_by="", clock_from=at, steps_before_clock=open_one.steps
        )
    return _with(record, collected)


def step_due(escalation: Escalation) -> datetime:
    """When the next person on call is told: at once, then every thirty minutes until somebody acknowledges."""
    waited: timedelta = minutes(ACKNOWLEDGE_MINUTES * escalation.steps_since_clock)
    return escalation.clock_from + waited


def acknowledge(record: CourseRecord, actor: Actor, at: datetime) -> CourseRecord:
    """The record with an owner for the open escalation."""
    open_one = record.open_escalation
    return record if open_one is None else _with(record, open_one.with_(acknowledged_at=at, acknowledged_by=actor.name))


def resolve(record: CourseRecord, actor: Actor, at: datetime) -> CourseRecord:
    """The record with the open escalation closed by a signed disposition."""
    open_one = record.open_escalation
    if open_one is None:
        return record
    owned = open_one.acknowledged_by or actor.name
    return _with(record, open_one.with_(resolved_at=at, acknowledged_by=owned))


def _with(record: CourseRecord, escalation: Escalation) -> CourseRecord:
    return record.with_(escalations=tuple(escalation if one.id == escalation.id else one for one in record.escalations))
