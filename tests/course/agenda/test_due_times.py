"""By when somebody should have done what waits on the worklist."""

from datetime import datetime

import pytest

from course.agenda.worklist import needs, needs_ahead
from course.model.base import days, hours, minutes
from course.model.terms import NeedKind, Role
from tests.support.life import Life
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
