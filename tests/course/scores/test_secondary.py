"""Functioning and interference stand beside the primary measure, and decide nothing."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.agenda.evaluations import evaluation_due, evaluation_forced
from course.agenda.worklist import needs
from course.model.terms import Phase
from course.scores import outcome_rule, secondary
from course.scores.scoring import score
from tests.support.records import FIRST, clinic, infused, measured, treated

EVERY = sorted(clinic().protocols)
PEG, WHODAS = (clinic().instruments[name] for name in ("peg", "whodas12"))


@given(st.lists(st.integers(0, 10), min_size=3, max_size=3))
def test_peg_is_the_mean_of_its_three_items(answers: list[int]) -> None:
    """To a tenth, halves up."""
    total = score(PEG, tuple(answers)).total
    assert total is not None
    assert abs(Fraction(str(total)) - Fraction(sum(answers), 3)) <= Fraction(1, 20)


@given(st.lists(st.integers(1, 5), min_size=12, max_size=12), st.integers(0, 11))
def test_whodas_is_a_simple_sum_that_bears_one_blank(answers: list[int], blank: int) -> None:
    """As the form prints it, 1 to 5; with one item blank the mean of the others stands for it."""
    assert score(WHODAS, tuple(answers)).total == sum(answers)
    known = [one for number, one in enumerate(answers) if number != blank]
    left = score(WHODAS, tuple(None if number == blank else one for number, one in enumerate(answers))).total
    assert left is not None
    assert abs(left - 12 * sum(known) / 11) <= 0.5


@pytest.mark.parametrize("protocol", EVERY)
def test_every_arm_shows_functioning_and_it_changes_no_reading(protocol: str) -> None:
    """The same course with a good and with a bad secondary score reads, relapses and is evaluated the same."""
    primary = clinic().protocols[protocol].outcome.instrument
    top = clinic().instruments[primary].total_max
    plain = treated(
        measured(-2, top - 1, instrument=primary), measured(20, top // 3, 2, instrument=primary),
        doses=[infused(0)], protocol=protocol, phase=Phase.EVALUATION,
    )  # fmt: skip
    for name in plain.protocol.measuring.secondary:
        instrument = clinic().instruments[name]
        first = measured(-2, instrument.total_max, 7, instrument=name)
        last = measured(21, instrument.total_min, 8, instrument=name)
        asked = plain.with_(scores=(*plain.scores, first, last))
        (reading,) = (one for one in secondary.readings(asked) if one.instrument == name)
        assert (reading.baseline, reading.last) == (first, last)
        assert reading.sentence.startswith(f"{first.said} to {last.said} (none), down ")
        for rule in (outcome_rule.latest, outcome_rule.relapse, evaluation_forced, evaluation_due):
            assert rule(asked) == rule(plain)
    assert "whodas12" in plain.protocol.measuring.secondary


def test_they_are_asked_before_the_first_dose_and_at_evaluations() -> None:
    """The row that asks for an evaluation names them; without an answer nothing else waits."""
    record = treated(
        measured(-2, 8, instrument="nrs_pain"), doses=[infused(0)], protocol="crps", phase=Phase.EVALUATION
    )
    now = FIRST.replace(month=12)
    assert any("whodas12, peg" in need.text for need in needs(record, now))
    assert secondary.first_ask(record) == "; first ask whodas12, peg"
    answered = record.with_(scores=(*record.scores, measured(1, 30, 5, instrument="whodas12", at=now)))
    assert secondary.missing_since(answered, record.opened_at) == ("peg",)
