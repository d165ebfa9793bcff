"""The action table is complete: everything that may be done stands in it once, and what it forbids is refused."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any, get_args

import pytest

from course.actions import PERMISSIONS, Refused, apply, may
from course.acts.base import BaseAct
from course.acts.care import PlaceHold
from course.acts.catalogue import ACT, Act
from course.model.parts import Hold
from course.model.record import CourseRecord
from course.model.terms import Action, HoldCause, Phase, Role, SessionStatus
from tests.support.life import STAFF
from tests.support.ready import WHOLE
from tests.support.sentences import is_one_sentence
from tests.support.stories import maintained

ACTIONS = sorted(set(Action) - {Action.ENROL})
ROLES = tuple(STAFF)
CLINICAL = {Role.NURSE, Role.PRESCRIBER}
IN_THE_ROOM = {Action.CHECK_IN, Action.SESSION, Action.ABORT, Action.NOT_GIVEN, Action.LEAVE}
SIGNED = {
    Action.CLEAR, Action.ORDER, Action.CEASE, Action.EVALUATE, Action.INTERVAL, Action.DISCHARGE, Action.REOPEN,
    Action.REVIEW_MEDICINE,
}  # fmt: skip
"""What only a prescriber's signature may do."""

MAINTAINED = maintained()
NOW = MAINTAINED.now
SECOND = STAFF[Role.PRESCRIBER].model_copy(update={"account_id": "okafor", "name": "Dr Okafor"})


@cache
def course(phase: Phase, status: SessionStatus, held: bool) -> CourseRecord:
    """A course in this phase, whose visit s7 has this status, held or not."""
    record = MAINTAINED.record
    visit = record.sessions[0].with_(id="s7", start=NOW, status=status, ended_at=None)
    hold = Hold(cause=HoldCause.OTHER, since=NOW, review_at=NOW, owner="lee", owner_role=Role.PRESCRIBER)
    closed_at = NOW if phase is Phase.CLOSED else None
    sessions = (*record.sessions, visit)
    return record.with_(phase=phase, held=hold if held else None, closed_at=closed_at, sessions=sessions)


@cache
def well_formed() -> dict[Action, dict[str, Any]]:
    """What each act says at the least, so that its model takes it."""
    visit, dose = {"session": "s7"}, {"session": "s7", "started_at": NOW, "minutes": 40, "mg": Decimal(35)}
    vitals = {"at": NOW, "systolic": 120, "diastolic": 80, **WHOLE}
    return {
        Action.GATE: {"gate": "consent", "answer": "yes"},
        Action.SCHEDULE: {"first": NOW},
        Action.CONFIRM: visit,
        Action.DEFER: {**visit, "to": NOW},
        Action.OMIT: {**visit, "code": "other"},
        Action.NO_SHOW: visit,
        Action.CHECK_IN: {**visit, "weight_kg": 70, "escort": True, "fasting": True, "readings": [vitals]},
        Action.NOT_GIVEN: {**visit, "code": "other"},
        Action.SESSION: dose,
        Action.ABORT: dose,
        Action.LEAVE: {**visit, "leaving": {"at": NOW, "gone": True}},
        Action.EVENT: {"adverse": {"term": "nausea", "severity": "mild"}},
        Action.MEASURE: {"instrument": "phq9", "total": 9},
        Action.EVALUATE: {"decision": "maintenance"},
        Action.HOLD: {"cause": "other"},
        Action.REVIEW: {"review_at": NOW},
        Action.BOOSTER: {"at": NOW},
        Action.CONTACT: {"email": True},
        Action.RESOLVE: {"item": "t1"},
        Action.NOTE: {"text": "a line"},
        Action.CALL: {"about": "book", "outcome": "reached"},
        Action.TAKE_REPLY: {"item": "i1"},
        Action.REPORT_LOST: {"occasions": ["s7/visit_2h/1"]},
        Action.REASSIGN: {"account": "okafor", "name": "Dr Okafor"},
        Action.CORRECT: {"item": "m1", "total": 9, "second": SECOND},
        Action.VOID: {"item": "m1", "second": SECOND},
        Action.THERAPY: {"name": "walking", "every_days": 7},
        Action.ATTEND: {"therapy": "a1", "came": True},
        Action.MEDICINE: {"name": "lithium", "now": "300 mg", "starts": NOW},
        Action.REVIEW_MEDICINE: {"medicine": "d1"},
        Action.CHECK: {"check": "bladder", "positive": True},
        Action.LATE_ENTRY: {"text": "a fall", "effective_at": NOW},
    }


@cache
def act(action: Action, role: Role, reason: str = "because") -> BaseAct:
    """A well-formed act of somebody in this role."""
    fields = {"request_id": f"table-{action}", "actor": STAFF[role], "made_at": NOW, "reason": reason}
    return ACT.validate_python({"action": action, **fields, **well_formed().get(action, {})})


def everywhere(action: Action) -> Iterator[tuple[CourseRecord, Role, SessionStatus | None]]:
    """Every phase, status and hold that a course may be in, and everybody who may ask."""
    names_a_visit = "session" in well_formed().get(action, {})
    statuses = tuple(SessionStatus) if names_a_visit else (SessionStatus.PLANNED,)
    for phase, status, held, role in product(Phase, statuses, (False, True), ROLES):
        yield course(phase, status, held), role, status if names_a_visit else None


def against(action: Action, record: CourseRecord, role: Role, status: SessionStatus | None) -> list[str]:
    """What the row says against an act, read without the rules under test: the words that a refusal owes."""
    row = PERMISSIONS[action]
    if role not in row.roles:
        return [one.value for one in row.roles]
    if record.phase not in row.phases:
        return [one.value for one in row.phases]
    if row.held is False and record.held is not None:
        return ["release"]
    if row.held is True and record.held is None:
        return ["not held"]
    if row.statuses is not None and status is not None and status not in row.statuses:
        return [one.value.replace("_", " ") for one in row.statuses]
    return []


def test_every_action_has_one_row_and_one_model_and_nothing_else_has() -> None:
    """The table, the models and the vocabulary name the same actions; enrolling begins a course and is no act on it."""
    models = [model.model_fields["action"].default for model in get_args(get_args(Act)[0])]
    assert sorted(PERMISSIONS) == ACTIONS
    assert sorted(models) == ACTIONS


def test_every_row_can_be_used_by_somebody_some_time() -> None:
    """No row has an empty set; one that asks for a visit's status is about an act that names a visit."""
    for action, row in PERMISSIONS.items():
        assert row.roles, action
        assert row.phases, action
        assert (row.statuses is not None) == ("session" in type(act(action, Role.NURSE)).model_fields), action
        assert row.statuses != frozenset(), action


def test_everybody_but_an_auditor_can_change_something() -> None:
    """Each role has an act; an auditor reads, and no row names one."""
    acting = {role for row in PERMISSIONS.values() for role in row.roles}
    assert acting == set(Role) - {Role.AUDITOR}


def test_who_may_do_what_is_graver() -> None:
    """Only the clinical dose and put right, only a prescriber signs; the software and operators decide nothing."""
    for action in IN_THE_ROOM | {Action.CORRECT, Action.VOID, Action.RELEASE, Action.ACKNOWLEDGE}:
        assert PERMISSIONS[action].roles <= CLINICAL, action
    assert {action for action, row in PERMISSIONS.items() if row.roles == {Role.PRESCRIBER}} == SIGNED
    assert {action for action, row in PERMISSIONS.items() if Role.OPS in row.roles} == {Action.REASSIGN}
    assert {action for action, row in PERMISSIONS.items() if Role.COURSE in row.roles} == {Action.REPORT_LOST}


def test_what_overrides_or_ends_something_owes_a_reason() -> None:
    """What a prescriber signs, what ends a visit without drug or a course, what puts right: each says why."""
    free = {action for action, row in PERMISSIONS.items() if not row.reason}
    ends = {Action.OMIT, Action.NOT_GIVEN, Action.ABORT, Action.WITHDRAW, Action.CORRECT, Action.VOID, Action.RELEASE}
    assert not free & (SIGNED | ends) - {Action.CLEAR}


def test_dosing_waits_for_clearance_and_stops_with_the_course() -> None:
    """No visit is cleared or dosed in intake or after the end, and none is cleared under a hold."""
    for action in IN_THE_ROOM - {Action.LEAVE}:
        assert not PERMISSIONS[action].phases & {Phase.INTAKE, Phase.CLOSED}, action
    assert PERMISSIONS[Action.CHECK_IN].held is False


@pytest.mark.parametrize("action", ACTIONS)
def test_the_table_is_what_is_answered_and_what_is_refused(action: Action) -> None:
    """Asked or done, in every phase, status, hold and role: what the row forbids changes nothing, in one sentence."""
    for record, role, status in everywhere(action):
        owed = against(action, record, role, status)
        assert may(record, action, role, status) == (not owed)
        before = record.model_copy()
        try:
            done = apply(record, act(action, role), NOW)
        except Refused as refused:
            sentence = str(refused)
            assert is_one_sentence(sentence)
            assert not [word for word in owed if word.replace("_", " ") not in sentence.replace("_", " ")]
        else:
            assert not owed
            assert done.record is not record
            assert done.receipt.entry == record.entry_count + 1
            later = [entry for entry in done.record.entries if entry.number > done.receipt.entry]
            assert all(entry.role is Role.COURSE for entry in later), "the act's own entry, then the phase that it ends"
        assert record == before


@pytest.mark.parametrize("action", [one for one in ACTIONS if PERMISSIONS[one].reason])
def test_an_act_without_the_reason_that_it_owes_is_refused(action: Action) -> None:
    """Where nothing else stands against it, the sentence says how to give one."""
    silent = {role: act(action, role, reason="") for role in ROLES}
    allowed = [(record, role) for record, role, status in everywhere(action) if may(record, action, role, status)]
    assert allowed
    for record, role in allowed:
        with pytest.raises(Refused, match="needs a reason: add --reason"):
            apply(record, silent[role], NOW)


@pytest.mark.parametrize("who", [{"account_id": ""}, {"name": " "}])
def test_an_act_has_an_author(who: dict[str, str]) -> None:
    """Nobody acts unnamed."""
    record = course(Phase.INDUCTION, SessionStatus.PLANNED, held=False)
    hold = act(Action.HOLD, Role.NURSE)
    assert isinstance(hold, PlaceHold)
    with pytest.raises(Refused, match="an act needs an author: sign in first"):
        apply(record, hold.model_copy(update={"actor": hold.actor.with_(**who)}), NOW)
