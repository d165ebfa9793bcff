"""The treatment room: who may leave, what went wrong, what was asked, and where nobody looked."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from course.actions import Refused
from course.agenda.worklist import needs
from course.model.protocol.session import SessionRules
from course.model.record import CourseRecord
from course.model.terms import GateAnswer, HoldCause, NeedKind, Role, Severity, TaskKind
from course.model.visit import Session, Vitals
from course.rules import vitals
from tests.support.life import Life
from tests.support.ready import WHOLE
from tests.support.records import FIRST
from tests.support.stories import check_in, scheduled

WELL = {"awake": True, "walking": True, "escort": True}
RULE = SessionRules()


def dosed(**fields: Any) -> Life:
    """The first visit, checked in at 122/78 and given over forty minutes; the patient is still there."""
    life = scheduled()
    session = life.record.open_sessions[0]
    life.go_to(session.start)
    check_in(life, session.id)
    life.wait(minutes=40)
    life.do(
        "session", Role.NURSE, session="s1", started_at=session.start, minutes=40, mg=Decimal(35), **fields
    )  # fmt: skip
    return life


def leave(
    life: Life,
    role: Role = Role.NURSE,
    pressure: str = "124/80",
    reason: str = "",
    signs: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """The patient leaves now, as the criteria ask but for what is named."""
    systolic, diastolic = (int(one) for one in pressure.split("/"))
    reading = {"at": life.now, "systolic": systolic, "diastolic": diastolic, **WHOLE, **(signs or {})}
    leaving = {"at": life.now, **WELL, **fields}
    life.do("leave", role, session="s1", leaving=leaving, readings=[reading], reason=reason)


def visit(record: CourseRecord) -> Session:
    """The first visit."""
    found = record.session("s1")
    assert found is not None
    return found


def waiting(life: Life) -> list[NeedKind]:
    """What waits for a person now."""
    return [one.kind for one in needs(life.record, life.now)]


def test_who_was_dosed_is_asked_about_until_they_have_left() -> None:
    """From the end of the watch on it waits for a nurse; once they have left, with whose leave and when, no more."""
    life = dosed()
    life.wait(minutes=RULE.leave_minutes - 1)
    assert NeedKind.LEAVE not in waiting(life)
    life.wait(minutes=1)
    assert NeedKind.LEAVE in waiting(life)
    leave(life)
    assert NeedKind.LEAVE not in waiting(life)
    gone = visit(life.record).departure
    assert gone is not None
    assert (gone.at, gone.by, gone.unmet) == (life.now, "Sam Ortiz", ())
    with pytest.raises(Refused, match="the patient left session s1"):
        leave(life)


@pytest.mark.parametrize(
    ("minutes", "fields", "sentence"),
    [
        (80, {"awake": False}, "not awake"),
        (80, {"walking": False}, "not walking safely"),
        (80, {"escort": False}, "no escort"),
        (79, {}, "79 minutes after the end, of 80"),
        (80, {"pressure": "143/80"}, "systolic more than 20 mmHg above that before the dose"),
        (80, {"pressure": "89/60"}, "systolic below 90 mmHg"),
        (80, {"signs": {"spo2": 84}}, "SpO2 below 94 %"),
        (80, {"signs": {"heart_rate": 121}}, "pulse above 120 a minute"),
        (80, {"signs": {"sedation": 3}}, "MOAA/S below 5 of 5"),
        (80, {"signs": {"dissociation": 9}}, "dissociation above 0 of 10"),
        (80, {"signs": {"spo2": None, "sedation": None}}, "take SpO2, MOAA/S"),
    ],
)
def test_nobody_is_let_go_before_the_criteria_are_met(minutes: int, fields: dict[str, Any], sentence: str) -> None:
    """A nurse is refused with what is missing; a prescriber signs with a reason; whoever has gone is recorded."""
    for role, more in ((Role.NURSE, {"gone": True}), (Role.PRESCRIBER, {"reason": "seen, goes home with a sister"})):
        life = dosed()
        life.wait(minutes=minutes)
        for refused in (Role.NURSE, Role.PRESCRIBER):
            with pytest.raises(Refused, match=f"not ready to leave: {sentence}: wait, or a prescriber"):
                leave(life, refused, **fields)
        assert visit(life.record).still_here
        leave(life, role, **fields, **more)
        gone = visit(life.record).departure
        assert gone is not None
        assert gone.unmet == (sentence,)
        assert [one.kind for one in life.record.tasks] == [TaskKind.ALERT]


def test_a_pressure_of_just_twenty_more_may_leave() -> None:
    """The limit itself is near the pressure before."""
    life = dosed()
    life.wait(minutes=RULE.leave_minutes)
    leave(life, pressure="142/80")
    assert life.record.tasks == ()


def test_every_adverse_event_is_on_record_and_a_serious_one_acts_at_once() -> None:
    """Term, severity, action and visit; the serious one holds, and the one on call is told, whoever reports it."""
    nausea = {"term": "nausea", "severity": "mild", "action": "ondansetron"}
    life = dosed(adverse=[nausea])
    assert life.record.entries[-1].text.startswith("session s1 given: 35 mg over 40 min")
    assert "; nausea, mild (ondansetron)" in life.record.entries[-1].text
    assert (life.record.held, life.record.open_escalation) == (None, None)
    life.wait(days=1)
    syncope = {"term": "syncope", "severity": "severe", "serious": True, "action": "sent to hospital"}
    life.do("event", Role.COORDINATOR, adverse=syncope, of_session="s1", effective_at=life.now - timedelta(hours=2))
    kept = [(one.id, one.term, one.severity, one.serious, one.session) for one in life.record.events]
    assert kept == [("a1", "nausea", Severity.MILD, False, "s1"), ("a2", "syncope", Severity.SEVERE, True, "s1")]
    assert life.record.held is not None
    assert life.record.held.cause is HoldCause.ADVERSE_EVENT
    assert [order.audience for _, order in life.sent][-1] == "oncall"


def test_what_the_questions_find_holds_from_when_it_became_true() -> None:
    """A pregnancy since Friday: the visit is not dosed, the course is held, and what was true before is untouched."""
    life = scheduled()
    session = life.record.open_sessions[0]
    life.go_to(session.start)
    since = life.now - timedelta(days=3)
    before = life.record.gates["heart"]
    check_in(life, session.id, changes=("pregnancy",), changed_at=since)
    gate = life.record.gates["pregnancy"]
    assert (gate.answer, gate.since, gate.by) == (GateAnswer.YES, since, "Sam Ortiz")
    assert life.record.held is not None
    assert life.record.held.cause is HoldCause.EXCLUSION
    assert [one.kind for one in life.record.tasks if one.role is Role.PRESCRIBER] == [TaskKind.EXCLUSION]
    assert visit(life.record).arrived_at is None
    assert life.record.gates["heart"] == before
    with pytest.raises(Refused, match="cannot lie in the future"):
        check_in(scheduled_now(), "s1", changes=("pregnancy",), changed_at=session.start + timedelta(days=9))


def scheduled_now() -> Life:
    """The morning of the first visit."""
    life = scheduled()
    life.go_to(life.record.open_sessions[0].start)
    return life


def taken(*minutes: int) -> list[Vitals]:
    """Readings so many minutes after the beginning."""
    return [Vitals(at=FIRST + timedelta(minutes=one), systolic=120, diastolic=80) for one in minutes]


@pytest.mark.parametrize(
    ("readings", "lines"),
    [
        ((15, 30, 45), ()),
        ((20, 40, 60), ()),
        ((-30, 15, 30, 40), ()),
        ((15, 30), ()),
        ((), ("no vital signs for minutes 0 to 40: every 15 are asked for",)),
        ((15, 36), ("no vital signs for minutes 15 to 36: every 15 are asked for",)),
        ((10,), ("no vital signs for minutes 10 to 40: every 15 are asked for",)),
        ((21,), ("no vital signs for minutes 0 to 21: every 15 are asked for",)),
    ],
)
def test_where_nobody_looked_is_said(readings: tuple[int, ...], lines: tuple[str, ...]) -> None:
    """Every span of the infusion longer than the protocol allows, five minutes of grace; the recording stands."""
    assert vitals.gaps(RULE, taken(*readings), FIRST, FIRST + timedelta(minutes=40)) == lines


@given(st.lists(st.integers(-60, 120), max_size=12), st.integers(1, 240))
def test_a_gap_is_a_span_in_which_nobody_looked(readings: list[int], length: int) -> None:
    """A gap is said exactly where some window of twenty minutes inside the infusion holds no reading."""
    ended: datetime = FIRST + timedelta(minutes=length)
    inside = sorted(one for one in readings if 0 <= one <= length)
    edges = [0, *inside, length]
    longest = max(later - earlier for earlier, later in pairwise(edges))
    late = [one for one in readings if length < one <= length + 20]
    last = inside[-1] if inside else 0
    widest = max([longest, *([min(late) - last] if late else [])])
    assert bool(vitals.gaps(RULE, taken(*readings), FIRST, ended)) == (widest > 20)


def test_a_session_without_vital_signs_is_recorded_and_says_so() -> None:
    """What happened is always recordable: a note in the receipt and on the page, no task."""
    life = dosed()
    assert "[no vital signs for minutes 0 to 40: every 15 are asked for]" in life.record.entries[-1].text
    assert life.record.tasks == ()


def test_comfort_is_kept_with_the_dose_and_decides_nothing() -> None:
    """The number and the word are on the dose and the page; whatever they are, all else of the course is the same."""
    told = dosed(comfort=0, comfort_word="cold, alone")
    plain = dosed()
    assert told.record.doses[0].comfort_said == "0 cold, alone"
    assert 'comfort in the room 0 of 10 "cold, alone"' in told.record.entries[-1].text
    bare = told.record.doses[0].with_(comfort=None, comfort_word="")
    assert (bare,) == plain.record.doses
    for name in set(CourseRecord.model_fields) - {"doses", "entries", "applied"}:
        assert getattr(told.record, name) == getattr(plain.record, name), name
    for life in (told, plain):
        life.wait(hours=2)
    leave(told)
    leave(plain)
    for life in (told, plain):
        life.wait(days=30)
    assert [(at, one.parts) for at, one in told.sent] == [(at, one.parts) for at, one in plain.sent]
    assert needs(told.record, told.now) == needs(plain.record, plain.now)


def test_comfort_is_nought_to_ten_or_a_word_alone() -> None:
    """Eleven is refused; a word without a number is kept, and an infusion that was stopped has its comfort too."""
    with pytest.raises(ValueError, match="less than or equal to 10"):
        dosed(comfort=11)
    assert dosed(comfort_word="calm").record.doses[0].comfort_said == "calm"
    life = scheduled()
    session = life.record.open_sessions[0]
    life.go_to(session.start)
    check_in(life, session.id)
    life.wait(minutes=10)
    fields = {"session": "s1", "started_at": session.start, "minutes": 10, "mg": Decimal(9), "reason": "asked to stop"}
    life.do("abort", Role.NURSE, **fields, comfort=1, comfort_word="trapped")
    assert life.record.doses[0].comfort_said == "1 trapped"
