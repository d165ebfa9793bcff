"""One table of who may do what, when; and the one door through which an act enters a record."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from course.acts.base import BaseAct
from course.acts.catalogue import digest
from course.handlers import (
    adverse_events,
    care,
    correcting,
    decisions,
    followup,
    intake,
    late,
    leaving,
    measures,
    ordering,
    planning,
    room,
)
from course.handlers.change import Change, Refused, refuse_if, session_of
from course.handlers.recomputed import recomputed
from course.model.base import days, minutes, plain
from course.model.journal import APPLIED_DAYS, open_task, prune, write
from course.model.messages import Receipt
from course.model.parts import Applied
from course.model.record import CourseRecord
from course.model.terms import Action, Phase, Role, SessionStatus, TaskKind
from course.phases import moved_on
from course.rules.plausibility import doubts

__all__ = ["PERMISSIONS", "ActResult", "Permission", "Refused", "apply", "may"]

FRONT = frozenset({Role.COORDINATOR, Role.NURSE, Role.PRESCRIBER})
CLINICAL = frozenset({Role.NURSE, Role.PRESCRIBER})
SIGNER = frozenset({Role.PRESCRIBER})
WITH_PATIENT = FRONT | {Role.PATIENT}

RUNNING = frozenset(set(Phase) - {Phase.CLOSED})
EVER = frozenset(Phase)
TREATING = frozenset({Phase.INDUCTION, Phase.EVALUATION, Phase.MAINTENANCE})
DOSED = frozenset({SessionStatus.GIVEN, SessionStatus.ABORTED})
AHEAD = frozenset({SessionStatus.PLANNED, SessionStatus.CONFIRMED})
STILL_OPEN = AHEAD | {SessionStatus.ARRIVED}

CLOCK_SKEW_MINUTES = 5
ANSWER_MOST = 400
OLDEST_DAYS = 400


@dataclass(frozen=True)
class Permission:
    """Roles that may act, in which phases and session statuses, whether held matters, and whether a reason is owed."""

    roles: frozenset[Role]
    phases: frozenset[Phase]
    handler: Callable[[CourseRecord, Any, datetime], Change]
    statuses: frozenset[SessionStatus] | None = None
    held: bool | None = None
    reason: bool = False


PERMISSIONS: dict[Action, Permission] = {
    Action.GATE: Permission(WITH_PATIENT, RUNNING, intake.answer_gate),
    Action.CLEAR: Permission(SIGNER, frozenset({Phase.INTAKE}), intake.sign_clearance, held=False),
    Action.ORDER: Permission(SIGNER, RUNNING, ordering.amend_order, reason=True),
    Action.SCHEDULE: Permission(FRONT, frozenset({Phase.INDUCTION}), planning.schedule_series, held=False),
    Action.CONFIRM: Permission(WITH_PATIENT, TREATING, planning.confirm_visit, frozenset({SessionStatus.PLANNED})),
    Action.DEFER: Permission(FRONT, TREATING, planning.defer_visit, AHEAD, reason=True),
    Action.OMIT: Permission(FRONT, TREATING, planning.omit_visit, STILL_OPEN, reason=True),
    Action.NO_SHOW: Permission(FRONT, TREATING, room.no_show, AHEAD),
    Action.CHECK_IN: Permission(CLINICAL, TREATING, room.check_in, STILL_OPEN, held=False),
    Action.NOT_GIVEN: Permission(CLINICAL, TREATING, room.not_given, STILL_OPEN, reason=True),
    Action.SESSION: Permission(CLINICAL, TREATING, room.give_session, STILL_OPEN),
    Action.ABORT: Permission(CLINICAL, TREATING, room.abort_session, STILL_OPEN, reason=True),
    Action.LEAVE: Permission(CLINICAL, EVER, leaving.let_go, DOSED),
    Action.EVENT: Permission(FRONT, EVER, adverse_events.report_event),
    Action.CEASE: Permission(SIGNER, frozenset({Phase.INDUCTION}), decisions.cease, reason=True),
    Action.MEASURE: Permission(WITH_PATIENT, EVER, measures.record_measure),
    Action.EVALUATE: Permission(
        SIGNER, frozenset({Phase.EVALUATION, Phase.MAINTENANCE}), decisions.evaluate, reason=True
    ),
    Action.HOLD: Permission(FRONT, RUNNING, care.place_hold, reason=True),
    Action.REVIEW: Permission(CLINICAL, RUNNING, care.review_hold, held=True, reason=True),
    Action.RELEASE: Permission(CLINICAL, RUNNING, care.release_hold, held=True, reason=True),
    Action.BOOSTER: Permission(FRONT, frozenset({Phase.MAINTENANCE}), planning.book_booster, held=False),
    Action.INTERVAL: Permission(SIGNER, frozenset({Phase.MAINTENANCE}), decisions.change_interval, reason=True),
    Action.CONTACT: Permission(WITH_PATIENT, EVER, care.change_contact),
    Action.ACKNOWLEDGE: Permission(CLINICAL, EVER, care.acknowledge),
    Action.RESOLVE: Permission(FRONT, EVER, care.resolve_item),
    Action.NOTE: Permission(FRONT, EVER, care.add_note),
    Action.CALL: Permission(FRONT, RUNNING, care.record_call),
    Action.TAKE_REPLY: Permission(frozenset({Role.PATIENT}), EVER, care.take_reply),
    Action.REPORT_LOST: Permission(frozenset({Role.COURSE}), EVER, care.report_lost),
    Action.REASSIGN: Permission(CLINICAL | {Role.OPS}, EVER, care.reassign, reason=True),
    Action.SAFETY_PLAN: Permission(CLINICAL, RUNNING, care.sign_safety_plan),
    Action.DISCHARGE: Permission(SIGNER, RUNNING, decisions.discharge, reason=True),
    Action.WITHDRAW: Permission(WITH_PATIENT, RUNNING, decisions.withdraw, reason=True),
    Action.CORRECT: Permission(CLINICAL, EVER, correcting.correct_item, reason=True),
    Action.VOID: Permission(CLINICAL, EVER, correcting.void_item, reason=True),
    Action.REOPEN: Permission(SIGNER, frozenset({Phase.CLOSED}), decisions.reopen, reason=True),
    Action.THERAPY: Permission(FRONT, RUNNING, followup.keep_therapy),
    Action.ATTEND: Permission(FRONT, RUNNING, followup.attend),
    Action.MEDICINE: Permission(CLINICAL, RUNNING, followup.change_medicine),
    Action.REVIEW_MEDICINE: Permission(SIGNER, RUNNING, followup.review_medicine, reason=True),
    Action.CHECK: Permission(CLINICAL, RUNNING, followup.record_check),
    Action.ASK_BOOSTER: Permission(WITH_PATIENT, frozenset({Phase.MAINTENANCE}), followup.ask_booster),
    Action.LATE_ENTRY: Permission(FRONT, EVER, late.late_entry, reason=True),
}
"""Action x phase x session status x held -> roles; everything that may be done stands here."""


@dataclass(frozen=True)
class ActResult:
    """The record after an act, and the receipt for whoever asked."""

    record: CourseRecord
    receipt: Receipt


def apply(record: CourseRecord, act: BaseAct, now: datetime) -> ActResult:
    """Apply one act, or raise Refused with one sentence; the same request twice gets the first answer."""
    earlier = record.applied.get(act.request_id)
    if earlier is not None:
        if earlier.digest != digest(act):
            raise Refused(f"request {act.request_id} was used for another act: send this one under a new id")
        return ActResult(record, Receipt(sentence=earlier.answer, entry=earlier.entry, repeated=True))
    _check_times(record, act, now)
    action = Action(act.action)
    _check_table(record, act, action)
    doubted = "; ".join(doubts(record, act))
    if doubted and not act.sure:
        raise Refused(f"this is far from what is expected: {doubted}; look again, and add --sure if it is so")
    change = _change(record, act, action, now)
    changed, taken_back = recomputed(record, change.record, act, now)
    receipt = Receipt(
        sentence=change.sentence,
        entry=changed.entry_count + 1,
        before=change.before,
        after=change.after,
        warnings=(*change.warnings, *taken_back),
    )
    doubtful = _with_doubt(changed, act, doubted, now)
    written = write(doubtful, act.actor, now, receipt.on_the_page, action=action, reason=act.reason)
    answer = shortened(change.sentence)
    applied = Applied(at=now, digest=digest(act), answer=answer, entry=receipt.entry)
    kept = written.with_(applied={**written.applied, act.request_id: applied})
    return ActResult(prune(moved_on(kept, now), now), receipt)


def _change(record: CourseRecord, act: BaseAct, action: Action, now: datetime) -> Change:
    """What the act changes; one that comes late, as after a reset, stands if it would have stood when it was made."""
    handler = PERMISSIONS[action].handler
    try:
        return handler(record, act, now)
    except Refused:
        if now - act.made_at <= minutes(CLOCK_SKEW_MINUTES):
            raise
        with suppress(Refused):
            return handler(record, act, act.made_at)
        raise


def _with_doubt(record: CourseRecord, act: BaseAct, doubted: str, now: datetime) -> CourseRecord:
    """The record with a prescriber's task about a value that somebody was sure of."""
    if not doubted:
        return record
    text = f"{plain(act.action)} by {act.actor.name}, who was sure: {doubted}"
    return open_task(
        record, TaskKind.ALERT, now, now + days(1), Role.PRESCRIBER, text, f"{act.action} {act.request_id}"
    )


def shortened(answer: str) -> str:
    """What a request that comes again is answered; a long note stands whole in its entry, once."""
    return answer if len(answer) <= ANSWER_MOST else f"{answer[:ANSWER_MOST]} ..."


def may(record: CourseRecord, action: Action, role: Role, status: SessionStatus | None = None) -> bool:
    """Whether a role may do this now, as far as the table says; it drives buttons and lists."""
    return not _why_not(record, action, role, status)


def _why_not(record: CourseRecord, action: Action, role: Role, status: SessionStatus | None) -> str:
    who = PERMISSIONS[action]
    if role not in who.roles:
        article = "an" if role[0] in "aeiou" else "a"
        return f"{article} {role} may not {plain(action)}: it takes {_listed(who.roles)}"
    if record.phase not in who.phases:
        return f"{plain(action)} belongs to {_listed(who.phases)}, this course is in {record.phase}"
    if who.held is False and record.held is not None:
        return f"the course is held ({record.held.cause}): release it before you {plain(action)}"
    if who.held is True and record.held is None:
        return f"the course is not held: there is nothing to {plain(action)}"
    if who.statuses is not None and status is not None and status not in who.statuses:
        return f"the session is {plain(status)}: {plain(action)} needs it to be {_listed(who.statuses)}"
    return ""


def _check_table(record: CourseRecord, act: BaseAct, action: Action) -> None:
    named = getattr(act, "session", None)
    status = None
    if named is not None and record.phase in PERMISSIONS[action].phases and act.actor.role in PERMISSIONS[action].roles:
        status = session_of(record, named).status
    refuse_if(_why_not(record, action, act.actor.role, status))
    if PERMISSIONS[action].reason and not act.reason:
        raise Refused(f"{plain(action)} needs a reason: add --reason")
    if not act.actor.account_id or not act.actor.name.strip():
        raise Refused("an act needs an author: sign in first")


def _check_times(record: CourseRecord, act: BaseAct, now: datetime) -> None:
    if act.made_at > now + minutes(CLOCK_SKEW_MINUTES):
        raise Refused("this act was written in the future: set the clock of the machine that sent it")
    if act.made_at < now - days(APPLIED_DAYS):
        raise Refused(f"this request is older than {APPLIED_DAYS} days: make it again")
    if act.effective_at is not None and act.effective_at > now + minutes(CLOCK_SKEW_MINUTES):
        raise Refused("what has been done cannot lie in the future: correct the time of the act")
    if act.effective_at is not None and act.effective_at < record.opened_at - days(OLDEST_DAYS):
        raise Refused(f"that is more than {OLDEST_DAYS} days before the course began: correct the time of the act")


def _listed(words: frozenset[Any]) -> str:
    return " or ".join(sorted(plain(word) for word in words))
