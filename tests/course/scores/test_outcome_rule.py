"""Outcomes, relapse and the brakes on early boosters, as the protocols' own rules read them."""

from datetime import timedelta
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from hypothesis import given

from course.agenda.evaluations import evaluation_forced
from course.model.base import days
from course.model.parts import Evaluation, Score
from course.model.protocol.protocol import OutcomeRule, Protocol
from course.model.record import CourseRecord
from course.model.terms import Decision, Outcome
from course.rules import maintenance
from course.scores import outcome_rule
from course.scores.outcome_rule import Relapse, RelapseState
from tests.support.records import CRPS, DEPRESSION, FIRST, boosted, infused, make_record, measured, treated

BEST_FIRST = [
    *(Outcome.REMISSION, Outcome.SUBSTANTIAL, Outcome.RESPONSE, Outcome.PARTIAL, Outcome.NON_RESPONSE, Outcome.WORSE)
]
BY_POINTS = DEPRESSION.with_(outcome=OutcomeRule(instrument="phq9", response_points=8))
"""A rule in points, as that for the PCL-5 (Marx 2022)."""

HALF_DAYS = st.integers(24, 180).map(lambda halves: halves / 2)
"""From day 12 to day 90, far enough apart to have an order."""

SCORES = st.lists(st.tuples(st.floats(-20, 90), st.integers(0, 27), st.booleans(), st.booleans()), max_size=12).map(
    lambda drawn: tuple(
        measured(day, total, number, timed=timed, voided=voided)
        for number, (day, total, timed, voided) in enumerate(drawn, start=1)
    )
)


def said(record: CourseRecord) -> tuple[object, ...]:
    """Everything that is judged of a course."""
    return (
        outcome_rule.baseline(record),
        outcome_rule.latest(record),
        outcome_rule.relapse(record),
        evaluation_forced(record),
    )


def outcome(start: int, total: int, protocol: Protocol = DEPRESSION, instrument: str = "phq9") -> Outcome:
    """How a fall or rise from one total to another reads."""
    scores = (measured(-1, start, 1, instrument=instrument), measured(12, total, 2, instrument=instrument))
    return outcome_rule.read(treated(*scores, protocol=CRPS.id).with_(protocol=protocol), scores[1]).outcome


def test_twenty_one_to_nine_is_a_response() -> None:
    """The sentence names outcome, baseline, score and the percent that is reached, never rounded up to a criterion."""
    reading = outcome_rule.latest(treated(measured(-1, 21), measured(12, 9, 2)))
    assert reading is not None
    assert (reading.outcome, reading.change_percent, reading.points) == (Outcome.RESPONSE, Decimal("-57.1"), -12)
    assert reading.sentence == "response: 21 to 9, down 57 %"
    nearly = outcome_rule.read(treated(measured(-1, 27)), measured(12, 14))
    assert (nearly.outcome, nearly.sentence) == (Outcome.PARTIAL, "partial response: 27 to 14, down 48 %")


@pytest.mark.parametrize(
    ("start", "total", "reads"),
    [
        (20, 4, Outcome.REMISSION),
        (20, 5, Outcome.RESPONSE),
        (20, 10, Outcome.RESPONSE),
        (20, 11, Outcome.PARTIAL),
        (20, 15, Outcome.PARTIAL),
        (20, 16, Outcome.NON_RESPONSE),
        (20, 25, Outcome.NON_RESPONSE),
        (20, 26, Outcome.WORSE),
        (9, 2, Outcome.NOT_COMPUTABLE),
        (0, 0, Outcome.NOT_COMPUTABLE),
        (10, 5, Outcome.RESPONSE),
    ],
)
def test_phq9(start: int, total: int, reads: Outcome) -> None:
    """Half is a response, below 5 remission (McInnes 2022), a quarter partial, 6 points up worse (Gyani 2013)."""
    assert outcome(start, total) is reads


@pytest.mark.parametrize(
    ("start", "total", "reads"),
    [
        (8, 4, Outcome.SUBSTANTIAL),
        (8, 5, Outcome.RESPONSE),
        (10, 7, Outcome.RESPONSE),
        (8, 6, Outcome.NON_RESPONSE),
        (8, 9, Outcome.NON_RESPONSE),
        (8, 10, Outcome.WORSE),
        (3, 1, Outcome.NOT_COMPUTABLE),
    ],
)
def test_pain(start: int, total: int, reads: Outcome) -> None:
    """30 percent is a response, 50 percent a substantial one (Dworkin 2008)."""
    assert outcome(start, total, CRPS, "nrs_pain") is reads


def test_a_rule_in_points() -> None:
    """A drop of so many points responds, whatever the percentage, and is told in points."""
    record = treated(measured(-1, 27)).with_(protocol=BY_POINTS)
    assert outcome_rule.read(record, measured(12, 19, 2)).sentence == "response: 27 to 19, down 8 points"
    assert outcome_rule.read(record, measured(12, 20, 2)).outcome is Outcome.NON_RESPONSE


@pytest.mark.parametrize(
    ("start", "total", "reads"),
    [
        (48, 34, Outcome.NON_RESPONSE),
        (48, 33, Outcome.RESPONSE),
        (48, 28, Outcome.REMISSION),
        (40, 28, Outcome.NON_RESPONSE),
        (48, 62, Outcome.NON_RESPONSE),
        (48, 63, Outcome.WORSE),
        (30, 10, Outcome.NOT_COMPUTABLE),
    ],
)
def test_ptsd(start: int, total: int, reads: Outcome) -> None:
    """Fifteen points are a response (Marx 2022); 28 or less is remission only together with them."""
    scores = (measured(-1, start, 1, instrument="pcl5"), measured(12, total, 2, instrument="pcl5"))
    assert outcome_rule.read(treated(*scores, protocol="ptsd"), scores[1]).outcome is reads


def test_a_rated_measure_is_read_beside_the_primary_one() -> None:
    """MADRS against its own baseline: half is a response, 10 or less remission; the course is read by the PHQ-9."""
    scores = (
        measured(-1, 21), measured(-1, 32, 2, instrument="madrs"),
        measured(12, 16, 3, instrument="madrs"), measured(13, 10, 4, instrument="madrs"), measured(13, 15, 5),
    )  # fmt: skip
    record = treated(*scores, protocol="treatment-resistant-depression")
    assert [outcome_rule.read(record, one).outcome for one in scores[2:4]] == [Outcome.RESPONSE, Outcome.REMISSION]
    latest = outcome_rule.latest(record)
    assert latest is not None
    assert latest.sentence.startswith("partial response: 21 to 15")


@given(
    st.sampled_from([(DEPRESSION, "phq9", 27, 10), (BY_POINTS, "phq9", 27, 10), (CRPS, "nrs_pain", 10, 4)]),
    st.data(),
)
def test_a_lower_score_never_reads_worse(rule: tuple[Protocol, str, int, int], data: st.DataObject) -> None:
    """The better of two scores has the better outcome or the same one."""
    protocol, instrument, most, cut = rule
    start = data.draw(st.integers(cut, most))
    lower, higher = sorted(data.draw(st.tuples(st.integers(0, most), st.integers(0, most))))
    ranks = [BEST_FIRST.index(outcome(start, total, protocol, instrument)) for total in (lower, higher)]
    assert ranks[0] <= ranks[1]


def test_what_cannot_be_computed_says_why() -> None:
    """No percentages from nothing, from zero, from below the cut, or from another instrument."""
    after = measured(12, 5, 2)
    assert "before the first infusion" in outcome_rule.read(treated(after), after).sentence
    assert "baseline is 0" in outcome_rule.read(treated(measured(-1, 0), after), after).sentence
    assert "below the cut of 10" in outcome_rule.read(treated(measured(-1, 9), after), after).sentence
    other = measured(12, 5, 2, instrument="nrs_pain")
    assert "not from nrs_pain" in outcome_rule.read(treated(measured(-1, 20)), other).sentence


def test_the_baseline_is_the_last_score_before_the_first_standing_dose() -> None:
    """By its time where it has one; without one the whole day of the session, the clinic's day, counts as before."""
    early, late = measured(-3, 20), measured(-1, 18, 2)
    afternoon = measured(0.2, 12, 3)
    assert outcome_rule.baseline(treated(early, late, afternoon)) == late
    at_the_start = measured(0, 17, 4)
    assert outcome_rule.baseline(treated(late, at_the_start, afternoon)) == at_the_start
    untimed = afternoon.with_(timed=False)
    assert outcome_rule.baseline(treated(early, late, untimed)) == untimed
    evening_in_new_york = untimed.with_(at=FIRST + timedelta(hours=13))
    assert evening_in_new_york.at.date() != FIRST.date()
    assert outcome_rule.baseline(treated(early, evening_in_new_york)) == evening_in_new_york
    assert outcome_rule.baseline(treated(early, untimed.with_(at=FIRST + timedelta(hours=16)))) == early
    assert outcome_rule.baseline(treated(early, late.with_(voided=True), afternoon)) == early
    wrong_chart = [infused(-2, voided=True), infused(0, 2)]
    assert outcome_rule.baseline(treated(early, late, doses=wrong_chart)) == late
    assert outcome_rule.baseline(treated(afternoon)) is None


def test_before_the_first_dose_nothing_reads() -> None:
    """A baseline is no outcome, and a missing score is not carried forward."""
    assert outcome_rule.latest(treated(measured(-1, 20), doses=())) is None
    assert outcome_rule.latest(treated(measured(-1, 20), measured(0, 18, 2))) is None
    assert outcome_rule.latest(make_record()) is None


@given(SCORES, st.randoms())
def test_the_order_of_the_list_does_not_matter(scores: tuple[Score, ...], chance: object) -> None:
    """Scores and doses entered late stand in the list's end; what is judged is the same."""
    doses = [infused(0), infused(2, 2), boosted(30), boosted(40, 8, early=True), boosted(50, 9, early=True)]
    record = treated(*scores, doses=doses)
    shuffled, mixed = list(scores), list(doses)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert said(treated(*shuffled, doses=mixed)) == said(record)


@given(SCORES, st.floats(-20, 90), st.integers(0, 27))
def test_voiding_restores(scores: tuple[Score, ...], day: float, total: int) -> None:
    """A score or dose of another chart, once voided, leaves nothing behind."""
    record = treated(*scores)
    with_score = treated(*scores, measured(day, total, 99, voided=True))
    with_dose = treated(*scores, doses=[*record.doses, infused(day, 99, voided=True)])
    assert said(with_score) == said(with_dose) == said(record)


def after_series(*readings: tuple[float, int], **changes: object) -> CourseRecord:
    """A baseline of 20, six infusions, then these readings by day."""
    scores = [measured(day, total, number) for number, (day, total) in enumerate(((-1, 20), *readings), start=1)]
    return treated(*scores, **changes)  # type: ignore[arg-type]


def test_a_response_is_lost_on_two_readings_two_days_apart() -> None:
    """One bad reading is a suspicion, a second one a day later too; two days later it is a relapse."""
    good, bad = (14.0, 8), (21.0, 11)
    assert outcome_rule.relapse(after_series(good)) == Relapse()
    suspected = Relapse(RelapseState.SUSPECTED, FIRST + days(21))
    assert outcome_rule.relapse(after_series(good, bad)) == suspected
    assert outcome_rule.relapse(after_series(good, bad, (22, 15))) == suspected
    confirmed = Relapse(RelapseState.CONFIRMED, FIRST + days(21), FIRST + days(23))
    assert outcome_rule.relapse(after_series(good, bad, (22, 15), (23, 12))) == confirmed
    assert outcome_rule.relapse(after_series(good, bad, (22, 9), (23, 12))).state is RelapseState.SUSPECTED
    assert outcome_rule.relapse(after_series((14, 12), bad, (28, 15))) == Relapse()


@pytest.mark.parametrize(("total", "state"), [(7, RelapseState.NONE), (8, RelapseState.CONFIRMED)])
def test_pain_is_lost_by_its_own_criterion(total: int, state: RelapseState) -> None:
    """What is lost is the protocol's response, for pain 30 percent of 10, and not half."""
    readings = [(-1, 10), (12, 5), (20, total), (23, total)]
    scores = [measured(day, one, number, instrument="nrs_pain") for number, (day, one) in enumerate(readings, start=1)]
    assert outcome_rule.relapse(treated(*scores, protocol="crps")).state is state


@given(st.lists(st.tuples(HALF_DAYS, st.integers(0, 27)), max_size=9, unique_by=lambda one: one[0]))
def test_relapse_is_what_stands_since_the_last_good_reading(readings: list[tuple[float, int]]) -> None:
    """After the series: lost, if at all, since the last good reading, and for good once the bad ones span two days."""
    found = outcome_rule.relapse(after_series(*readings))
    ordered = sorted(readings)
    goods = [day for day, total in ordered if total <= 10]
    bads = [day for day, total in ordered if goods and day > goods[-1] and total > 10]
    record = make_record()
    span = record.zone.days_between(FIRST + days(bads[0]), FIRST + days(bads[-1])) if bads else 0
    expected = RelapseState.NONE if not bads else RelapseState.CONFIRMED if span >= 2 else RelapseState.SUSPECTED
    assert found.state is expected


def test_after_a_relapse_a_booster_or_an_evaluation_starts_afresh() -> None:
    """What it answered is not lost a second time; a new response can be."""
    lost: tuple[tuple[float, int], ...] = ((14, 8), (21, 15), (24, 15))
    series = list(treated().doses)
    boosted_since = [*series, boosted(28)]
    evaluated = Evaluation(at=FIRST + days(24), decision=Decision.MAINTENANCE, by="Any Prescriber")
    assert outcome_rule.relapse(after_series(*lost)).state is RelapseState.CONFIRMED
    assert outcome_rule.relapse(after_series(*lost, doses=[*series, boosted(23)])).state is RelapseState.CONFIRMED
    for changes in ({"doses": boosted_since}, {"evaluations": (evaluated,)}):
        assert outcome_rule.relapse(after_series(*lost, **changes)) == Relapse()
        assert outcome_rule.relapse(after_series(*lost, (35, 15), (42, 15), **changes)) == Relapse()
        again = outcome_rule.relapse(after_series(*lost, (35, 8), (42, 15), (49, 15), **changes))
        assert again == Relapse(RelapseState.CONFIRMED, FIRST + days(42), FIRST + days(49))


def test_an_early_booster_waits_a_week_and_comes_at_most_four_times_in_four_weeks() -> None:
    """Seven calendar days from any infusion; boosters count over 28 days, the induction before them does not."""
    record = treated()
    assert "6 days after" in maintenance.why_no_early_booster(record, FIRST + days(17))
    assert maintenance.why_no_early_booster(record, FIRST + days(18)) == ""
    close = [*record.doses, *(boosted(day, number) for number, day in enumerate((18, 20, 22, 38), start=7))]
    often = record.with_(doses=tuple(close))
    assert "4 boosters" in maintenance.why_no_early_booster(often, FIRST + days(45))
    assert maintenance.why_no_early_booster(often, FIRST + days(46)) == ""


def test_two_early_boosters_running_force_an_evaluation() -> None:
    """Not one, not two with a planned one between, and not once they were evaluated."""
    early = [boosted(20, 7, early=True), boosted(30, 8, early=True)]
    assert evaluation_forced(treated(doses=early[:1])) == ""
    assert evaluation_forced(treated(doses=early)) != ""
    assert evaluation_forced(treated(doses=[early[0], boosted(25, 9), early[1]])) == ""
    assert evaluation_forced(treated(doses=[early[0], early[1].with_(voided=True)])) == ""
    evaluated = Evaluation(at=FIRST + days(31), decision=Decision.MAINTENANCE, by="Any Prescriber")
    assert evaluation_forced(treated(doses=early, evaluations=(evaluated,))) == ""
