"""Intake: gates, clearance, the order."""

from datetime import datetime

from course.acts.catalogue import RecordGate, SignClearance
from course.handlers.change import Change, Refused, refuse_if, signature
from course.handlers.placing_holds import held_now
from course.model.base import days
from course.model.journal import open_task
from course.model.parts import Actor, GateState, LabValue, Trigger
from course.model.protocol.gate import Gate
from course.model.record import CourseRecord
from course.model.terms import GateAnswer, GateKind, HoldCause, Phase, Role, TaskKind, Urgency
from course.rules import clearance, holds, labs, safety
from course.rules.gates import flags_up
from course.scores import outcome_rule

SHOWN = 4


def answer_gate(record: CourseRecord, act: RecordGate, now: datetime) -> Change:
    """Record the answer of one gate, or of several alike, from when it became true; all of them or none."""
    change = Change(record, "")
    was: list[str] = []
    warnings: tuple[str, ...] = ()
    named = (act.gate, *act.also)
    for gate in named:
        change = _answer_one(change.record, _gate_of(record, gate), act, now)
        was.append(f"{change.before} ({gate})" if act.also else change.before)
        warnings += change.warnings
    held = change.record.held is not None and record.held is None
    answered = f"gate{'s' if act.also else ''} {', '.join(named)}: {act.answer}{_value(act)}"
    sentence = f"{answered}{', the course is held' if held else ''}"
    return Change(change.record, sentence, ", ".join(was), act.answer, warnings)


def _value(act: RecordGate) -> str:
    """What the laboratory measured as the course's page shows it."""
    value = labs.in_words(labs.results(act))
    return f" ({value})" if value else ""


def _gate_of(record: CourseRecord, name: str) -> Gate:
    gate = record.protocol.gate(name)
    if gate is None:
        raise Refused(f"there is no gate {name} in {record.protocol.id}: see `show` for the gates")
    return gate


def _answer_one(record: CourseRecord, gate: Gate, act: RecordGate, now: datetime) -> Change:
    """One gate's answer; an absolute yes holds a course under way at once."""
    before = record.gates.get(gate.id)
    _may_answer(gate, before, act)
    if before is not None and gate.kind is GateKind.LAB:
        _follows(record, gate, before, act)
    stands = gate.expires_days is None or act.answer is GateAnswer.DECLINED
    expires = None if stands else act.happened_at + days(gate.expires_days or 0)
    state = GateState(
        answer=act.answer,
        since=act.happened_at,
        by=act.actor.name,
        reason=act.reason,
        expires=expires,
        detail=act.detail,
        values=labs.kept(before, act),
    )
    changed = record.with_(gates={**record.gates, gate.id: state})
    if gate.channel:
        consents = {gate.channel: act.answer is GateAnswer.YES}
        changed = changed.with_(messaging=changed.messaging.with_(**consents))
    blocks = gate.kind is GateKind.ABSOLUTE and act.answer is GateAnswer.YES
    if blocks and record.phase is not Phase.INTAKE and not record.closed:
        changed = _held_by(changed, gate, now)
    changed, flags = _limits(changed, gate, labs.now_in(state.values, act.happened_at), now)
    if blocks and record.phase is Phase.INTAKE:
        flags = (*flags, f"{gate.id} excludes treatment: the course cannot be cleared while it stands")
    return Change(changed, "", before.answer if before else "unanswered", act.answer, flags)


def _may_answer(gate: Gate, before: GateState | None, act: RecordGate) -> None:
    """Raise Refused unless this role may give this answer, with all that it takes."""
    if act.actor.role not in gate.by:
        raise Refused(f"gate {gate.id} is answered by {_listed(gate.by)}, not by a {act.actor.role}")
    if act.answer is GateAnswer.OVERRIDDEN:
        _may_override(gate, act)
    if gate.or_why_not and act.answer is GateAnswer.DECLINED and not act.reason:
        raise Refused(f"gate {gate.id} was not done: say why not, with --reason")
    if gate.kind is GateKind.NAMED and act.answer is GateAnswer.YES and not act.detail:
        raise Refused(f"gate {gate.id} needs --detail: who or what it names")
    refuse_if(labs.why_not(gate, before, act))


def _follows(record: CourseRecord, gate: Gate, before: GateState, act: RecordGate) -> None:
    """Raise Refused where a laboratory result is older than the one before it."""
    if act.happened_at < before.since and before.answer is not GateAnswer.PENDING:
        since = record.zone.local(before.since)
        raise Refused(f"gate {gate.id} has a result drawn later, on {since:%d %b %Y}: put an older one into a note")


def excluded(record: CourseRecord, name: str, since: datetime, actor: Actor, now: datetime) -> CourseRecord:
    """The record with an absolute gate answered yes, from when it became true, and held."""
    gate = _gate_of(record, name)
    state = GateState(answer=GateAnswer.YES, since=since, by=actor.name)
    return _held_by(record.with_(gates={**record.gates, name: state}), gate, now)


def flags_set(record: CourseRecord, names: tuple[str, ...], since: datetime, actor: Actor) -> CourseRecord:
    """The record with the flags among these gates answered yes, from when that became true."""
    flags = {name for name in names if (gate := record.protocol.gate(name)) is not None and gate.kind is GateKind.FLAG}
    state = GateState(answer=GateAnswer.YES, since=since, by=actor.name)
    return record.with_(gates={**record.gates, **dict.fromkeys(flags, state)}) if flags else record


def _held_by(record: CourseRecord, gate: Gate, now: datetime) -> CourseRecord:
    """The record held, with a task for a prescriber, because an absolute exclusion has become true."""
    held = held_now(record, HoldCause.EXCLUSION, now, f"gate {gate.id}")
    text = f"exclusion {gate.id} became true: decide"
    return open_task(held, TaskKind.EXCLUSION, now, now + days(1), Role.PRESCRIBER, text, gate.id)


def _limits(
    record: CourseRecord, gate: Gate, values: tuple[LabValue, ...], now: datetime
) -> tuple[CourseRecord, tuple[str, ...]]:
    """The record on hold, or with an alert, where a laboratory value has reached its gate's limits; and what to say."""
    if record.closed:
        return record, ()
    found = [holds.lab_reading(gate, one) for one in values]
    value = tuple(why for one in found for why in (one.holds, one.alerts) if why)
    held = [one for one in found if one.holds]
    if held:
        record = held_now(record, held[0].cause, now, "; ".join(one.holds for one in held))
    if value:
        trigger = Trigger(what="laboratory value", subject=gate.id, at=now, urgency=Urgency.PROMPT)
        record = safety.raise_escalation(record, (trigger,), now)
        text = f"{'; '.join(value)}: {'the course is held, ' if held else ''}decide"
        record = open_task(record, TaskKind.ALERT, now, now + days(1), Role.PRESCRIBER, text, gate.id)
    return record, value


def _may_override(gate: Gate, act: RecordGate) -> None:
    if gate.kind is not GateKind.RELATIVE:
        raise Refused(f"gate {gate.id} cannot be overridden: only relative exclusions can")
    if act.actor.role is not Role.PRESCRIBER or not act.reason:
        raise Refused(f"overriding {gate.id} takes a prescriber and a reason: add --reason")


def _listed(roles: tuple[Role, ...]) -> str:
    return " or ".join(roles)


def sign_clearance(record: CourseRecord, act: SignClearance, now: datetime) -> Change:
    """Sign that the course may begin, once nothing stands against it."""
    unscreened = clearance.why_unscreened(record, now)
    against = clearance.why_not_clear(record, now)
    if unscreened and not act.reason:
        against += tuple(f"{one}, or sign with a reason" for one in unscreened)
    if against:
        more = f"; and {len(against) - SHOWN} more, see `show`" if len(against) > SHOWN else ""
        raise Refused(f"not cleared: {'; '.join(against[:SHOWN])}{more}")
    signed = signature(act.actor, act.happened_at, act.meaning)
    order = record.order if record.order.signed else record.order.with_(signed=signed)
    without = f" without: {'; '.join(unscreened)}" if unscreened else ""
    doubt = outcome_rule.baseline_doubt(record)
    flags = ", ".join(flags_up(record))
    text = "; ".join([f"clearance signed{without}", *([doubt] if doubt else []), *([f"with {flags}"] if flags else [])])
    warned = [f"{doubt}: no response can be read from it"] if doubt else []
    warned += [f"weigh what is flagged: {flags}"] if flags else []
    return Change(record.with_(clearance=signed, order=order), text, "not cleared", "cleared", tuple(warned))
