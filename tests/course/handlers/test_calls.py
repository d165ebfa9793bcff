"""Calls about what waits: the outcome is on record, and the row comes back when it is time to call again."""

from datetime import timedelta
from typing import Any

import pytest

from course.actions import Refused
from course.agenda.worklist import needs, next_owed
from course.model.base import days
from course.model.need import Need
from course.model.terms import NeedKind, Role
from tests.support.life import Life
from tests.support.records import at
from tests.support.stories import maintained, scheduled


def lapsed() -> Life:
    """A week after the first booster's window nothing is booked."""
    life = maintained()
    life.go_to(at("2027-01-10T15:00Z"))
    return life


def waiting(life: Life, kind: NeedKind) -> list[Need]:
    """The rows of one kind now."""
    return [one for one in needs(life.record, life.now) if one.kind is kind]


def call(life: Life, about: str, **fields: Any) -> None:
    """The front desk calls, and nobody answers."""
    life.do("call", Role.COORDINATOR, **{"about": about, "outcome": "no_answer", **fields})


def test_a_call_without_an_answer_is_made_again() -> None:
    """Until then the row waits for nobody; it comes back with what came of the last call."""
    life = lapsed()
    again = life.now + days(3)
    call(life, "lapsed", again_at=again)
    assert life.record.entries[-1].text.startswith("called about lapsed: no answer, again ")
    assert waiting(life, NeedKind.LAPSED) == []
    life.go_to(again)
    (row,) = waiting(life, NeedKind.LAPSED)
    assert row.text == "no visit booked: call (last call: no answer)"
    assert row.opens == again
    call(life, "lapsed", outcome="reached")
    life.wait(days=6, hours=23)
    assert waiting(life, NeedKind.LAPSED) == []
    life.wait(hours=1)
    (row,) = waiting(life, NeedKind.LAPSED)
    assert (row.opens, row.due) == (life.now, life.now + days(1))


def test_a_call_about_one_silence_says_nothing_of_the_next() -> None:
    """Two more questionnaires without an answer are a new row, though the call about the last ones was yesterday."""
    life = scheduled()
    while not waiting(life, NeedKind.MEASURE):
        life.wait(hours=6)
    asked = life.record.ask_count
    call(life, "measure", again_at=life.now + days(14))
    assert waiting(life, NeedKind.MEASURE) == []
    while not waiting(life, NeedKind.MEASURE):
        life.wait(hours=6)
    assert life.record.ask_count == asked + 1


def test_a_booked_visit_ends_what_was_called_about() -> None:
    """Nothing is called about again once there is nothing to call about."""
    life = lapsed()
    call(life, "lapsed")
    life.do("booster", Role.COORDINATOR, at=at("2027-01-20T15:00Z"), reason="was away")
    life.wait(days=8)
    assert waiting(life, NeedKind.LAPSED) == []


@pytest.mark.parametrize(
    ("about", "fields", "sentence"),
    [
        ("confirm", {}, "a confirm is not settled by a call: book, gates, lapsed, measure, schedule are"),
        ("gates", {}, "no gates waits on this course now"),
        ("lapsed", {"again_at": timedelta(days=15)}, "call again within 14 days"),
        ("lapsed", {"again_at": timedelta()}, "call again within 14 days"),
    ],
)
def test_a_call_that_settles_nothing_is_refused(about: str, fields: dict[str, timedelta], sentence: str) -> None:
    """One sentence; nobody can be called off the list for longer than two weeks."""
    life = lapsed()
    before = life.record
    with pytest.raises(Refused, match=sentence):
        call(life, about, **{name: life.now + ahead for name, ahead in fields.items()})
    assert life.record == before


def test_nobody_disappears_behind_a_call() -> None:
    """After the longest time that a call may buy, the course still owes somebody something."""
    life = lapsed()
    call(life, "lapsed", again_at=life.now + days(14))
    owed = next_owed(life.record)
    assert owed is not None
    assert owed - life.now <= days(15)
