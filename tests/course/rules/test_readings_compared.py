"""What is compared with what came before: medicines, laboratory values, ratings that hold, answers typed wrongly."""

import itertools
from typing import Any

import pytest

from course.model.calendar import Zone
from course.model.parts import Messaging
from course.model.protocol.adjunct import TakenMedicine
from course.model.terms import Audience, GateAnswer, OccasionState, Role, Urgency
from course.rules.followup import became, counted
from course.rules.holds import trigger
from tests.support.life import Life, why_refused
from tests.support.records import FIRST, clinic, measured, treated
from tests.support.stories import enrolled, scheduled

BIPOLAR = clinic().protocols["bipolar-depression"]


@pytest.mark.parametrize(
    ("at_intake", "now", "what"),
    [
        ("50 mg", "100 mg", "increased"),
        ("50 mg", "25 mg", "reduced"),
        ("50 mg", "50 mg", "as at intake"),
        ("50 mg", "", "stopped"),
        ("", "50 mg", "begun since intake"),
        ("500 mg", "1 g", "changed"),
        ("50 mg", "half a tablet", "changed"),
        ("half a tablet", "50 mg", "changed"),
        ("half a tablet", "two tablets", "changed"),
        ("50", "100", "changed"),
        ("10 ml", "20 mL", "increased"),
    ],
)
def test_a_medicine_is_compared_only_in_one_unit(at_intake: str, now: str, what: str) -> None:
    """More and less are said of the same unit; anything else has changed, and a person reads how."""
    assert became(TakenMedicine(name="lithium", at_intake=at_intake, now=now)) == what


def test_how_many_medicines_and_what_became_of_them() -> None:
    """Those at intake are counted, and those that were begun since stand with the rest."""
    taken = (
        TakenMedicine(name="a", at_intake="1 mg", now="2 mg"),
        TakenMedicine(name="b", at_intake="1 mg", now="3 mg"),
        TakenMedicine(name="c", now="3 mg"),
    )
    assert counted(taken) == "2 at intake; now 2 increased, 1 begun since intake"
    assert counted(()) == "none"


@pytest.mark.parametrize(
    ("before", "now", "urgency"),
    [
        ((), 14, Urgency.URGENT),
        ((8,), 14, Urgency.URGENT),
        ((14,), 14, Urgency.PROMPT),
        ((14,), 15, Urgency.URGENT),
        ((15,), 14, Urgency.PROMPT),
        ((15, 8), 14, Urgency.URGENT),
        ((8, 15), 14, Urgency.PROMPT),
    ],
)
def test_a_rating_that_holds_is_urgent_when_it_is_new_or_rises(
    before: tuple[int, ...], now: int, urgency: Urgency
) -> None:
    """Held against the rating just before it by time, never against one that came later."""
    rule = BIPOLAR.holds[0]
    ymrs = clinic().instruments["ymrs"]
    score = measured(9, now, 9, instrument="ymrs")
    scores = [measured(number, total, number, instrument="ymrs") for number, total in enumerate(before, start=1)]
    later = measured(12, 30, 10, instrument="ymrs")
    record = treated(*scores, score, later, protocol="bipolar-depression")
    assert trigger(record, ymrs, rule, score).urgency is urgency


@pytest.mark.parametrize(("email", "sms", "opted_out", "stopped"), list(itertools.product([False, True], repeat=4)))
def test_a_patient_is_written_to_with_a_consent_and_nothing_against_it(
    email: bool, sms: bool, opted_out: bool, stopped: bool
) -> None:
    """One channel suffices; an opt-out or a death ends all of them."""
    zone = Zone(name="UTC", transitions=())
    value = Messaging(zone=zone, email=email, sms=sms, opted_out_at=FIRST if opted_out else None, stopped=stopped)
    assert value.allowed is ((email or sms) and not opted_out and not stopped)


def test_an_opt_out_asks_about_the_visit_only_where_it_may_have_been_meant() -> None:
    """CANCEL may mean the visit: a person asks. STOP does not, and START, whatever was typed, asks nothing."""
    for said, asks in (
        ({"opt_out": True, "perhaps_the_visit": True}, True),
        ({"opt_out": True}, False),
        ({"opt_out": False, "perhaps_the_visit": True}, False),
    ):
        life = scheduled()
        before = len(life.record.tasks)
        life.do("contact", Role.PATIENT, **said)
        assert (len(life.record.tasks) > before) is asks


def test_the_next_on_call_is_told_though_the_message_before_is_still_under_way() -> None:
    """A mail server that answers nobody does not stop the round."""

    def orders(life: Life) -> int:
        return sum(1 for one in life.orders if one.audience is Audience.ONCALL)

    life = scheduled()
    life.fate = lambda _: OccasionState.IN_FLIGHT
    life.do("measure", Role.PATIENT, instrument="phq9", answers=(1,) * 9)
    assert orders(life) == 1
    life.wait(minutes=29)
    assert orders(life) == 1
    life.wait(minutes=1)
    assert orders(life) == 2
    life.wait(minutes=30)
    assert orders(life) == 3


def test_a_laboratory_value_in_another_unit_is_asked_about_and_one_without_is_refused() -> None:
    """The first value sets the unit of the course; a bare number has none to compare."""
    life = enrolled()
    fields: dict[str, Any] = {"gate": "urine-drug-screen", "answer": GateAnswer.YES}
    life.do("gate", Role.NURSE, **fields, value=10, unit="ng/mL")
    for unit, why in (("ng/mL", ""), ("ug/L", "in ug/L where it was measured in ng/mL first"), ("", "has no unit")):
        life.wait(hours=1)
        refused = why_refused(life.record, life.words("gate", Role.NURSE, **fields, value=11, unit=unit), life.now)
        assert why in refused
        assert (refused == "") is (why == "")
