"""Measures: answers come in, are scored, may escalate; scores and doses are put right."""

from collections.abc import Callable
from datetime import datetime

from course import clearance, holds, judge, safety, stopping
from course.acts import Correct, RecordMeasure, VoidItem
from course.applying.change import Change, Refused, shown
from course.applying.holding import held_now
from course.carried import days
from course.instrument import Instrument, Scored, ScoringError, score, score_total, written
from course.page import open_task
from course.parts import Ask, Evaluation, Score
from course.record import CourseRecord
from course.terms import Phase, Role, TaskKind
from course.visit import Dose


def record_measure(record: CourseRecord, act: RecordMeasure, now: datetime) -> Change:
    """Score an answer, close the request that waited for it, escalate what must be."""
    instrument = _instrument(record, act.instrument)
    if instrument.rater and act.actor.role not in clearance.CLINICAL:
        raise Refused(f"{instrument.id} is rated by a nurse or a prescriber, not by a {act.actor.role}")
    scored = _scored(instrument, act.answers, act.total)
    taken = Score(
        id=f"m{record.score_count + 1}",
        instrument=instrument.id,
        at=act.happened_at,
        total=scored.total,
        band=scored.band,
        timed=act.timed,
        answers=written(instrument, act.answers),
        flags=scored.flags,
        by=act.actor.name,
    )
    triggers = safety.triggers(record, instrument, taken)
    changed = record.with_(scores=(*record.scores, taken), score_count=record.score_count + 1)
    changed = _answered(changed, instrument.id, now)
    if triggers:
        changed = safety.raise_escalation(changed, triggers, now)
    for what in safety.waiting(record, instrument, taken):
        text = f"{what} is unchanged under the safety plan: see the patient first at the next visit"
        due = record.open_sessions[0].start
        changed = open_task(changed, TaskKind.SAFETY_ITEM, now, due, Role.PRESCRIBER, text, taken.id)
    changed, held = _held(changed, instrument, taken, now)
    changed = _relapse_task(record, changed, now)
    changed = _stop_task(record, changed, now)
    flags = (*(f"{flag}: escalated" for flag in scored.flags if triggers), *held)
    return Change(changed, f"{instrument.title}: {scored.total} ({scored.band})", "", str(scored.total), flags)


def _held(
    record: CourseRecord, instrument: Instrument, score: Score, now: datetime
) -> tuple[CourseRecord, tuple[str, ...]]:
    """The record on hold where the protocol says that such a score holds, with a prescriber's task; and what to say."""
    rule = holds.rule_for(record, score)
    if rule is None:
        return record, ()
    said = holds.said(instrument, rule)
    held = held_now(record, rule.cause, now, said)
    held = safety.raise_escalation(held, (holds.trigger(record, instrument, rule, score),), now)
    text = f"{said}: see the patient, the course is held"
    held = open_task(held, TaskKind.ALERT, now, now + days(1), Role.PRESCRIBER, text, instrument.id)
    return held, (f"{said}: the course is held",)


def _answered(record: CourseRecord, instrument: str, now: datetime) -> CourseRecord:
    """The record with its open request closed once all that it asked has come."""
    return record.with_(
        asks=tuple(
            ask.with_(closed_at=now, answered=True)
            if ask.closed_at is None and _all_in(record, ask, instrument)
            else ask
            for ask in record.asks
        )
    )


def _all_in(record: CourseRecord, ask: Ask, instrument: str) -> bool:
    came = {one.instrument for one in record.scores if one.at >= ask.opened_at and not one.voided}
    return instrument in ask.instruments and set(ask.instruments) <= {*came, instrument}


def _relapse_task(before: CourseRecord, changed: CourseRecord, now: datetime) -> CourseRecord:
    if changed.phase is not Phase.MAINTENANCE:
        return changed
    found, known = judge.relapse(changed), judge.relapse(before)
    if found.second_bad_at is None or known.second_bad_at is not None:
        return changed
    text = "the response is lost on two readings: consider an early booster"
    return open_task(changed, TaskKind.EARLY_BOOSTER, now, now + days(2), Role.PRESCRIBER, text)


def _stop_task(before: CourseRecord, changed: CourseRecord, now: datetime) -> CourseRecord:
    found = stopping.read(changed)
    if not found.due or stopping.read(before).due:
        return changed
    text = f"{found.sentence}: review with the patient whether to go on"
    return open_task(changed, TaskKind.STOP_REVIEW, now, now + days(2), Role.PRESCRIBER, text)


def _instrument(record: CourseRecord, name: str) -> Instrument:
    found = record.instruments.get(name)
    if found is None:
        raise Refused(f"this course has no instrument {name}: it uses {', '.join(sorted(record.instruments))}")
    return found


def _scored(instrument: Instrument, answers: tuple[int, ...], total: int | None) -> Scored:
    try:
        if answers:
            return score(instrument, answers, total)
        if total is None:
            raise Refused(f"no answers came: give the {instrument.items} answers, or the total")
        return score_total(instrument, total)
    except ScoringError as wrong:
        raise Refused(str(wrong)) from None


def correct_item(record: CourseRecord, act: Correct, now: datetime) -> Change:
    """Put a score or a dose right; what is computed from it follows, signed evaluations on it are flagged."""
    earlier = next((one for one in record.scores if one.id == act.item), None)
    if earlier is not None:
        return _correct_score(record, act, earlier, now)
    dose = next((one for one in record.doses if one.session == act.item), None)
    if dose is None:
        raise Refused(f"there is no score or dose {act.item}: `show` lists them by id")
    _second(act)
    right = dose.with_(
        mg=act.mg or dose.mg,
        weight_kg=act.weight_kg or dose.weight_kg,
        at=act.started_at or dose.at,
        minutes=dose.minutes if act.minutes is None else act.minutes,
    )
    if right == dose:
        raise Refused("nothing to correct: give mg, weight_kg, started_at or minutes that differ")
    if right.at > now:
        raise Refused("an infusion that was given cannot lie in the future: correct the time")
    changed = record.with_(doses=tuple(right if one is dose else one for one in record.doses))
    check = clearance.dose_check(record, right.minutes, right.mg, right.weight_kg)
    warnings = (check.sentence,) if check.exceeds else ()
    if right.at != dose.at:
        changed = _flagged(changed, lambda one: one.at > min(dose.at, right.at), now)
    text = f"dose of {dose.session} corrected to {_dose(record, right)}"
    return Change(changed, text, _dose(record, dose), _dose(record, right), warnings)


def _dose(record: CourseRecord, dose: Dose) -> str:
    return f"{dose.mg} mg at {dose.weight_kg} kg over {dose.minutes} min from {shown(record, dose.at)}"


def _correct_score(record: CourseRecord, act: Correct, earlier: Score, now: datetime) -> Change:
    instrument = _instrument(record, earlier.instrument)
    scored = _scored(instrument, act.answers, act.total)
    if earlier.flags or scored.flags:
        _second(act)
    right = earlier.with_(
        total=scored.total, band=scored.band, flags=scored.flags, answers=written(instrument, act.answers)
    )
    changed = record.with_(scores=tuple(right if one is earlier else one for one in record.scores))
    triggers = safety.triggers(
        record.with_(scores=tuple(one for one in record.scores if one is not earlier)), instrument, right
    )
    if triggers and not earlier.flags:
        changed = safety.raise_escalation(changed, triggers, now)
    changed, held = _held(changed, instrument, right, now)
    changed = _flag_evaluations(changed, earlier.id, now)
    said = f"{instrument.title} {earlier.id} corrected"
    return Change(changed, said, str(earlier.total), str(right.total), held)


def _second(act: Correct | VoidItem) -> None:
    if act.second is None or act.second.account_id == act.actor.account_id:
        raise Refused("this correction is substantive: a second person must sign it")


def _flag_evaluations(record: CourseRecord, score_id: str, now: datetime) -> CourseRecord:
    return _flagged(record, lambda one: score_id in one.stood_on, now)


def _flagged(record: CourseRecord, stood: Callable[[Evaluation], bool], now: datetime) -> CourseRecord:
    """Signed evaluations whose inputs changed say so, and a prescriber looks at them again."""
    if not any(stood(one) for one in record.evaluations):
        return record
    marked = tuple(one.with_(inputs_changed=True) if stood(one) else one for one in record.evaluations)
    text = "a value that an evaluation stood on was put right: look at the evaluation again"
    changed = record.with_(evaluations=marked)
    return open_task(changed, TaskKind.INPUTS_CHANGED, now, now + days(7), Role.PRESCRIBER, text)


def void_item(record: CourseRecord, act: VoidItem, now: datetime) -> Change:
    """Take a score or dose of another chart out of every computation; it stays visible."""
    _second(act)
    if any(one.id == act.item for one in record.scores):
        scores = tuple(one.with_(voided=True) if one.id == act.item else one for one in record.scores)
        return Change(
            _flag_evaluations(record.with_(scores=scores), act.item, now), f"{act.item} voided", "counted", "void"
        )
    if any(one.session == act.item for one in record.doses):
        doses = tuple(one.with_(voided=True) if one.session == act.item else one for one in record.doses)
        given = min(one.at for one in record.doses if one.session == act.item)
        changed = _flagged(record.with_(doses=doses), lambda one: one.at > given, now)
        return Change(changed, f"dose of {act.item} voided", "counted", "void")
    raise Refused(f"there is no score or dose {act.item}: `show` lists them by id")
