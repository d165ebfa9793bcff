"""By when somebody should have done what waits on the worklist."""

from datetime import datetime

import pytest

from course.agenda.questionnaires import silent_since
from course.agenda.worklist import needs, needs_ahead
from course.model.base import days, hours, minutes
from course.model.parts import Ask, Mark
from course.model.terms import NeedKind, OccasionState, Role
from tests.support.life import Life
from tests.support.records import FIRST, make_record
from tests.support.stories import cleared, enrolled, scheduled

POSITIVE = (1, 1, 1, 1, 1, 1, 1, 1, 1)


def due(life: Life, kind: NeedKind) -> datetime | None:
    """By when the first row of a kind is to be done; None where there is none now."""
    return next((one.due for one in needs(life.record, life.now) if one.kind is kind), None)


def test_an_escalation_is_heard_within_half_an_hour_and_settled_within_a_day() -> None:
    """Half an hour until somebody has acknowledged it, a day until it is resolved, from when it rose."""
    life = scheduled()
    life.do("measure", Role.PATIENT, instrument="phq9", answers=POSITIVE)
    rose = life.now
    assert due(life, NeedKind.ESCALATION) == rose + minutes(30)
    life.wait(minutes=10)
    life.do("acknowledge")
    assert due(life, NeedKind.ESCALATION) == rose + hours(24)
    assert due(life, NeedKind.SCREEN) == rose + hours(8)


def test_a_hold_is_looked_at_when_its_review_is_due() -> None:
    """Not before, and no more once the course is closed."""
    life = scheduled()
    life.do("hold", Role.NURSE, cause="patient", review_at=life.now + days(2), reason="a cold")
    assert due(life, NeedKind.HOLD_REVIEW) is None
    assert NeedKind.HOLD_REVIEW in {one.kind for one in needs_ahead(life.record, life.now)}
    life.wait(days=2)
    assert due(life, NeedKind.HOLD_REVIEW) == life.now
    life.do("withdraw", Role.COORDINATOR, reason="no more")
    assert due(life, NeedKind.HOLD_REVIEW) is None


def test_an_intake_stalls_after_a_week() -> None:
    """From enrolment while answers are missing; from the last answer while nobody signs."""
    life = enrolled()
    assert due(life, NeedKind.GATES) == life.record.opened_at + days(7)
    row = next(one for one in needs(life.record, life.now) if one.kind is NeedKind.GATES)
    assert row.text.endswith(" …")
    missing = int(row.text.split()[0])
    life.do("gate", gate="heart", answer="no")
    row = next(one for one in needs(life.record, life.now) if one.kind is NeedKind.GATES)
    assert int(row.text.split()[0]) == missing - 1


@pytest.mark.parametrize("after", [0, 3])
def test_a_call_puts_a_row_off_until_it_is_made_again(after: float) -> None:
    """Until then it does not show; then it shows what the last call came to, with a day to make it."""
    life = cleared()
    life.do("call", Role.COORDINATOR, about="schedule", outcome="no_answer", again_at=life.now + days(3))
    put_off = life.now + days(3)
    assert due(life, NeedKind.SCHEDULE) is None
    life.wait(days=2.9)
    assert due(life, NeedKind.SCHEDULE) is None
    life.go_to(put_off + days(after))
    row = next(one for one in needs(life.record, life.now) if one.kind is NeedKind.SCHEDULE)
    assert row.text.endswith("(last call: no answer)")
    assert row.due >= put_off + days(1)
    assert row.opens == put_off


def test_a_visit_that_is_not_ready_says_what_is_missing_as_soon_as_it_shows() -> None:
    """The day before, a gate that is open again stands in the row, and the questionnaire once it presses."""
    life = scheduled()
    visit = life.record.open_sessions[0]
    life.do("gate", Role.NURSE, gate="escort", answer="pending")
    while (row := next((one for one in needs(life.record, life.now) if one.kind is NeedKind.NOT_READY), None)) is None:
        life.wait(hours=1)
        assert life.now < visit.start
    assert row.text.startswith("session 1 is not ready: ")
    assert "escort" in row.text
    assert (row.opens, row.due) == (visit.start - hours(24), visit.start)


def test_a_silence_begins_two_days_after_the_patient_was_asked_twice() -> None:
    """From the first request after the last answer on; asked once, or never sent, it is none."""
    asked = Ask(number=2, instruments=("phq9",), opened_at=FIRST + days(7))
    before = asked.with_(number=1, opened_at=FIRST, closed_at=FIRST + days(1), answered=True)
    sent = {
        f"ask2/measure/{number}": Mark(state=OccasionState.SENT, at=FIRST + days(5 + 2 * number)) for number in (1, 2)
    }
    record = make_record(asks=(before, asked), occasions=sent)
    assert silent_since(record) == FIRST + days(11)
    assert silent_since(record.with_(asks=(before, asked.with_(answered=True)))) is None
    for missing in sent:
        assert (
            silent_since(record.with_(occasions={name: one for name, one in sent.items() if name != missing})) is None
        )
