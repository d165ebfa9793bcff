"""Acts that reach a course late, as they do after a reset, stand if they would have stood when they were made."""

import pytest

from course.actions import Refused
from course.model.base import days, hours
from course.model.terms import Role
from tests.support.life import Life
from tests.support.stories import MONDAY, cleared, enrolled, give, scheduled, treated


def busy() -> Life:
    """A series with a visit confirmed, one moved and one missed, a hold that was released, and all doses given."""
    life = scheduled()
    life.do("confirm", Role.COORDINATOR, session="s1")
    give(life)
    second = life.record.open_sessions[0]
    life.do("defer", Role.COORDINATOR, session=second.id, to=second.start + hours(2), reason="the bus")
    life.do("hold", Role.NURSE, cause="patient", review_at=life.now + days(1), reason="a cold")
    life.wait(hours=3)
    life.do("release", Role.NURSE, reason="well again")
    return treated(life)


def test_a_series_that_comes_late_stands_as_it_was() -> None:
    """Planned, moved, held and given by one late instant: the same visits, doses and scores as on time."""
    life = busy()
    late = Life(enrolled().record, life.now + hours(20))
    for act in life.acts:
        late.apply(act)
    then, now = life.record, late.record
    assert [(one.id, one.start, one.status) for one in now.sessions] == [
        (one.id, one.start, one.status) for one in then.sessions
    ]
    assert [(one.session, one.at, one.mg) for one in now.doses] == [(one.session, one.at, one.mg) for one in then.doses]
    assert len(now.doses) == 6
    assert [(one.instrument, one.at, one.total) for one in now.scores] == [
        (one.instrument, one.at, one.total) for one in then.scores
    ]
    assert now.held is None


def test_when_a_course_took_a_late_act_is_written_down() -> None:
    """The entry has the instant at which the act came, not the one at which it was made."""
    life = cleared()
    late = life.words("schedule", Role.COORDINATOR, first=MONDAY)
    life.go_to(MONDAY + hours(20))
    life.apply(late)
    assert life.record.sessions[0].start == MONDAY
    assert life.record.entries[-1].at == life.now


def test_what_was_wrong_when_it_was_made_is_refused_late_as_well() -> None:
    """A visit in what was the past already is not planned, and an act of just now is judged by now alone."""
    life = cleared()
    wrong = life.words("schedule", Role.COORDINATOR, first=life.now - hours(1))
    slow = life.words("schedule", Role.COORDINATOR, first=life.now + hours(0.05))
    life.wait(minutes=4)
    for act, wait in ((slow, 1), (wrong, 20)):
        with pytest.raises(Refused, match="lies in the past"):
            life.apply(act)
        life.wait(hours=wait)
