"""Measures: answers come in, are scored, and may escalate, hold, or become a prescriber's task."""

from datetime import datetime

from course.acts.catalogue import RecordMeasure
from course.handlers import score_tasks
from course.handlers.change import Change, Refused
from course.handlers.decisions import flagged
from course.handlers.placing_holds import held_now
from course.model.base import days
from course.model.journal import open_task
from course.model.parts import Ask, Score
from course.model.protocol.instrument import Answers, Instrument
from course.model.record import CourseRecord
from course.model.terms import Role, TaskKind
from course.rules import clearance, holds, safety
from course.scores.answers import written
from course.scores.scoring import Scored, ScoringError, score, score_total


def record_measure(record: CourseRecord, act: RecordMeasure, now: datetime) -> Change:
    """Score an answer, close the request that waited for it, escalate what must be."""
    instrument = instrument_of(record, act.instrument)
    if instrument.rater and act.actor.role not in clearance.CLINICAL:
        raise Refused(f"{instrument.id} is rated by a nurse or a prescriber, not by a {act.actor.role}")
    scored = scored_from(instrument, act.answers, act.total)
    taken = Score(
        id=f"m{record.score_count + 1}",
        instrument=instrument.id,
        at=act.happened_at,
        total=scored.total,
        band=scored.band,
        why=scored.why,
        beside=scored.beside,
        pattern=scored.pattern,
        form=form_of(record, instrument, act.happened_at),
        timed=act.timed,
        answers=written(instrument, act.answers),
        flags=scored.flags,
        by=act.actor.name,
    )
    rated = {record.protocol.rated.instrument} if record.protocol.rated is not None else set()
    triggers = safety.triggers(record, instrument, taken)
    changed = record.with_(scores=(*record.scores, taken), score_count=record.score_count + 1)
    changed = _answered(changed, taken, now)
    if triggers:
        changed = safety.raise_escalation(changed, triggers, now)
    changed = score_tasks.safety_items(record, changed, instrument, taken, now)
    changed, held = held_by_score(changed, instrument, taken, now)
    if taken.instrument in {record.protocol.outcome.instrument, *rated}:
        changed = flagged(changed, lambda one: one.at > taken.at, now)
    flags = (*(f"{flag}: escalated" for flag in scored.flags if triggers), *held)
    text = "; ".join(one for one in (f"{instrument.title}: {scored.said}", *scored.also, taken.form) if one)
    return Change(changed, text, "", taken.said, flags)


def form_of(record: CourseRecord, instrument: Instrument, at: datetime) -> str:
    """What an instrument asks about whose first time differs from the later ones; nothing where it does not."""
    if instrument.again is None:
        return ""
    before = any(one.instrument == instrument.id and not one.voided and one.at < at for one in record.scores)
    return f"asked about: {instrument.again.look_back if before else instrument.look_back}"


def held_by_score(
    record: CourseRecord, instrument: Instrument, score: Score, now: datetime
) -> tuple[CourseRecord, tuple[str, ...]]:
    """The record on hold where the protocol says that such a score holds, with a prescriber's task; and what to say."""
    rule = holds.rule_for(record, score)
    if rule is None:
        return record, ()
    value = holds.said(instrument, rule)
    held = held_now(record, rule.cause, now, value)
    held = safety.raise_escalation(held, (holds.trigger(record, instrument, rule, score),), now)
    text = f"{value}: see the patient, the course is held"
    held = open_task(held, TaskKind.ALERT, now, now + days(1), Role.PRESCRIBER, text, instrument.id, (score.id,))
    return held, (f"{value}: the course is held",)


def _answered(record: CourseRecord, taken: Score, now: datetime) -> CourseRecord:
    """The record with its open request closed once all that it asked has come."""
    return record.with_(
        asks=tuple(
            ask.with_(closed_at=now, answered=True) if ask.closed_at is None and _all_in(record, ask, taken) else ask
            for ask in record.asks
        )
    )


def _all_in(record: CourseRecord, ask: Ask, taken: Score) -> bool:
    """Whether an answer completes a request; a paper filled in before the request went out answers none."""
    came = {one.instrument for one in record.scores if _since(record, ask, one) and not one.voided}
    return taken.instrument in ask.instruments and _since(record, ask, taken) and set(ask.instruments) <= came


def _since(record: CourseRecord, ask: Ask, score: Score) -> bool:
    """Whether a paper is from after a request; where its time of day is not known, from that day or later."""
    if score.timed:
        return score.at >= ask.opened_at
    return record.zone.local(score.at).date() >= record.zone.local(ask.opened_at).date()


def instrument_of(record: CourseRecord, name: str) -> Instrument:
    """The instrument of this course by that name; raises Refused."""
    found = record.instruments.get(name)
    if found is None:
        raise Refused(f"this course has no instrument {name}: it uses {', '.join(sorted(record.instruments))}")
    return found


def scored_from(instrument: Instrument, answers: Answers, total: float | None) -> Scored:
    """What the answers, or the total where there are none, come to; raises Refused."""
    try:
        if answers:
            return score(instrument, answers, total)
        if total is None:
            raise Refused(f"no answers came: give the {instrument.items} answers, or the total")
        return score_total(instrument, total)
    except ScoringError as wrong:
        raise Refused(str(wrong)) from None
