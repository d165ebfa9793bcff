"""Gates: which intake conditions stand against treatment now, and who may mend them."""

from dataclasses import dataclass
from datetime import datetime

from course.model.parts import GateState
from course.model.protocol.gate import Gate
from course.model.record import CourseRecord
from course.model.terms import GateAnswer, GateKind, Phase, Role

FITS: dict[GateKind, frozenset[GateAnswer]] = {
    GateKind.CONSENT: frozenset({GateAnswer.YES}),
    GateKind.ABSOLUTE: frozenset({GateAnswer.NO}),
    GateKind.RELATIVE: frozenset({GateAnswer.NO, GateAnswer.OVERRIDDEN}),
    GateKind.FLAG: frozenset(set(GateAnswer) - {GateAnswer.PENDING}),
    GateKind.LAB: frozenset({GateAnswer.YES}),
    GateKind.NAMED: frozenset({GateAnswer.YES}),
    GateKind.REQUIRED: frozenset({GateAnswer.YES}),
}
"""The answers that let treatment go on, by the kind of gate."""

AGE = "age"
AGE_YEARS = (18, 75)
"""The gate that asks for the age, and the ages in whole years that it means by no. [set]"""

NAMING = frozenset({GateKind.NAMED, GateKind.REQUIRED})

AGAINST: dict[GateKind, str] = {
    GateKind.ABSOLUTE: "excludes treatment: record the change with its date, or decline the course",
    GateKind.RELATIVE: "stands against treatment: a prescriber overrides it with a reason, or declines the course",
}


@dataclass(frozen=True)
class GateProblem:
    """A gate that stands against treatment, in one sentence, and who may mend it."""

    gate: str
    sentence: str
    by: tuple[Role, ...]


def gate_problems(record: CourseRecord, at: datetime, session: int = 1) -> tuple[GateProblem, ...]:
    """The gates that stand against treatment at an instant, for the `session`-th infusion of the running series.

    A gate with `before_sessions` is answered afresh before infusion 1, each infusion listed and every booster: an
    answer counts only if it is later than the last infusion that it was required for. Between them only a bad answer
    stands against treatment, not a missing or an old one. An optional gate counts once it is answered, a consent to
    messages never. Why a test was not done stands until somebody answers anew.
    """
    found = ((gate, _problem(record, gate, at, session)) for gate in record.protocol.gates)
    return tuple(
        GateProblem(gate.id, f"gate {gate.id} {why}", _menders(gate, record.gates.get(gate.id)))
        for gate, why in found
        if why
    )


def _problem(record: CourseRecord, gate: Gate, at: datetime, session: int) -> str:
    state = record.gates.get(gate.id)
    due = _due(record, gate, session)
    if state is None:
        owed = f"is not answered: it takes a {' or '.join(gate.by)}{', or why not' if gate.or_why_not else ''}"
        return owed if due and not gate.optional else ""
    if gate.optional and (gate.kind is GateKind.CONSENT or state.answer is GateAnswer.DECLINED):
        return ""
    if not due:
        return "" if state.answer in {GateAnswer.PENDING, GateAnswer.DECLINED} else _unfit(gate, state)
    return _unfit(gate, state) or _stale(record, gate, state, at, session)


def flags_up(record: CourseRecord) -> tuple[str, ...]:
    """The flags that are answered yes, each with its text and what was said about it."""
    found = ((gate, record.gates.get(gate.id)) for gate in record.protocol.gates if gate.kind is GateKind.FLAG)
    return tuple(
        f"{gate.id} ({state.detail or gate.text})"
        for gate, state in found
        if state is not None and state.answer is GateAnswer.YES
    )


def _unfit(gate: Gate, state: GateState) -> str:
    if gate.or_why_not and state.answer is GateAnswer.DECLINED:
        return "" if state.reason else "was not done: say why not"
    if state.answer in FITS[gate.kind]:
        return "" if state.detail or gate.kind not in NAMING else "needs its detail: who or what it names"
    if state.answer is GateAnswer.PENDING:
        return "is pending: wait for the answer"
    needs = "yes, or declined with why not" if gate.or_why_not else "yes"
    return AGAINST.get(gate.kind, f"is answered {state.answer}: treatment needs {needs}")


def _stale(record: CourseRecord, gate: Gate, state: GateState, at: datetime, session: int) -> str:
    if gate.kind is GateKind.FLAG or state.answer is GateAnswer.DECLINED:
        return ""
    if state.expires is not None and state.expires <= at:
        return f"has expired on {record.zone.local(state.expires):%d %b %Y}: answer it again"
    since = _fresh_since(record, gate, session)
    if since is not None and state.since <= since:
        ahead = "every booster" if record.phase is Phase.MAINTENANCE else f"infusion {session}"
        return f"is due again before {ahead}: answer it again"
    return ""


def _menders(gate: Gate, state: GateState | None) -> tuple[Role, ...]:
    overridable = gate.kind is GateKind.RELATIVE and state is not None and state.answer is GateAnswer.YES
    return (Role.PRESCRIBER,) if overridable else gate.by


def _due(record: CourseRecord, gate: Gate, session: int) -> bool:
    return not gate.before_sessions or record.phase is Phase.MAINTENANCE or session in {1, *gate.before_sessions}


def _fresh_since(record: CourseRecord, gate: Gate, session: int) -> datetime | None:
    """The infusion that an answer must be later than, where a gate is due again within a series."""
    if not gate.before_sessions:
        return None
    if record.phase is Phase.MAINTENANCE:
        return record.last_infusion_at
    infusions = [one.at for one in record.series_doses]
    before = [number for number in (1, *gate.before_sessions) if number < session and number <= len(infusions)]
    return infusions[max(before) - 1] if before else None
