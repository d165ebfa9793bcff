"""Putting right: scores, doses, adverse events and entries; what is computed from them follows, nothing is erased."""

from datetime import datetime

from course.acts.catalogue import Correct, VoidItem
from course.handlers import score_tasks
from course.handlers.adverse_events import escalate_over_order
from course.handlers.change import Change, Refused, shown
from course.handlers.decisions import flagged
from course.handlers.measures import held_by_score, instrument_of, scored_from
from course.model.parts import Score
from course.model.protocol.instrument import Instrument
from course.model.record import CourseRecord
from course.model.terms import TaskKind
from course.model.visit import Dose
from course.rules import safety
from course.rules.dosing import dose_check
from course.scores.answers import written

ENTRY = "entry"
"""An entry is named by its number: `entry17`, also where it has gone to the archive."""


def correct_item(record: CourseRecord, act: Correct, now: datetime) -> Change:
    """Put a score, a dose or the words of an entry right; the earlier value stays visible."""
    score = next((one for one in record.scores if one.id == act.item), None)
    if score is not None:
        return _correct_score(record, act, score, now)
    dose = next((one for one in record.doses if one.session == act.item), None)
    if dose is not None:
        return _correct_dose(record, act, dose, now)
    return _correct_entry(record, act)


def _correct_score(record: CourseRecord, act: Correct, earlier: Score, now: datetime) -> Change:
    instrument = instrument_of(record, earlier.instrument)
    scored = scored_from(instrument, act.answers, act.total)
    if earlier.flags or scored.flags:
        _second(act)
    right = earlier.with_(
        total=scored.total,
        band=scored.band,
        why=scored.why,
        beside=scored.beside,
        pattern=scored.pattern,
        flags=scored.flags,
        answers=written(instrument, act.answers),
    )
    changed = record.with_(scores=tuple(right if one is earlier else one for one in record.scores))
    others = record.with_(scores=tuple(one for one in record.scores if one is not earlier))
    known = {(one.what, one.urgency) for one in safety.triggers(others, instrument, earlier)}
    triggers = tuple(
        one.with_(at=now)
        for one in safety.triggers(others, instrument, right)
        if (one.what, one.urgency) not in known or _rose(instrument, earlier, right)
    )
    if triggers:
        changed = safety.raise_escalation(changed, triggers, now)
    held: tuple[str, ...] = ()

    def again(current: CourseRecord) -> CourseRecord:
        nonlocal held
        asked = score_tasks.safety_items(others, current, instrument, right, now)
        asked, held = held_by_score(asked, instrument, right, now)
        return asked

    changed, gone = score_tasks.put_right(changed, earlier.id, now, again)
    changed = _flag_evaluations(changed, earlier.id, now)
    text = f"{instrument.title} {earlier.id} corrected"
    return Change(changed, text, earlier.said, right.said, (*held, *gone))


def _rose(instrument: Instrument, earlier: Score, right: Score) -> bool:
    """Whether a safety item is answered worse than it was typed."""
    return any(
        (safety.answer_to(instrument, right, one) or 0) > (safety.answer_to(instrument, earlier, one) or 0)
        for one in instrument.safety_items
    )


def _correct_dose(record: CourseRecord, act: Correct, dose: Dose, now: datetime) -> Change:
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
    check = dose_check(record, right.minutes, right.mg, right.weight_kg)
    if not check.exceeds:
        changed = _within_order(changed, dose.session, now)
    elif not dose_check(record, dose.minutes, dose.mg, dose.weight_kg).exceeds:
        changed = escalate_over_order(changed, dose.session, check.sentence, now)
    if right.at != dose.at:
        changed = flagged(changed, lambda one: one.at > min(dose.at, right.at), now)
    text = f"dose of {dose.session} corrected to {_dose(record, right)}"
    warnings = (check.sentence,) if check.exceeds else ()
    return Change(changed, text, _dose(record, dose), _dose(record, right), warnings)


def _within_order(record: CourseRecord, session: str, now: datetime) -> CourseRecord:
    """The record without an open task about a dose that, put right, was within its order; escalations stay people's."""
    tasks = tuple(
        one.with_(resolved_at=now)
        if one.kind is TaskKind.DOSE_OVER_ORDER and one.session == session and one.resolved_at is None
        else one
        for one in record.tasks
    )
    return record.with_(tasks=tasks)


def _dose(record: CourseRecord, dose: Dose) -> str:
    return f"{dose.mg} mg at {dose.weight_kg} kg over {dose.minutes} min from {shown(record, dose.at)}"


def _correct_entry(record: CourseRecord, act: Correct) -> Change:
    """A clerical correction: the entry stays as it was, and the page says how it should read."""
    number = _entry_number(record, act.item)
    if not act.text:
        raise Refused(f"say how entry {number} should read: --text")
    return Change(record, f"entry {number} put right: {act.text}", f"entry {number}", act.text)


def void_item(record: CourseRecord, act: VoidItem, now: datetime) -> Change:
    """Take what belongs to another chart out of every computation; it stays visible."""
    _second(act)
    if any(one.id == act.item for one in record.scores):
        scores = tuple(one.with_(voided=True) if one.id == act.item else one for one in record.scores)
        changed = _asked_again(record.with_(scores=scores))
        changed, gone = score_tasks.put_right(changed, act.item, now, lambda current: current)
        return Change(_flag_evaluations(changed, act.item, now), f"{act.item} voided", "counted", "void", gone)
    if any(one.session == act.item for one in record.doses):
        doses = tuple(one.with_(voided=True) if one.session == act.item else one for one in record.doses)
        given = min(one.at for one in record.doses if one.session == act.item)
        changed = _within_order(record.with_(doses=doses), act.item, now)
        changed = flagged(changed, lambda one: one.at > given, now)
        return Change(changed, f"dose of {act.item} voided", "counted", "void")
    if any(one.id == act.item for one in record.events):
        events = tuple(one.with_(voided=True) if one.id == act.item else one for one in record.events)
        return Change(record.with_(events=events), f"adverse event {act.item} voided", "counted", "void")
    number = _entry_number(record, act.item)
    return Change(record, f"entry {number} voided: it belongs to another chart", "counted", "void")


def _asked_again(record: CourseRecord) -> CourseRecord:
    """The record whose last request waits again where what answered it is void."""
    if not record.asks or not record.asks[-1].answered:
        return record
    ask = record.asks[-1]
    came = {one.instrument for one in record.scores if one.at >= ask.opened_at and not one.voided}
    if set(ask.instruments) <= came:
        return record
    return record.with_(asks=(*record.asks[:-1], ask.with_(answered=False, closed_at=None)))


def _entry_number(record: CourseRecord, item: str) -> int:
    text = item.removeprefix(ENTRY)
    if text == item or not text.isdecimal():
        raise Refused(f"there is no score, dose or adverse event {item}: `show` lists them by id, or name entry17")
    if not 1 <= int(text) <= record.entry_count:
        raise Refused(f"there is no entry {text}: this course has {record.entry_count}")
    return int(text)


def _second(act: Correct | VoidItem) -> None:
    if act.second is None or act.second.account_id == act.actor.account_id:
        raise Refused("this correction is substantive: a second person must sign it")


def _flag_evaluations(record: CourseRecord, score_id: str, now: datetime) -> CourseRecord:
    return flagged(record, lambda one: score_id in one.stood_on, now)
