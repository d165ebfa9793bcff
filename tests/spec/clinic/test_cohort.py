"""A synthetic cohort built to published aggregates is judged back to exactly these numbers.

Shiroma 2014 (doi:10.1016/j.jad.2013.10.036): 12 completers; 3 responders after the first infusion and 11 after the
sixth; 1 and 8 in remission; 5 of the 11 still responding four weeks later. The totals here are made up.
"""

from collections.abc import Iterable

import pytest

from course.model.record import CourseRecord
from course.model.terms import Outcome
from course.scores import outcome_rule
from course.scores.outcome_rule import RelapseState
from tests.support.records import measured, treated

BEFORE, AFTER_FIRST, AT_THE_END, AT_FOUR_WEEKS, TWO_DAYS_LATER = -1, 1, 12, 39, 41
"""Days from the first infusion; the sixth is on day 11."""

COMPLETERS = (
    (20, 4, 2, 4, 4),
    (18, 9, 3, 8, 7),
    (22, 11, 4, 11, 10),
    (19, 10, 4, 9, 9),
    (24, 20, 0, 12, 12),
    (17, 12, 1, 9, 12),
    (21, 15, 3, 16, 15),
    (16, 12, 4, 14, 13),
    (23, 18, 11, 19, 19),
    (20, 16, 9, 15, 17),
    (15, 11, 7, 12, 12),
    (21, 19, 14, 18, 18),
)
"""Baseline, after infusion 1, after infusion 6, four weeks later, and asked again two days after that."""

DAYS = (BEFORE, AFTER_FIRST, AT_THE_END, AT_FOUR_WEEKS, TWO_DAYS_LATER)


def patient(totals: Iterable[int | None], *, timed: bool = True) -> CourseRecord:
    """One patient's course; None was never answered, and an untimed baseline is from the day of the first infusion."""
    answered = [(number, day, total) for number, (day, total) in enumerate(zip(DAYS, totals, strict=True), start=1)]
    scores = [measured(day, total, number) for number, day, total in answered if total is not None]
    if not timed:
        scores[0] = measured(0.2, scores[0].points, timed=False)
    return treated(*scores)


COHORT = [patient(totals) for totals in COMPLETERS]


def outcomes(cohort: Iterable[CourseRecord], day: int) -> list[Outcome]:
    """How everybody's score of that day reads; who has none is left out and nothing is carried forward."""
    scores = [(one, score) for one in cohort for score in one.scores if score.id == f"m{DAYS.index(day) + 1}"]
    return [outcome_rule.read(one, score).outcome for one, score in scores]


def responders(cohort: Iterable[CourseRecord], day: int) -> int:
    """How many respond on a day, those in remission included."""
    return sum(1 for one in outcomes(cohort, day) if one in {Outcome.RESPONSE, Outcome.REMISSION})


@pytest.mark.parametrize(("day", "responding", "remitted"), [(AFTER_FIRST, 3, 1), (AT_THE_END, 11, 8)])
def test_responders_and_remitters(day: int, responding: int, remitted: int) -> None:
    """3 and 1 of 12 after the first infusion, 11 and 8 after the sixth."""
    assert len(COHORT) == len(outcomes(COHORT, day)) == 12
    assert responders(COHORT, day) == responding
    assert outcomes(COHORT, day).count(Outcome.REMISSION) == remitted


def test_five_of_eleven_still_respond_after_four_weeks() -> None:
    """The others have lost the criterion, and a second reading two days later confirms it."""
    had = [one for one, end in zip(COHORT, outcomes(COHORT, AT_THE_END), strict=True) if end is not Outcome.PARTIAL]
    assert len(had) == 11
    assert responders(had, AT_FOUR_WEEKS) == 5
    states = [outcome_rule.relapse(one).state for one in had]
    assert (states.count(RelapseState.CONFIRMED), states.count(RelapseState.NONE)) == (6, 5)


def test_a_baseline_of_the_day_of_the_first_infusion_counts() -> None:
    """Written down without a time, it reads as taken before the infusion, and the numbers stay."""
    same_day = [patient(totals, timed=False) for totals in COMPLETERS]
    for day in DAYS[1:]:
        assert outcomes(same_day, day) == outcomes(COHORT, day)


def test_who_has_no_score_or_no_baseline_is_in_no_numerator() -> None:
    """A missing score, a missing baseline, a zero and a below-cut baseline neither respond nor fail to."""
    missing = patient((20, 9, None, 8, 8))
    without = patient((None, 4, 3, 4, 4))
    zero, below = patient((0, 0, 0, 0, 0)), patient((9, 2, 1, 1, 1))
    cohort = [*COHORT, missing, without, zero, below]
    at_the_end = outcomes(cohort, AT_THE_END)
    assert (len(at_the_end), at_the_end.count(Outcome.NOT_COMPUTABLE)) == (15, 3)
    assert responders(cohort, AT_THE_END) == 11
    assert responders(cohort, AFTER_FIRST) == 3 + 1
    assert [outcome_rule.relapse(one).state for one in (missing, without, zero, below)] == [RelapseState.NONE] * 4


def percent(part: int, whole: int) -> float:
    """As papers print it."""
    return round(100 * part / whole, 1)


def test_seventeen_of_twentyfour_raters_scores_respond() -> None:
    """Murrough 2013 (doi:10.1016/j.biopsych.2012.06.022): of 24 rated by MADRS 70.8 % respond; made-up totals."""
    pairs = [(36 - number % 7, (36 - number % 7) // (2 if number < 17 else 1) - number % 2) for number in range(24)]
    cohort = [
        treated(
            measured(BEFORE, before, 1, instrument="madrs"),
            measured(AT_THE_END, after, 2, instrument="madrs"),
            protocol="treatment-resistant-depression",
        )
        for before, after in pairs
    ]
    assert percent(responders(cohort, AFTER_FIRST), len(cohort)) == 70.8


def test_rates_of_five_hundred_and_who_got_worse() -> None:
    """McInnes 2022 (doi:10.1016/j.jad.2021.12.097): of 537, 53.6 % respond, 28.9 % remit, 8.4 % rise by any amount.

    `worse` here is a rise by the instrument's reliable change: of those 45, 15. Made-up totals.
    """
    ends = [*([3] * 155), *([8] * 133), *([14] * 204), *([17] * 30), *([24] * 15)]
    cohort = [treated(measured(BEFORE, 16), measured(AT_THE_END, end, 2)) for end in ends]
    read = outcomes(cohort, AFTER_FIRST)
    assert len(read) == 537
    assert percent(responders(cohort, AFTER_FIRST), 537) == 53.6
    assert percent(read.count(Outcome.REMISSION), 537) == 28.9
    assert percent(sum(1 for one in cohort if one.scores[1].points > one.scores[0].points), 537) == 8.4
    assert read.count(Outcome.WORSE) == 15
