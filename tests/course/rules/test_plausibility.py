"""A value far from what is expected is asked once more; then it stands in the record, and a prescriber sees it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from course.actions import Refused
from course.model.base import minutes
from course.model.protocol.session import Doubt
from course.model.terms import GateAnswer, Role, TaskKind
from course.rules.plausibility import age_doubt
from tests.support.life import STAFF, Life
from tests.support.ready import WHOLE
from tests.support.stories import check_in, scheduled, screen


def morning() -> Life:
    """The first visit has come, and the suicide screen was asked."""
    life = scheduled()
    life.go_to(life.record.open_sessions[0].start)
    screen(life)
    return life


def given(life: Life, mg: str, over: int, **fields: Any) -> None:
    """What a nurse types after the first infusion."""
    began = life.now - minutes(over)
    life.do("session", Role.NURSE, session="s1", started_at=began, minutes=over, mg=Decimal(mg), **fields)


@pytest.mark.parametrize(
    ("mg", "over", "says"),
    [
        ("350", 1, "350 mg where the order comes to 35.0 mg"),
        ("350", 40, "350 mg where the order comes to 35.0 mg"),
        ("53", 40, "53 mg where the order comes to 35.0 mg"),
        ("35", 4, "35 mg over 4 minutes where 35.0 mg over 40 were ordered"),
    ],
)
def test_an_amount_far_over_the_order_is_asked_once_more(mg: str, over: int, says: str) -> None:
    """Nothing is written at first; sure of it, the dose is on record, escalated, and a prescriber has the sentence."""
    life = morning()
    check_in(life, "s1")
    life.wait(minutes=40)
    before = life.record
    with pytest.raises(Refused, match=f"far from what is expected: {says}; look again, and add --sure if it is so"):
        given(life, mg, over)
    assert life.record == before
    given(life, mg, over, sure=True)
    assert life.record.valid_doses[0].mg == Decimal(mg)
    assert life.record.open_escalation is not None
    assert any(says in one.text and one.role is Role.PRESCRIBER for one in life.record.tasks)


@pytest.mark.parametrize("mg", ["0.8", "20", "35", "52"])
def test_an_amount_near_the_order_or_below_it_is_no_doubt(mg: str) -> None:
    """Half as much again is taken as typed, and told as any dose over its order is."""
    life = morning()
    check_in(life, "s1")
    life.wait(minutes=40)
    given(life, mg, 40)
    assert [one.kind for one in life.record.tasks if one.kind is TaskKind.ALERT] == []


@pytest.mark.parametrize("weight", ["145", "154", "31"])
def test_a_first_weight_that_is_rare_is_asked_once_more(weight: str) -> None:
    """145 may be pounds: the check is refused with what is expected; sure of it, it clears and a prescriber sees it."""
    life = morning()
    with pytest.raises(Refused, match=f"{weight} kg is rare for a first weight, 40 to 130 kg is expected.*--sure"):
        check_in(life, "s1", weight_kg=Decimal(weight))
    check_in(life, "s1", weight_kg=Decimal(weight), sure=True)
    assert life.record.sessions[0].weight_kg == Decimal(weight)
    (task,) = life.record.tasks
    assert (task.kind, task.role) == (TaskKind.ALERT, Role.PRESCRIBER)


@pytest.mark.parametrize(
    ("signs", "says"),
    [
        ({"systolic": 240}, "systolic 240 mmHg where systolic 60 to 230 mmHg is expected"),
        ({"heart_rate": 22}, "pulse 22 a minute where pulse 30 to 180 a minute is expected"),
        ({"spo2": 59}, "SpO2 59 % where SpO2 75 % or more is expected"),
    ],
)
def test_a_reading_that_is_hardly_possible_is_asked_once_more(signs: dict[str, int], says: str) -> None:
    """Also on a visit that is not given, which anybody may write down."""
    life = morning()
    reading = {"at": life.now, "systolic": 122, "diastolic": 78, **WHOLE, **signs}
    fields = {"session": "s1", "code": "illness", "reason": "unwell", "readings": [reading]}
    with pytest.raises(Refused, match=says):
        life.do("not_given", Role.NURSE, **fields)
    life.do("not_given", Role.NURSE, **fields, sure=True)
    assert any(says in one.text for one in life.record.tasks)


def test_a_laboratory_value_beyond_any_multiple_is_asked_once_more() -> None:
    """2200 where 40 is the limit is a slip of the unit or of the hand."""
    life = morning()
    fields: dict[str, Any] = {
        "gate": "urine-drug-screen", "answer": GateAnswer.YES, "value": 2200, "unit": "U/L", "upper_limit": 40,
    }  # fmt: skip
    with pytest.raises(Refused, match="2200 where the upper limit is 40"):
        life.do("gate", Role.NURSE, **fields)
    life.do("gate", Role.NURSE, **fields, sure=True)
    assert life.record.gates["urine-drug-screen"].results[0].value == 2200


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"mg": Decimal(350)}, "350 mg where the order comes to 35.0 mg"),
        ({"minutes": 4}, "35 mg over 4 minutes where 35.0 mg over 40 were ordered"),
        ({"weight_kg": Decimal(154)}, "154 kg is rare for a first weight"),
    ],
)
def test_a_corrected_dose_far_from_plausible_is_asked_once_more(fields: dict[str, Any], says: str) -> None:
    """The dose stays as it was until somebody is sure; then it reads as corrected, and a prescriber is told."""
    life = morning()
    check_in(life, "s1")
    life.wait(minutes=40)
    given(life, "35", 40)
    before = life.record
    right = {"item": "s1", "second": STAFF[Role.PRESCRIBER], "reason": "typed wrongly", **fields}
    with pytest.raises(Refused, match=f"{says}.*add --sure"):
        life.do("correct", Role.NURSE, **right)
    assert life.record == before
    life.do("correct", Role.NURSE, **right, sure=True)
    (name,) = fields
    assert getattr(life.record.valid_doses[0], name) == fields[name]
    assert any(says in one.text and one.role is Role.PRESCRIBER for one in life.record.tasks)


def test_a_dose_whose_time_alone_is_corrected_is_no_doubt() -> None:
    """A dose that was doubted when it was given is not doubted again where only its time changes."""
    life = morning()
    check_in(life, "s1")
    life.wait(minutes=40)
    given(life, "53", 40, sure=True)
    fields = {"item": "s1", "second": STAFF[Role.PRESCRIBER], "reason": "the clock was wrong"}
    life.do("correct", Role.NURSE, **fields, started_at=life.now - minutes(45))
    assert life.record.valid_doses[0].at == life.now - minutes(45)


@pytest.mark.parametrize(
    ("born", "years"),
    [
        (date(2008, 6, 2), 17),
        (date(2008, 6, 1), 0),
        (date(1925, 6, 2), 0),
        (date(1925, 6, 1), 101),
        (date(1890, 1, 1), 136),
    ],
)
def test_an_age_is_doubted_below_eighteen_and_above_a_hundred(born: date, years: int) -> None:
    """To the day; how old is said, the birth date never."""
    doubted = age_doubt(Doubt(), born, date(2026, 6, 1))
    expected = f"a birth date that makes {years} years where 18 to 100 are expected" if years else ""
    assert doubted == expected
