"""Amounts against the order, weights against the last one, vital signs against their limits."""

from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from course.actions import Refused
from course.acts.room import Reading
from course.model.base import days
from course.model.parts import Order
from course.model.protocol.session import DURING
from course.model.terms import Role
from course.rules.clearance import why_not_clear
from course.rules.dosing import dose_check, weight_doubt, why_order_refused, why_over_order
from course.rules.vitals import outside_during_infusion
from tests.support import stories
from tests.support.ready import VISIT, ready
from tests.support.records import DEPRESSION, FIRST, boosted, infused, make_record, treated
from tests.support.stories import check_in, scheduled, screen

NOW = FIRST


def test_mg_per_kg_is_computed() -> None:
    """35 mg for 70 kg are 0.5 mg/kg, which is the order; 38.5 mg are ten percent over it, 38.51 exceed it."""
    check = dose_check(make_record(), 40, Decimal(35), Decimal(70))
    assert (check.per_unit, check.ordered_mg, check.over_percent) == (Decimal("0.500"), Decimal("35.0"), Decimal("0.0"))
    assert not check.exceeds
    assert not dose_check(make_record(), 40, Decimal("38.5"), Decimal(70)).exceeds
    over = dose_check(make_record(), 40, Decimal("38.51"), Decimal(70))
    assert over.exceeds
    assert "10 % over the order" in over.sentence


def test_mg_per_kg_per_hour_and_its_ceilings() -> None:
    """0.35 mg/kg/h for 60 kg in four hours are 84 mg; a heavier patient stops at 100 mg and 25 mg an hour."""
    record = make_record("crps")
    check = dose_check(record, 240, Decimal(84), Decimal(60))
    assert (check.per_unit, check.ordered_mg, check.exceeds) == (Decimal("0.350"), Decimal("84.0"), False)
    heavy = dose_check(record, 240, Decimal(101), Decimal(90))
    assert (heavy.ordered_mg, heavy.exceeds) == (Decimal("100.0"), True)
    assert "ceiling of 100 mg" in heavy.sentence
    assert not dose_check(record, 240, heavy.ordered_mg, Decimal(90)).exceeds
    fast = dose_check(record, 120, Decimal(51), Decimal(90))
    assert (fast.ordered_mg, fast.exceeds) == (Decimal("50.0"), True)
    assert "over 25 mg an hour" in fast.sentence
    assert not dose_check(record, 120, fast.ordered_mg, Decimal(90)).exceeds


AMOUNTS = st.decimals("0.1", 300, places=1)
WEIGHTS = st.decimals(30, 200, places=1)


@given(st.sampled_from(["depression", "crps"]), st.integers(0, 300), AMOUNTS, AMOUNTS, WEIGHTS)
def test_more_never_exceeds_less_and_the_order_never_exceeds_itself(
    protocol: str, over_minutes: int, one: Decimal, other: Decimal, weight_kg: Decimal
) -> None:
    """Checks grow with the amount; what they say is ordered may be given, by the kg over the fewest minutes or more."""
    record = make_record(protocol)
    less, more = (dose_check(record, over_minutes, mg, weight_kg) for mg in sorted((one, other)))
    assert less.per_unit <= more.per_unit
    assert less.over_percent <= more.over_percent
    assert less.exceeds <= more.exceeds
    assert less.ordered_mg == more.ordered_mg <= record.order.max_mg
    long_enough = max(over_minutes, record.protocol.dose.minutes_min) if protocol == "depression" else over_minutes
    assert not dose_check(record, long_enough, less.ordered_mg, weight_kg).exceeds


def test_a_weight_that_jumps_is_asked_again() -> None:
    """Ten percent off the last dose or the last arrival, whichever is later; pounds jump far more."""
    record = treated(doses=[infused(0), boosted(30)])
    assert weight_doubt(make_record(), Decimal(130)) == ""
    assert "rare for a first weight, 40 to 130 kg is expected" in weight_doubt(make_record(), Decimal(154))
    assert weight_doubt(record, Decimal("76.9")) == ""
    assert "weigh again" in weight_doubt(record, Decimal(77))
    assert "weigh again" in weight_doubt(record, Decimal(63))
    arrived = VISIT.with_(arrived_at=FIRST + days(35), weight_kg=Decimal(80))
    assert weight_doubt(record.with_(sessions=(arrived,)), Decimal(77)) == ""


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, ""),
        ({"amount": Decimal("0.2")}, ""),
        ({"amount": Decimal("0.19")}, "0.2 to 1 mg/kg"),
        ({"amount": Decimal("1.01")}, "0.2 to 1 mg/kg"),
        ({"minutes": 39}, "40 to 60 minutes"),
        ({"minutes": 61}, "40 to 60 minutes"),
        ({"max_mg": Decimal(0)}, "ceiling"),
        ({"max_mg": Decimal(101)}, "ceiling"),
        ({"sessions": 7}, "6 to 6 sessions"),
        ({"weekdays": (1, 3)}, ""),
        ({"weekdays": (6,)}, ""),
        ({"weekdays": ()}, "weekdays"),
        ({"weekdays": (3, 1)}, "weekdays"),
        ({"weekdays": (1, 1)}, "weekdays"),
        ({"weekdays": (0, 7)}, "weekdays"),
        ({"weekdays": (-1, 2)}, "weekdays"),
    ],
)
def test_an_order_stays_inside_the_protocols_ranges(changes: dict[str, Any], says: str) -> None:
    """Amount, minutes, ceiling, sessions and weekdays; an order outside them is not cleared either."""
    record = ready()
    order: Order = record.order.with_(**changes)
    refused = why_order_refused(DEPRESSION, order)
    assert (says in refused) if says else refused == ""
    assert (why_not_clear(record.with_(order=order), NOW) == ()) is not bool(says)


def test_alerts_name_the_sign_and_not_its_value() -> None:
    """At the limits nothing, beyond them one sentence a sign, however many readings."""
    quiet = Reading(at=NOW, systolic=180, diastolic=110, heart_rate=120, spo2=92)
    low = Reading(at=NOW, systolic=90, diastolic=40, heart_rate=50)
    assert outside_during_infusion(DURING, (quiet, low)) == ()
    loud = Reading(at=NOW, systolic=187, diastolic=111, heart_rate=121, spo2=91)
    weak = Reading(at=NOW, systolic=89, diastolic=40, heart_rate=49)
    found = outside_during_infusion(DURING, (loud, loud, weak))
    assert len(found) == 6
    assert "187" not in "".join(found)


def test_an_infusion_that_is_not_over_is_not_recorded_as_given() -> None:
    """Forty minutes that began ten minutes ago have not been given yet; ten of them have."""
    life = scheduled()
    session = life.record.open_sessions[0]
    life.go_to(session.start)
    check_in(life, session.id)
    life.wait(minutes=10)
    fields = {"session": session.id, "started_at": session.start, "mg": Decimal(35)}
    before = life.record
    with pytest.raises(Refused, match="end at 09:40: record it then"):
        life.do("session", Role.NURSE, minutes=40, **fields)
    assert life.record == before
    life.do("session", Role.NURSE, minutes=10, sure=True, **fields)
    assert life.record.valid_doses[-1].minutes == 10


@pytest.mark.parametrize(("planned", "says"), [("39", "11 % over the order"), ("101", "over the ceiling of 100 mg")])
def test_a_planned_dose_over_the_order_is_refused_at_check_in(planned: str, says: str) -> None:
    """Ten percent over 35 mg, or over the 100 mg that the order allows at most; the visit stays as it was."""
    life = scheduled()
    session = life.record.open_sessions[0]
    life.go_to(session.start)
    screen(life)
    before = life.record
    with pytest.raises(Refused, match=says):
        check_in(life, session.id, planned_mg=Decimal(planned))
    assert life.record == before
    check_in(life, session.id, planned_mg=Decimal(38))


@pytest.mark.parametrize(("mg", "minutes", "exceeds"), [(35, 40, False), (35, 35, True), (35, 3, True), (9, 10, False)])
def test_an_infusion_by_the_kg_runs_no_faster_than_its_fewest_minutes(mg: int, minutes: int, *, exceeds: bool) -> None:
    """35 mg over three minutes is the right amount and far too fast; a quarter of it over ten minutes is neither."""
    check = dose_check(make_record(), minutes, Decimal(mg), Decimal(70))
    assert check.exceeds is exceeds
    assert ("faster than 40 minutes for the whole" in check.sentence) is exceeds


def test_minutes_that_nobody_ordered_make_no_more_of_an_order() -> None:
    """By the hour: an order cut to two hours comes to half, however long the bag ran."""
    record = make_record("crps")
    cut = record.with_(order=record.order.with_(minutes=120))
    assert dose_check(cut, 240, Decimal(98), Decimal(70)).exceeds
    assert dose_check(cut, 240, Decimal(98), Decimal(70)).ordered_mg == Decimal("49.0")
    assert not dose_check(cut, 240, Decimal(49), Decimal(70)).exceeds


def test_pounds_hide_no_overdose() -> None:
    """77 mg are half a mg a kg of 154; held against the 70 kg of last time they are over the order."""
    life = stories.treated()
    value = why_over_order(life.record, 40, Decimal(77), Decimal(154))
    assert value[0].startswith("the weight is 10 % or more off the last one")
    assert value[1].startswith("at 70 kg 77 mg over 40 minutes is 120 % over the order")
    assert why_over_order(life.record, 40, Decimal(35), Decimal(70)) == ()


def test_a_rare_first_weight_is_asked_about_and_has_none_to_be_held_against() -> None:
    """Of 154 kg nothing is known before: what was given is judged by it alone, and is written down."""
    record = make_record()
    assert weight_doubt(record, Decimal(130)) == weight_doubt(record, Decimal(40)) == ""
    for rare in (Decimal(154), Decimal("130.1"), Decimal("39.9")):
        assert "is rare for a first weight, 40 to 130 kg is expected" in weight_doubt(record, rare)
    assert why_over_order(record, 40, Decimal(77), Decimal(154)) == ()
    assert why_over_order(record, 40, Decimal(92), Decimal(154)) != ()
