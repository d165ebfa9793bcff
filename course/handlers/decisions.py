"""Decisions: evaluation, interval, ceasing a series, ending and reopening a course."""

from collections.abc import Callable
from datetime import datetime

from course.acts.catalogue import CeaseSeries, ChangeInterval, Discharge, Evaluate, Reopen, Withdraw
from course.handlers.change import Change, Refused, refuse_if, shown
from course.model.base import days
from course.model.journal import open_task
from course.model.parts import Evaluation, MaintenancePlan
from course.model.record import CourseRecord
from course.model.terms import Decision, EndCause, Phase, Role, SessionStatus, SkipCode, TaskKind
from course.rules.dosing import dose_check
from course.rules.induction import why_not_so_many
from course.rules.maintenance import why_no_interval
from course.scores import outcome_rule
from course.scores.booster_visits import boosters

DEATH_REVIEW_DAYS = 7
"""How soon a death is reviewed. [set]"""


def evaluate(record: CourseRecord, act: Evaluate, now: datetime) -> Change:
    """Sign what the evaluation decides; the phase follows from it."""
    if act.decision is Decision.EXTEND and record.phase is not Phase.EVALUATION:
        raise Refused("a series can be extended only at its own evaluation: decide reinduct instead")
    if act.decision in {Decision.EXTEND, Decision.REINDUCT}:
        refuse_if(why_not_so_many(record.protocol, act.decision, act.sessions))
    if record.open_sessions and act.decision is not Decision.MAINTENANCE:
        raise Refused(f"session {record.open_sessions[0].id} is still planned: omit it before this decision")
    reading = outcome_rule.latest(record)
    signed = Evaluation(
        at=now,
        decision=act.decision,
        by=act.actor.name,
        reason=act.reason,
        wish=act.wish,
        outcome=reading.outcome if reading else "",
        stood_on=_stood_on(record),
        boosters_then=len(boosters(record)),
    )
    changed = record.with_(evaluations=(*record.evaluations, signed), decided=act.decision, extend_by=act.sessions)
    if act.decision is Decision.DISCHARGE:
        changed = _ended(changed, EndCause.DISCHARGED, now)
    if act.decision is Decision.MAINTENANCE and (act.interval_days is not None or act.as_needed):
        changed = _with_interval(changed, None if act.as_needed else act.interval_days, now)
    reads = f" ({reading.sentence})" if reading else ""
    wishes = f'; the patient\'s wish: "{act.wish}"' if act.wish else ""
    return Change(changed, f"evaluated: {act.decision}{reads}{wishes}", record.phase, act.decision)


def _stood_on(record: CourseRecord) -> tuple[str, ...]:
    """The ids of the scores that an evaluation reads: the baselines, the last primary ones, the last rating."""
    rated = record.protocol.rated
    names = (record.protocol.outcome.instrument, *((rated.instrument,) if rated is not None else ()))
    found = [one for name in names if (one := outcome_rule.baseline(record, name)) is not None]
    found += [*record.primary_scores[-3:], *(record.scores_of(rated.instrument)[-1:] if rated is not None else ())]
    return tuple(dict.fromkeys(one.id for one in found))


def change_interval(record: CourseRecord, act: ChangeInterval, now: datetime) -> Change:
    """Change the days between boosters, inside the protocol's range."""
    before = record.maintained.interval_days if record.maintained else None
    changed = _with_interval(record, act.interval_days, now)
    return Change(changed, f"boosters {_every(act.interval_days)}", _every(before), _every(act.interval_days))


def _every(interval_days: int | None) -> str:
    return "as needed" if interval_days is None else f"every {interval_days} days"


def _with_interval(record: CourseRecord, interval_days: int | None, now: datetime) -> CourseRecord:
    refuse_if(why_no_interval(record.protocol, interval_days))
    done = len(record.protocol.maintenance.lead_in_days)
    if record.maintained is None:
        return record.with_(maintained=MaintenancePlan(since=now, interval_days=interval_days, lead_in_done=done))
    return record.with_(maintained=record.maintained.with_(interval_days=interval_days, lead_in_done=done))


def cease(record: CourseRecord, act: CeaseSeries, now: datetime) -> Change:
    """End the running series early."""
    changed = _without_visits(record, act.reason, now, SkipCode.SAFETY).with_(ceased=True)
    return Change(changed, "series ceased", record.phase, "ceased")


def discharge(record: CourseRecord, act: Discharge, now: datetime) -> Change:
    """End the course by a prescriber's decision."""
    if act.cause is EndCause.WITHDRAWN:
        raise Refused("a patient's withdrawal is recorded with `withdraw`")
    if (act.cause is EndCause.TRANSFERRED) != bool(act.to):
        raise Refused("a transfer names the clinic that the patient goes to, and nothing else does: --to")
    if act.cause is EndCause.DIED:
        ended = end_by_death(record, act.happened_at, now)
        return Change(ended, "course ended: died, a review is open", record.phase, "closed")
    changed = _ended(_without_visits(record, act.reason, now, SkipCode.OTHER), act.cause, now)
    to = f" to {act.to}. {last_dose(record)}" if act.to else ""
    return Change(changed, f"course ended: {act.cause}{to}", record.phase, "closed")


def last_dose(record: CourseRecord) -> str:
    """What a receiving clinic must know of what was given, and how the scores read."""
    doses = record.valid_doses
    if not doses:
        return "No infusion was given"
    last = doses[-1]
    check = dose_check(record, last.minutes, last.mg, last.weight_kg)
    reading = outcome_rule.latest(record)
    amount = f"{last.mg} mg over {last.minutes} min ({check.per_unit.normalize():f} {record.protocol.dose.basis})"
    reads = f"; {reading.sentence}" if reading else ""
    return f"{len(doses)} infusions given, the last on {shown(record, last.at)}: {amount}{reads}"


def end_by_death(record: CourseRecord, died_at: datetime, now: datetime) -> CourseRecord:
    """Every message stops at once, nothing stays planned, and a review opens; a course that had closed says so too."""
    still = record.with_(messaging=record.messaging.with_(stopped=True))
    ended = _without_visits(still, "the patient has died", now, SkipCode.OTHER).with_(end_cause=EndCause.DIED)
    if not record.closed:
        ended = _ended(ended, EndCause.DIED, now)
    text = f"the patient died on {record.zone.local(died_at):%d %b %Y}: review the course"
    return open_task(ended, TaskKind.DEATH_REVIEW, now, now + days(DEATH_REVIEW_DAYS), Role.PRESCRIBER, text)


def withdraw(record: CourseRecord, act: Withdraw, now: datetime) -> Change:
    """The patient ends the course."""
    changed = _ended(_without_visits(record, act.reason, now, act.code), EndCause.WITHDRAWN, now)
    return Change(changed, f"the patient withdrew ({act.code})", record.phase, "closed")


def _ended(record: CourseRecord, cause: EndCause, now: datetime) -> CourseRecord:
    return record.with_(end_cause=cause, closed_at=now, decided=Decision.DISCHARGE)


def _without_visits(record: CourseRecord, reason: str, now: datetime, code: SkipCode) -> CourseRecord:
    """Nothing stays planned; whoever was told of a visit is told, or called, that it does not take place."""
    return record.with_(
        sessions=tuple(
            one.with_(status=SessionStatus.OMITTED, ended_at=now, code=code, reason=reason) if one.is_open else one
            for one in record.sessions
        )
    )


def reopen(record: CourseRecord, act: Reopen, now: datetime) -> Change:
    """Take a closed course up again inside its amendment period."""
    if record.amend_until is not None and now > record.amend_until:
        raise Refused("the amendment period is over: enrol the patient in a new course")
    died = record.end_cause is EndCause.DIED
    if died and (act.second is None or act.second.account_id == act.actor.account_id):
        raise Refused("this course ended by a death: a second person must sign that it was entered wrongly")
    before = record.end_cause or "closed"
    messaging = record.messaging.with_(stopped=False) if died else record.messaging
    changed = record.with_(end_cause=None, closed_at=None, messaging=messaging)
    return Change(changed, "course reopened", before, "open")


def flagged(record: CourseRecord, stood: Callable[[Evaluation], bool], now: datetime) -> CourseRecord:
    """Signed evaluations whose inputs changed say so, and a prescriber looks at them again."""
    if not any(stood(one) for one in record.evaluations):
        return record
    marked = tuple(one.with_(inputs_changed=True) if stood(one) else one for one in record.evaluations)
    text = "a value that an evaluation stood on was put right: look at the evaluation again"
    changed = record.with_(evaluations=marked)
    return open_task(changed, TaskKind.INPUTS_CHANGED, now, now + days(7), Role.PRESCRIBER, text)
