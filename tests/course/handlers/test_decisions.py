"""What a prescriber signs: evaluations, intervals, ends and beginnings, each with what it may not say."""

from typing import Any

import pytest

from course.actions import Refused
from course.model.base import days
from course.model.terms import Decision, EndCause, Phase, Role
from tests.support.life import STAFF, Life
from tests.support.records import clinic
from tests.support.stories import maintained, scheduled, treated

SECOND = STAFF[Role.PRESCRIBER].model_copy(update={"account_id": "okafor", "name": "Dr Okafor"})


def refused(life: Life, action: str, **fields: Any) -> str:
    """Why a prescriber's act is refused, or nothing."""
    before = life.record
    try:
        life.do(action, **{"reason": "as discussed", **fields})
    except Refused as why:
        assert life.record is before
        return str(why)
    return ""


def interval(life: Life) -> int | None:
    """The days between boosters."""
    assert life.record.maintained is not None
    return life.record.maintained.interval_days


@pytest.mark.parametrize(("every", "taken"), [(27, False), (28, True), (35, True), (42, True), (43, False)])
def test_boosters_stand_as_far_apart_as_the_protocol_allows(every: int, taken: bool) -> None:
    """From 28 to 42 days, at the evaluation and afterwards; the refusal names the range."""
    for life, action, said in (
        (treated(), "evaluate", {"decision": Decision.MAINTENANCE}),
        (maintained(), "interval", {}),
    ):
        why = refused(life, action, interval_days=every, **said)
        assert (why == "") is taken
        assert taken or "allows 28 to 42 days between boosters" in why
        assert not taken or interval(life) == every


def test_as_needed_is_said_and_not_only_left_out() -> None:
    """An evaluation that names no interval takes the protocol's; as needed takes none, and only where it is allowed."""
    life = treated()
    assert not refused(life, "evaluate", decision=Decision.MAINTENANCE)
    assert interval(life) == 28
    life.do("interval", interval_days=35, reason="holds")
    assert not refused(life, "interval", interval_days=None)
    assert interval(life) is None
    assert life.record.entries[-1].text == "boosters as needed"
    life = treated()
    assert not refused(life, "evaluate", decision=Decision.MAINTENANCE, as_needed=True)
    assert interval(life) is None
    fixed = maintained()
    rule = fixed.record.protocol.maintenance.with_(as_needed=False)
    fixed.record = fixed.record.with_(protocol=fixed.record.protocol.with_(maintenance=rule))
    assert "has no as-needed boosters" in refused(fixed, "interval", interval_days=None)


def test_another_decision_takes_no_interval() -> None:
    """More infusions of the same series: the interval that was named with it changes nothing."""
    life = treated()
    record = life.record.with_(protocol=clinic().protocols["treatment-resistant-depression"])
    life.record = record
    assert not refused(life, "evaluate", decision=Decision.EXTEND, sessions=2, interval_days=28)
    assert life.record.maintained is None


def test_an_interval_is_changed_from_what_it_was() -> None:
    """The entry says before and after."""
    life = maintained()
    life.do("interval", interval_days=35, reason="holds longer")
    assert life.record.entries[-1].text == "boosters every 35 days"
    change = life.do("interval", interval_days=42, reason="holds longer still")
    assert (change.before, change.after) == ("every 35 days", "every 42 days")


def test_only_maintenance_is_decided_over_a_planned_visit() -> None:
    """A series that goes on cannot be ended by an evaluation: its visits are omitted first."""
    life = scheduled()
    planned = life.record.open_sessions
    life = maintained()
    life.record = life.record.with_(
        sessions=(*life.record.sessions, planned[0].with_(id="s7", start=life.now + days(9)))
    )
    for decision in (Decision.REINDUCT, Decision.DISCHARGE):
        assert (
            refused(life, "evaluate", decision=decision) == "session s7 is still planned: omit it before this decision"
        )
    assert not refused(life, "evaluate", decision=Decision.MAINTENANCE)


def test_how_many_sessions_a_new_series_has() -> None:
    """Within the protocol's range, which depression fixes at six."""
    for sessions, why in (
        (5, "asks for at least 6 sessions"),
        (7, "allows at most 6 sessions"),
        (6, ""),
        (None, ""),
    ):
        life = maintained()
        value = refused(life, "evaluate", decision=Decision.REINDUCT, sessions=sessions)
        assert why in value
        assert (value == "") is (why == "")
        assert why or (life.record.phase, life.record.series_target) == (Phase.INDUCTION, 6)


def test_an_extension_says_by_how_many_and_belongs_to_its_own_evaluation() -> None:
    """One session is one more; in maintenance a series is begun anew instead."""
    life = treated()
    assert "say by how many sessions to extend" in refused(life, "evaluate", decision=Decision.EXTEND)
    assert not refused(life, "evaluate", decision=Decision.EXTEND, sessions=1)
    assert (life.record.phase, life.record.series_target) == (Phase.INDUCTION, 7)
    assert "extended only at its own evaluation" in refused(
        maintained(), "evaluate", decision=Decision.EXTEND, sessions=1
    )


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"cause": EndCause.TRANSFERRED, "to": "Riverside"}, ""),
        ({"cause": EndCause.TRANSFERRED}, "a transfer names the clinic"),
        ({"cause": EndCause.DISCHARGED, "to": "Riverside"}, "a transfer names the clinic"),
        ({"cause": EndCause.DISCHARGED}, ""),
        ({"cause": EndCause.WITHDRAWN}, "a patient's withdrawal is recorded with `withdraw`"),
    ],
)
def test_an_end_says_where_the_patient_goes_only_when_transferred(fields: dict[str, Any], why: str) -> None:
    """And the receiving clinic reads what was given last."""
    life = treated()
    assert refused(life, "discharge", **fields).startswith(why)
    assert life.record.closed is (why == "")
    if "to" in fields and not why:
        texts = [one.text for one in life.record.entries]
        assert any("to Riverside. 6 infusions given, the last on " in one for one in texts)


def test_a_closed_course_is_reopened_within_its_amendment_period() -> None:
    """The page says how it had ended, and that it is open."""
    life = maintained()
    life.do("discharge", reason="in remission")
    life.wait(days=30)
    change = life.do("reopen", reason="came back")
    assert (change.before, change.after) == ("discharged", "open")
    assert not life.record.closed
    late = maintained()
    late.do("discharge", reason="in remission")
    late.wait(days=30.1)
    assert "amendment period is over" in refused(late, "reopen")


def test_a_death_is_taken_back_by_two() -> None:
    """Whoever signed it alone, or twice, is refused; then messages are allowed again."""
    life = maintained()
    life.do("discharge", cause=EndCause.DIED, reason="the family called")
    assert not life.record.messaging.allowed
    for second in (None, STAFF[Role.PRESCRIBER]):
        assert "a second person must sign" in refused(life, "reopen", second=second)
    life.do("reopen", reason="another patient", second=SECOND)
    assert life.record.messaging.allowed


def test_an_evaluation_names_the_scores_that_it_stood_on() -> None:
    """The baseline and the last three of the primary measure, each once."""
    life = maintained()
    (signed,) = life.record.evaluations
    scores = [one.id for one in life.record.primary_scores]
    assert signed.stood_on == (scores[0], scores[-1])
    assert signed.boosters_then == 0
    for number in range(4):
        life.wait(days=1)
        life.do("measure", Role.NURSE, instrument="phq9", answers=(1, 1, 1, 1, 1, 1, number % 2, 0, 0))
    life.do("evaluate", decision=Decision.MAINTENANCE, reason="holds")
    assert life.record.evaluations[-1].stood_on == (scores[0], *(one.id for one in life.record.primary_scores[-3:]))
