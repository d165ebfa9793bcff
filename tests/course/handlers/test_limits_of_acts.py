"""How far the numbers and texts of an act may go."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from course.actions import Refused, apply
from course.acts.base import BaseAct
from course.acts.catalogue import ACT
from course.model.base import days, minutes
from course.model.terms import Role
from tests.support.life import STAFF, why_refused
from tests.support.records import FIRST
from tests.support.stories import scheduled

READING = {"at": FIRST, "systolic": 122, "diastolic": 78}


def said(action: str, **but: Any) -> BaseAct:
    """An act of a nurse."""
    given = {"action": action, "request_id": "request-1", "actor": STAFF[Role.NURSE], "made_at": FIRST}
    made: BaseAct = ACT.validate_python({**given, **but})
    return made


CHECK: dict[str, Any] = {
    "session": "s1", "identifiers": 2, "weight_kg": 70, "escort": True, "fasting": True, "asked": True,
    "readings": [READING],
}  # fmt: skip
GIVEN: dict[str, Any] = {"session": "s1", "started_at": FIRST, "minutes": 40, "mg": 35}
PANEL = [{"analyte": f"a{number}", "value": 1, "unit": "U/L", "upper_limit": 2} for number in range(21)]


@pytest.mark.parametrize(
    ("action", "base", "field", "last", "first"),
    [
        ("check_in", CHECK, "weight_kg", Decimal("20.1"), 20),
        ("check_in", CHECK, "weight_kg", Decimal("399.9"), 400),
        ("check_in", CHECK, "identifiers", 4, 5),
        ("check_in", CHECK, "identifiers", 0, -1),
        ("session", GIVEN, "comfort", 10, 11),
        ("session", GIVEN, "comfort_word", "x" * 40, "x" * 41),
        ("note", {}, "text", "x" * 8000, "x" * 8001),
        ("gate", {"gate": "liver-panel", "answer": "yes"}, "results", PANEL[:20], PANEL),
        ("gate", {"gate": "urine-drug-screen", "answer": "yes"}, "value", 0, -1),
        ("gate", {"gate": "urine-drug-screen", "answer": "yes"}, "value", 100000, 100001),
        ("gate", {"gate": "urine-drug-screen", "answer": "yes"}, "upper_limit", Decimal("0.1"), 0),
    ],
)
def test_a_number_or_a_text_goes_to_its_bound(
    action: str, base: dict[str, Any], field: str, last: Any, first: Any
) -> None:
    """The last that means something is taken, the next is refused before anybody reads it."""
    said(action, **{**base, field: last})
    with pytest.raises(ValidationError):
        said(action, **{**base, field: first})


def test_a_blood_pressure_has_the_higher_number_first() -> None:
    """78 over 122 was typed the wrong way round, and equal ones are none."""
    for systolic, diastolic, wrong in ((122, 78, False), (78, 122, True), (90, 90, True), (91, 90, False)):
        reading = {"at": FIRST, "systolic": systolic, "diastolic": diastolic}
        try:
            said("check_in", **{**CHECK, "readings": [reading]})
        except ValidationError:
            assert wrong
        else:
            assert not wrong


def test_two_identifiers_are_checked_before_a_dose() -> None:
    """None, and one, are too few; who says nothing has checked none."""
    life = scheduled()
    life.go_to(life.record.open_sessions[0].start)
    fine = {**CHECK, "measure_waived": "asked", "readings": [{**READING, "at": life.now}]}
    without = {name: one for name, one in fine.items() if name != "identifiers"}
    for these in ({**fine, "identifiers": 0}, {**fine, "identifiers": 1}, without):
        why = why_refused(life.record, life.words("check_in", Role.NURSE, **these), life.now)
        assert "two identifiers" in why


def test_a_visit_is_planned_at_most_four_hundred_days_ahead() -> None:
    """Nobody means a visit of the year after next."""
    life = scheduled()
    last = life.record.open_sessions[-1].id
    for ahead, wrong in ((days(400), False), (days(400) + minutes(1), True)):
        moved = life.words("defer", Role.COORDINATOR, session=last, to=life.now + ahead, reason="abroad")
        assert ("is more than 400 days off" in why_refused(life.record, moved, life.now)) is wrong


def test_a_request_id_stands_for_one_act() -> None:
    """Sent again it is answered as before and changes nothing; with other words it is refused."""
    life = scheduled()
    note = said("note", text="her sister drives", made_at=life.now, request_id="note-0001")
    once = apply(life.record, note, life.now)
    again = apply(once.record, note, life.now + minutes(1))
    assert again.receipt == once.receipt.with_(repeated=True)
    assert again.record == once.record
    with pytest.raises(Refused, match="request note-0001 was used for another act: send this one under a new id"):
        apply(once.record, note.model_copy(update={"text": "her brother drives"}), life.now)
