"""Safety escalations: what raises one, how it collects, and when the next on call is told."""

from collections.abc import Iterator
from datetime import datetime

from course.model.base import days, minutes
from course.model.parts import Actor, Escalation, Score, Trigger
from course.model.protocol.instrument import Instrument, SafetyItem, least_answer
from course.model.record import CourseRecord
from course.model.terms import Urgency
from course.scores.answers import left_blank, written_answer

ACKNOWLEDGE_MINUTES = 30
"""After so long without an acknowledgement the next on call is told. [set]"""

LOOK_AGAIN_MINUTES = 1
"""How soon it is looked again for somebody to tell, where there was nobody. [set]"""

WAITS_DAYS = 7
"""What may wait for the next visit waits no longer than this. [set]"""


def triggers(record: CourseRecord, instrument: Instrument, score: Score) -> tuple[Trigger, ...]:
    """What a score's safety items raise against the last answers before it; a trigger never holds the answer.

    Urgent: the first positive answer, any rise, and from `urgent_at_least` on; a positive one that did not rise is
    prompt. [set] A falling total hides nothing, because only the item counts.
    """
    return tuple(
        trigger
        for safety, trigger in _positive(record, instrument, score)
        if not _may_wait(record, safety, trigger, score.at)
    )


def waiting(record: CourseRecord, instrument: Instrument, score: Score) -> tuple[str, ...]:
    """What of a score's safety items waits for the next visit, by the clinic's leave and under a signed plan."""
    return tuple(
        trigger.what
        for safety, trigger in _positive(record, instrument, score)
        if _may_wait(record, safety, trigger, score.at)
    )


def unknown(instrument: Instrument, score: Score) -> tuple[str, ...]:
    """The safety items that were left blank, or of which a bare total says nothing, and why.

    A rating that comes as a total is its rater's to look at.
    """
    if score.answers:
        blank = (one for one in instrument.safety_items if left_blank(instrument, score.answers, one.item))
        return tuple(f"{instrument.title} item {one.item} was left blank" for one in blank)
    if instrument.rater:
        return ()
    silent = (one for one in instrument.safety_items if answer_to(instrument, score, one) is None)
    return tuple(f"{instrument.title} item {one.item} is not known, only the total is" for one in silent)


def _positive(record: CourseRecord, instrument: Instrument, score: Score) -> Iterator[tuple[SafetyItem, Trigger]]:
    for safety in instrument.safety_items:
        answer = answer_to(instrument, score, safety)
        if answer is None or answer < safety.at_least:
            continue
        before = _answers_before(record, instrument, score, safety)
        first = all(earlier < safety.at_least for earlier in before)
        urgent = first or answer > before[-1] or answer >= safety.urgent_at_least
        urgency = Urgency.URGENT if urgent else Urgency.PROMPT
        what = f"{instrument.title} item {safety.item}"
        yield safety, Trigger(what=what, subject=score.id, at=score.at, urgency=urgency)


def _may_wait(record: CourseRecord, safety: SafetyItem, trigger: Trigger, at: datetime) -> bool:
    plan, ahead = record.safety_plan, record.open_sessions
    if not safety.may_wait or trigger.urgency is Urgency.URGENT or plan is None or not ahead:
        return False
    fresh = bool(record.safety_plan_days) and at - plan.at <= days(record.safety_plan_days)
    today = record.zone.local(at).date() == record.zone.local(ahead[0].start).date()
    return fresh and not today and ahead[0].start - at <= days(WAITS_DAYS)


def raise_escalation(record: CourseRecord, triggers: tuple[Trigger, ...], at: datetime) -> CourseRecord:
    """The record with the triggers in its one open escalation; a new urgent one starts an acknowledged clock again."""
    standing = record.open_escalation
    if standing is None:
        if not triggers:
            return record
        number = record.escalation_count + 1
        opened = Escalation(id=f"e{number}", opened_at=at, clock_from=at, triggers=triggers)
        return record.with_(escalations=(*record.escalations, opened), escalation_count=number)
    new = tuple(one for one in triggers if one not in standing.triggers)
    collected = record.with_escalation(standing.with_(triggers=(*standing.triggers, *new)))
    if standing.acknowledged_at is not None and any(one.urgency is Urgency.URGENT for one in new):
        return tell_again(collected, at)
    return collected


def step_due(escalation: Escalation, steps: int) -> datetime:
    """When somebody is told after `steps` others were told since the clock began."""
    return escalation.clock_from + minutes(ACKNOWLEDGE_MINUTES * steps)


def told_nobody(escalation: Escalation, now: datetime) -> Escalation:
    """The escalation once there was nobody to tell: the step was none, and is taken again."""
    return escalation.with_(steps=escalation.steps - 1, untold_since=escalation.untold_since or now)


def told_at_last(escalation: Escalation, now: datetime) -> Escalation:
    """The escalation once somebody was told after a time with nobody to tell: the next half hour begins now."""
    late = now + minutes(ACKNOWLEDGE_MINUTES) - step_due(escalation, escalation.steps_since_clock)
    return escalation.with_(clock_from=escalation.clock_from + max(late, minutes(0)), untold_since=None)


def stepped(escalation: Escalation, now: datetime) -> Escalation:
    """The escalation after one more was told; the next is never due before its half hour is over."""
    told = escalation.with_(steps=escalation.steps + 1)
    late = now + minutes(ACKNOWLEDGE_MINUTES) - step_due(told, told.steps_since_clock)
    return told.with_(clock_from=told.clock_from + late) if late > minutes(ACKNOWLEDGE_MINUTES) else told


def acknowledge(record: CourseRecord, actor: Actor, at: datetime) -> CourseRecord:
    """The record with an owner for its open escalation."""
    standing = record.open_escalation
    if standing is None:
        return record
    return record.with_escalation(_acknowledged(standing, actor, at))


def tell_again(record: CourseRecord, at: datetime, first: str = "") -> CourseRecord:
    """The record with its open escalation acknowledged by nobody: `first` is told now, then who is on call."""
    standing = record.open_escalation
    if standing is None:
        return record
    nobody = {"acknowledged_at": None, "acknowledged_by": "", "acknowledged_account": ""}
    fresh = standing.with_(**nobody, clock_from=at, steps_before_clock=standing.steps, first=first, untold_since=None)
    return record.with_escalation(fresh)


def hurry(record: CourseRecord, escalation: str, at: datetime) -> CourseRecord:
    """The record whose escalation goes to the next on call now, because whoever was told last was not reached."""
    standing = record.open_escalation
    if standing is None or standing.id != escalation or standing.acknowledged_at is not None:
        return record
    return record.with_escalation(
        standing.with_(clock_from=at - minutes(ACKNOWLEDGE_MINUTES * standing.steps_since_clock))
    )


def resolve(record: CourseRecord, actor: Actor, at: datetime) -> CourseRecord:
    """The record with its open escalation resolved, and owned by whoever resolved it where nobody did before."""
    standing = record.open_escalation
    if standing is None:
        return record
    if standing.acknowledged_at is None:
        standing = _acknowledged(standing, actor, at)
    return record.with_escalation(standing.with_(resolved_at=at))


def _acknowledged(standing: Escalation, actor: Actor, at: datetime) -> Escalation:
    return standing.with_(acknowledged_by=actor.name, acknowledged_account=actor.account_id, acknowledged_at=at)


def _answers_before(record: CourseRecord, instrument: Instrument, score: Score, safety: SafetyItem) -> tuple[int, ...]:
    """The item's answers in the standing scores before this one, soonest first."""
    standing = (one for one in record.scores if one.instrument == score.instrument and not one.voided)
    earlier = sorted((one for one in standing if _order(one) < _order(score)), key=_order)
    answers = (_or_skipped(instrument, one, safety) for one in earlier)
    return tuple(answer for answer in answers if answer is not None)


def _or_skipped(instrument: Instrument, score: Score, safety: SafetyItem) -> int | None:
    """A question that the answer before it skipped was answered no; of a bare total or a blank nothing is known."""
    answer = answer_to(instrument, score, safety)
    if answer is not None or not score.answers or left_blank(instrument, score.answers, safety.item):
        return answer
    return instrument.item_min


def _order(score: Score) -> tuple[datetime, int, str]:
    """Time, then the number in the id."""
    return score.at, len(score.id), score.id


def answer_to(instrument: Instrument, score: Score, safety: SafetyItem) -> int | None:
    """The answer to a safety item; from a bare total, the lowest answer that the total forces for it, or None.

    A PHQ-9 total of 26 cannot come about without item 9. So reads an item left blank beside a total that was entered.
    """
    entered = not score.answers or (instrument.scores_only and left_blank(instrument, score.answers, safety.item))
    if entered and score.total is not None:
        least = least_answer(instrument, safety.item, score.total)
        return least if least > instrument.item_min else None
    return written_answer(instrument, score.answers, safety.item)
