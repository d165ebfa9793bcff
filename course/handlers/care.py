"""Care between visits: holds, contact, escalations, tasks, notes."""

from datetime import datetime

from course.acts.care import (
    Acknowledge,
    AddNote,
    ChangeContact,
    PlaceHold,
    Reassign,
    RecordCall,
    ReleaseHold,
    ReportLost,
    ResolveItem,
    ReviewHold,
    SignSafetyPlan,
    TakeReply,
)
from course.agenda.send_results import undelivered
from course.agenda.worklist import needs
from course.handlers.change import Change, Refused, refuse_if, shown, signature
from course.handlers.placing_holds import held_now
from course.model.base import days, hours, plain
from course.model.calendar import Zone
from course.model.journal import open_task
from course.model.need import CALLED_ABOUT
from course.model.parts import GateState, LastCall
from course.model.record import CourseRecord
from course.model.terms import GateAnswer, GateKind, Role, TaskKind
from course.rules import holds, safety

PRESCRIBER_AFTER_DAYS = 14
CALL_AGAIN_DAYS = 7
CALL_AGAIN_MOST_DAYS = 14
"""When a patient who was called is called again, if nothing else is said, and at the latest. [set]"""

LIST_OF_CALLS = ", ".join(sorted(CALLED_ABOUT))
REPLY_HOURS = 4
"""How soon somebody reads what a patient wrote; the answer to it has named the crisis line. [set]"""


def place_hold(record: CourseRecord, act: PlaceHold, now: datetime) -> Change:
    """Hold the course until it is released; its review is due within seven days."""
    review = act.review_at or now + days(holds.REVIEW_DAYS)
    _review_in_time(review, now)
    if record.held is not None and act.cause not in holds.graver_than(record.held):
        raise Refused(f"the course is held ({record.held.cause}) already: review that hold, or put this into a note")
    changed = held_now(record, act.cause, now, act.reason, review)
    return Change(changed, f"held ({act.cause}), review {shown(record, review)}", "running", "held")


def _review_in_time(review: datetime, now: datetime) -> None:
    if not now < review <= now + days(holds.REVIEW_DAYS):
        raise Refused(f"a hold is reviewed within {holds.REVIEW_DAYS} days: give a review time from now to then")


def review_hold(record: CourseRecord, act: ReviewHold, now: datetime) -> Change:
    """The hold stays; it is looked at again."""
    _review_in_time(act.review_at, now)
    if record.held is None:
        raise Refused("the course is not held: there is nothing to review")
    changed = record.with_(held=record.held.with_(review_at=act.review_at))
    before, after = shown(record, record.held.review_at), shown(record, act.review_at)
    return Change(changed, f"hold reviewed and kept, next review {after}", before, after)


def release_hold(record: CourseRecord, act: ReleaseHold, now: datetime) -> Change:
    """Dosing may go on; grave or long holds take a prescriber and the absolute gates asked again."""
    held = record.held
    if held is None:
        raise Refused("the course is not held: there is nothing to release")
    long = now - held.since > days(PRESCRIBER_AFTER_DAYS)
    if held.cause in holds.GRAVE or long:
        if act.actor.role is not Role.PRESCRIBER:
            raise Refused(f"a hold for {held.cause} after {(now - held.since).days} days is released by a prescriber")
        if not act.asked_again:
            raise Refused("ask the absolute exclusions again first, then release with --asked-again")
    standing = [
        gate.id for gate in record.protocol.gates if gate.kind is GateKind.ABSOLUTE and _answered_yes(record, gate.id)
    ]
    if standing:
        raise Refused(f"{', '.join(standing)} still excludes treatment: record the change with its date first")
    refuse_if(holds.why_not_release(record))
    changed = record.with_(
        held=None, released_at=now, gates=_asked_again(record, act) if act.asked_again else record.gates
    )
    again = ", every absolute exclusion asked again: no" if act.asked_again else ""
    return Change(changed, f"hold released{again}", f"held: {held.cause}", "running")


def _asked_again(record: CourseRecord, act: ReleaseHold) -> dict[str, GateState]:
    """Every absolute gate answered no, by whoever releases and from when they asked."""
    fresh = GateState(answer=GateAnswer.NO, since=act.happened_at, by=act.actor.name)
    return {**record.gates, **{one.id: fresh for one in record.protocol.gates if one.kind is GateKind.ABSOLUTE}}


def _answered_yes(record: CourseRecord, gate_id: str) -> bool:
    state = record.gates.get(gate_id)
    return state is not None and state.answer is GateAnswer.YES


def change_contact(record: CourseRecord, act: ChangeContact, now: datetime) -> Change:
    """Record what the patient allows; an opt-out counts at once."""
    changes: dict[str, object] = {
        name: value for name in ("email", "sms", "language", "zone") if (value := getattr(act, name)) is not None
    }
    if act.opt_out is not None:
        changes["opted_out_at"] = now if act.opt_out else None
    if not changes:
        raise Refused("nothing to change: give at least one of email, sms, language, zone, opt-out")
    text = ", ".join(f"{name} {_said(value)}" for name, value in changes.items())
    changed = record.with_(messaging=record.messaging.with_(**changes))
    if act.opt_out and act.perhaps_the_visit:
        changed = _visit_asked(changed, now)
    return Change(changed, f"messages: {text}", "", text)


def _visit_asked(record: CourseRecord, now: datetime) -> CourseRecord:
    """A person asks whether the next visit was meant; it stands until somebody changes it."""
    visit = next(iter(record.open_sessions), None)
    if visit is None:
        return record
    text = (
        f"the patient answered CANCEL, which ends all messages: call and ask whether session {visit.id} on "
        f"{shown(record, visit.start)} was meant; it stands"
    )
    due = min(now + hours(REPLY_HOURS), max(visit.start, now))
    return open_task(record, TaskKind.VISIT_MEANT, now, due, Role.COORDINATOR, text, visit.id)


def _said(value: object) -> str:
    if isinstance(value, Zone):
        return value.name
    if isinstance(value, str):
        return value
    return "yes" if value else "no"


def acknowledge(record: CourseRecord, act: Acknowledge, now: datetime) -> Change:
    """The open escalation has an owner now."""
    escalation = record.open_escalation
    if escalation is None:
        raise Refused("no escalation is open on this course")
    if escalation.acknowledged_at is not None:
        raise Refused(f"{escalation.acknowledged_by} has acknowledged it already")
    changed = safety.acknowledge(record, act.actor, now)
    return Change(changed, f"escalation {escalation.id} acknowledged", "open", f"with {act.actor.name}")


def resolve_item(record: CourseRecord, act: ResolveItem, now: datetime) -> Change:
    """Close a task, or an escalation by its signed disposition."""
    escalation = record.open_escalation
    if escalation is not None and act.item == escalation.id:
        if act.actor.role is not Role.PRESCRIBER:
            raise Refused(f"escalation {escalation.id} is a prescriber's to resolve: ask one")
        if not act.reason:
            raise Refused(f"escalation {escalation.id} is resolved with a disposition: add --reason")
        return Change(
            safety.resolve(record, act.actor, now), f"escalation {escalation.id} resolved", "open", "resolved"
        )
    task = next((one for one in record.tasks if one.id == act.item and one.resolved_at is None), None)
    if task is None:
        open_items = ", ".join(one.id for one in record.tasks if one.resolved_at is None) or "none"
        raise Refused(f"there is no open item {act.item}: open items are {open_items}")
    if task.role is Role.PRESCRIBER and act.actor.role is not Role.PRESCRIBER:
        raise Refused(f"task {task.id} is a prescriber's: ask one to resolve it")
    done = task.with_(resolved_at=now)
    changed = record.with_(tasks=tuple(done if one.id == task.id else one for one in record.tasks))
    return Change(changed, f"task {task.id} done: {task.text}", "open", "done")


def reassign(record: CourseRecord, act: Reassign, now: datetime) -> Change:
    """Somebody else answers for the course and its hold, or for its escalation; whoever takes one over is told it."""
    escalation = record.open_escalation
    if act.item is not None:
        if escalation is None or escalation.id != act.item:
            raise Refused(f"there is no open escalation {act.item}: `show` lists what is open")
        changed = safety.tell_again(record, now, act.account)
        return Change(changed, f"escalation {act.item} goes to {act.name}", escalation.acknowledged_by, act.name)
    before = record.owner_name or record.owner
    if act.account == record.owner:
        raise Refused(f"{before} answers for this course already: name somebody else")
    changed = record.with_(owner=act.account, owner_name=act.name)
    if changed.held is not None:
        changed = changed.with_(held=changed.held.with_(owner=act.account))
    if escalation is not None and escalation.acknowledged_account in {"", record.owner}:
        changed = safety.tell_again(changed, now, act.account)
    return Change(changed, f"{act.name} answers for the course", before, act.name)


def sign_safety_plan(record: CourseRecord, act: SignSafetyPlan, now: datetime) -> Change:  # noqa: ARG001  as every handler
    """The plan that stands from now on; what it lets wait is the clinic's to say."""
    signed = signature(act.actor, act.happened_at, act.meaning)
    before = shown(record, record.safety_plan.at) if record.safety_plan is not None else "none"
    return Change(record.with_(safety_plan=signed), "safety plan signed", before, shown(record, signed.at))


def take_reply(record: CourseRecord, act: TakeReply, now: datetime) -> Change:
    """Somebody reads what the patient wrote; one task collects, under a new id, so that none is closed unread."""
    before = next((one for one in record.tasks if one.kind is TaskKind.REPLY and one.resolved_at is None), None)
    others = record.with_(tasks=tuple(one for one in record.tasks if one is not before))
    due = now + hours(REPLY_HOURS) if before is None else before.due
    more = "" if before is None else " again"
    changed = open_task(others, TaskKind.REPLY, now, due, Role.NURSE, f"the patient wrote{more}: read it with `inbox`")
    return Change(changed, f"the patient wrote: {act.item}")


def report_lost(record: CourseRecord, act: ReportLost, now: datetime) -> Change:
    """What was thought sent was not: somebody calls."""
    kinds = ", ".join(one.split("/")[1].replace("_", " ") for one in act.occasions)
    return Change(undelivered(record, act.occasions, now), f"the {kinds} message came back", "sent", "not delivered")


def record_call(record: CourseRecord, act: RecordCall, now: datetime) -> Change:
    """The row that was called about waits for nobody until it is time to call again; what it asks for stays owed."""
    if act.about not in CALLED_ABOUT:
        raise Refused(f"a {plain(act.about)} is not settled by a call: {LIST_OF_CALLS} are")
    if not any(one.kind is act.about for one in needs(record, now)):
        raise Refused(f"no {plain(act.about)} waits on this course now: see `show`")
    again_at = act.again_at or now + days(CALL_AGAIN_DAYS)
    if not now < again_at <= now + days(CALL_AGAIN_MOST_DAYS):
        raise Refused(f"call again within {CALL_AGAIN_MOST_DAYS} days: give a time from now to then")
    called = LastCall(at=now, outcome=act.outcome, again_at=again_at)
    again = shown(record, again_at)
    told = f"called about {plain(act.about)}: {plain(act.outcome)}, again {again} if it still waits"
    return Change(record.with_(calls={**record.calls, act.about: called}), told, "waits", f"again {again}")


def add_note(record: CourseRecord, act: AddNote, now: datetime) -> Change:  # noqa: ARG001  every handler takes now
    """A line on the course's page."""
    if not act.text:
        raise Refused("the note is empty: write a line")
    return Change(record, f"note: {act.text}")
