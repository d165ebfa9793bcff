"""No worker for a while: what is still true goes out afterwards, by day, and nothing stops for good."""

from datetime import timedelta

import pytest

from course.agenda import send_results
from course.agenda.outbox import take
from course.model.base import days, hours
from course.model.messages import Part, SendOutcome
from course.model.terms import OccasionKind, OccasionState, Role
from tests.support.life import Life
from tests.support.records import at
from tests.support.stories import MONDAY, enrolled, letters, maintained, scheduled, treated


def away(life: Life, span: timedelta) -> None:
    """Nothing happens for a while; then the course takes all that is due at once."""
    life.now += span
    life.go_to(life.now)


@pytest.mark.parametrize("out", [5, 12, 40])
def test_questionnaires_go_on_after_an_outage(out: int) -> None:
    """However late, the one that was due goes out, and the weekly ones after it."""
    life = treated()
    away(life, days(out))
    before = life.kinds_sent().count(OccasionKind.MEASURE)
    assert before > 0
    life.wait(days=22)
    assert life.kinds_sent().count(OccasionKind.MEASURE) >= before + 3


def test_questionnaires_go_on_after_a_course_was_reopened() -> None:
    """Three weeks closed, then reopened: the patient is asked again."""
    life = maintained()
    life.do("discharge", reason="in remission")
    life.wait(days=20)
    life.do("reopen", reason="came back")
    before = life.kinds_sent().count(OccasionKind.MEASURE)
    life.wait(days=10)
    assert life.kinds_sent().count(OccasionKind.MEASURE) > before


def test_nobody_is_written_to_at_night_after_an_outage() -> None:
    """Reminders that were due by day and are taken at three in the morning wait until eight."""
    life = scheduled()
    life.go_to(MONDAY - days(4))
    away(life, MONDAY - days(2) + timedelta(hours=18) - life.now)
    assert life.record.zone.local(life.now).hour == 3
    sent = len(life.to_patient())
    life.wait(hours=4, minutes=59)
    assert len(life.to_patient()) == sent
    life.wait(minutes=1)
    assert letters(life)[-1][0].endswith("08:00")


def test_a_change_on_the_eve_is_told_at_night_too() -> None:
    """What is urgent waits for no morning: the visit that it speaks of is near."""
    life = scheduled()
    life.go_to(MONDAY - hours(10))
    told = len(life.to_patient())
    life.do("defer", Role.COORDINATOR, session="s1", to=MONDAY + hours(1), reason="the room is taken")
    assert len(life.to_patient()) == told + 1


def test_a_letter_is_tried_no_longer_than_it_is_true() -> None:
    """At most six hours, not past nine in the evening, not past the visit that it speaks of."""
    life = enrolled()
    (forms,) = (order for _, order in life.to_patient())
    assert forms.until == forms.as_of + hours(6)
    late = life.record.with_(occasions={}, sent_on=())
    (evening,) = take(late, at("2026-11-03T00:30Z")).sends
    assert evening.until == at("2026-11-03T02:00Z")
    life = scheduled()
    life.go_to(MONDAY)
    ahead = [order for _, order in life.to_patient() if any(part.kind == "visit_24h" for part in order.parts)]
    assert all(order.until is not None and order.until <= MONDAY for order in ahead)


def test_what_had_no_room_in_a_text_message_is_on_record_and_called() -> None:
    """A questionnaire that the text left out was not sent: it says why, and somebody calls."""
    life = scheduled()
    life.go_to(MONDAY - days(2))
    order = next(order for _, order in reversed(life.to_patient()) if len(order.parts) == 1)
    asked = Part(occasion="ask9/measure/1", kind=OccasionKind.MEASURE)
    both = order.with_(parts=(*order.parts, asked))
    outcome = SendOutcome(state=OccasionState.SENT, at=life.now, channel="sms", left_out=(asked.occasion,))
    record = send_results.sent(life.record, both, outcome, life.now)
    mark = record.occasions[asked.occasion]
    assert (mark.state, mark.reason) == (OccasionState.SUPPRESSED, "no room in a text message")
    assert record.occasions[order.key].state is OccasionState.SENT
    assert [one.text for one in record.tasks] == [
        "call the patient instead of the measure message: no room in a text message"
    ]


def test_what_falls_due_after_something_stale_goes_in_the_same_letter() -> None:
    """Six days without a worker: the second request for forms is stale, the third goes with the questionnaire."""
    life = enrolled()
    life.without_worker(hours(150))
    (letter,) = [order for _, order in life.to_patient() if order.as_of == life.now]
    assert {part.occasion for part in letter.parts} == {"ask1/measure/2", "intake/forms/3"}
    assert life.record.occasions["intake/forms/2"].state is OccasionState.SUPPRESSED


def test_a_letter_that_may_have_arrived_counts_as_one_of_its_day() -> None:
    """Nobody knows whether the questionnaire went out: what is capped waits for the next day all the same."""
    life = enrolled()
    order = next(order for _, order in life.to_patient())
    for state, counted in ((OccasionState.UNCERTAIN, True), (OccasionState.FAILED, False)):
        outcome = SendOutcome(state=state, at=life.now, reason="test")
        assert (order.as_of in send_results.sent(life.record, order, outcome, life.now).sent_on) is counted
