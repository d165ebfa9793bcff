"""What happened and was not written down when it did; in closed courses too."""

from datetime import datetime

from course.acts.followup import LateEntry
from course.handlers.adverse_events import escalate_over_order, serious
from course.handlers.change import Change, Refused, shown
from course.handlers.decisions import end_by_death, flagged
from course.model.base import minutes
from course.model.record import CourseRecord
from course.model.terms import Role, Series
from course.model.visit import Dose
from course.rules.dosing import why_over_order


def late_entry(record: CourseRecord, act: LateEntry, now: datetime) -> Change:
    """Write it down with its own time; a dose counts, a death ends everything, a serious event is escalated."""
    if act.effective_at is None:
        raise Refused("a late entry says when it happened: give --at")
    changed, said = record, ""
    warnings: tuple[str, ...] = ()
    if act.mg is not None:
        changed, said, warnings = _late_dose(record, act, now)
    if act.serious:
        changed = serious(changed, "late entry", "serious event, written down late", now)
    if act.died:
        changed = end_by_death(changed, act.effective_at, now)
        said += ", the patient has died"
    when = shown(record, act.effective_at)
    return Change(changed, f"late entry for {when}: {act.text}{said}", "", "", warnings)


def _late_dose(record: CourseRecord, act: LateEntry, now: datetime) -> tuple[CourseRecord, str, tuple[str, ...]]:
    if act.mg is None or act.minutes is None or act.weight_kg is None or act.effective_at is None:
        raise Refused("an infusion written down late says its mg, minutes and weight: --mg, --minutes, --weight-kg")
    if act.actor.role not in {Role.NURSE, Role.PRESCRIBER}:
        raise Refused("an infusion is written down by a nurse or a prescriber")
    if act.second is None or act.second.account_id == act.actor.account_id:
        raise Refused("a dose written down late is substantive: a second person must sign it")
    ended_at = act.effective_at + minutes(act.minutes)
    if ended_at > now:
        raise Refused("that infusion is not over: record it when it is")
    if any(abs(one.at - act.effective_at) < minutes(act.minutes) for one in record.valid_doses):
        raise Refused("a dose at that time is on record: correct it instead, so that it does not count twice")
    number = record.session_count + 1
    dose = Dose(
        session=f"s{number}",
        at=act.effective_at,
        mg=act.mg,
        minutes=act.minutes,
        weight_kg=act.weight_kg,
        series=Series.BOOSTER if record.maintained is not None else Series.INDUCTION,
        series_number=record.series_number,
        by=act.actor.name,
    )
    over = why_over_order(record, act.minutes, act.mg, act.weight_kg)
    changed = record.with_(doses=(*record.doses, dose), session_count=number)
    if over:
        changed = escalate_over_order(changed, dose.session, "; ".join(over), now)
    changed = flagged(changed, lambda one: one.at > dose.at, now)
    text = f", {act.mg} mg over {act.minutes} min as {dose.session}"
    return changed, text, over
