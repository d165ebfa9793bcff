"""What a list and a forecast show of a course."""

from course.handlers.placing_holds import held_now
from course.model.base import days, hours
from course.model.terms import HoldCause, Role, TaskKind
from course.rules.gates import flags_up
from course.views.card import card
from course.views.forecast import forecast
from tests.support.records import make_record
from tests.support.stories import enrolled, maintained, scheduled


def test_a_row_is_urgent_only_while_something_urgent_is_open() -> None:
    """A course without an escalation is not; a positive item makes it so until it is resolved."""
    life = scheduled()
    assert not card(life.record, life.now).urgent
    life.do("measure", Role.PATIENT, instrument="phq9", answers=(1,) * 9)
    assert card(life.record, life.now).urgent
    life.do("resolve", item="e1", reason="seen, safe")
    assert not card(life.record, life.now).urgent


def test_a_forecast_shows_the_messages_that_will_go_out() -> None:
    """The questionnaires of the weeks to come, and the visits with what is said before them."""
    life = maintained()
    seen = forecast(life.record, life.now, life.now + days(21))
    assert any("measure" in f"{one.kind} {one.text}" for one in seen)
    assert [one.at for one in seen] == sorted(one.at for one in seen)


def test_whoever_was_told_of_a_visit_is_called_half_a_day_before_it() -> None:
    """A hold: the call is due twelve hours before the visit, within a day at most, an hour from now at least."""
    life = scheduled()
    visit = life.record.open_sessions[0]
    told = life.record.with_session(visit.with_(told=visit.start))
    for before, due in (
        (days(3), visit.start - days(2)),
        (hours(20), visit.start - hours(12)),
        (hours(3), visit.start - hours(2)),
    ):
        held = held_now(told, HoldCause.PATIENT, visit.start - before, "a cold")
        (call,) = [one for one in held.tasks if one.kind is TaskKind.CALL_MOVED]
        assert call.due == due


def test_flags_are_those_answered_yes() -> None:
    """What nobody has answered is no flag."""
    assert flags_up(make_record()) == ()
    life = enrolled()
    life.do("gate", gate="maoi", answer="yes", detail="phenelzine")
    assert flags_up(life.record) == ("maoi (phenelzine)",)
