"""Scoring: what an instrument makes of answers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.library.loading import load_instrument
from course.model.protocol.instrument import Answers, Instrument, band_of, least_answer
from course.scores.answers import written, written_answer
from course.scores.scoring import ScoringError, score, score_total, unskipped

FOLDER = Path("clinic/instruments")
ALL = {path.stem: load_instrument(path.read_text(), path.name) for path in sorted(FOLDER.glob("*.toml"))}
PHQ9, PCL5, QIDS, CSSRS, MADRS, YMRS = (
    ALL[one] for one in ("phq9", "pcl5", "qids_sr16", "cssrs_screener", "madrs", "ymrs")
)
ITEM_BY_ITEM = [one for one in ALL.values() if not one.scores_only]
PLAIN = [one for one in ITEM_BY_ITEM if not (one.parts or one.mean)]


@st.composite
def answered(draw: st.DrawFn, among: list[Instrument] = ITEM_BY_ITEM) -> tuple[Instrument, Answers]:
    """An instrument with answers that it can score."""
    instrument = draw(st.sampled_from(among))
    one = st.integers(instrument.item_min, instrument.item_max)
    return instrument, unskipped(instrument, {item: draw(one) for item in range(1, instrument.items + 1)})


@given(answered())
def test_a_total_lies_in_its_band(case: tuple[Instrument, Answers]) -> None:
    """The band is the one whose range holds the total, and the total lies between the lowest and the highest."""
    instrument, answers = case
    scored = score(instrument, answers)
    assert scored.total is not None
    starts = {band.name: band.from_total for band in instrument.bands}
    above = [start for start in starts.values() if start > starts[scored.band]]
    assert instrument.total_min <= scored.total <= instrument.total_max
    assert starts[scored.band] <= scored.total < min(above, default=instrument.total_max + 1)
    assert band_of(instrument, scored.total) == scored.band
    assert score(instrument, answers, total=scored.total) == scored
    assert sum(scored.parts.values()) == (scored.total if instrument.parts else 0)


@given(answered(PLAIN))
def test_a_total_adds_the_answers_up(case: tuple[Instrument, Answers]) -> None:
    """Without parts the total is the sum; a bare total reads the same."""
    instrument, answers = case
    scored = score(instrument, answers)
    assert scored.total is not None
    assert scored.total == sum(one for one in answers if one is not None)
    assert score_total(instrument, scored.total).band == scored.band


@given(answered())
def test_a_flag_rises_with_its_item_alone(case: tuple[Instrument, Answers]) -> None:
    """A safety item is flagged from its own answer, whatever the total is; an item that was skipped never is."""
    instrument, answers = case
    text = written(instrument, answers)
    given_to = {one.item: written_answer(instrument, text, one.item) for one in instrument.safety_items}
    expected = [f"item {one.item}" for one in instrument.safety_items if (given_to[one.item] or 0) >= one.at_least]
    assert list(score(instrument, answers).flags) == expected


@given(answered(PLAIN), st.integers(1, 5), st.data())
def test_an_answer_out_of_range_is_refused_by_its_number(
    case: tuple[Instrument, Answers], beyond: int, data: st.DataObject
) -> None:
    """The sentence names the item and the range, and does not quote the answer."""
    instrument, answers = case
    item = data.draw(st.integers(1, instrument.items))
    wrong = data.draw(st.sampled_from([instrument.item_min - beyond, instrument.item_max + beyond]))
    with pytest.raises(ScoringError) as refused:
        score(instrument, (*answers[: item - 1], wrong, *answers[item:]))
    assert str(refused.value) == (
        f"{instrument.id} item {item} is out of range: answers go from {instrument.item_min} to {instrument.item_max}"
    )


def test_missing_items_and_a_contradicted_total_are_refused() -> None:
    """Eight answers to nine items, or a total that is not the sum, score nothing."""
    with pytest.raises(ScoringError, match="phq9 has 9 items, 8 answers came"):
        score(PHQ9, (1,) * 8)
    with pytest.raises(ScoringError, match="the stated total contradicts its items"):
        score(PHQ9, (1,) * 9, total=10)
    with pytest.raises(ScoringError, match="phq9 totals go from 0 to 27"):
        score_total(PHQ9, 28)


def test_a_falling_total_still_flags_a_rising_item() -> None:
    """Item 9 at 3 is flagged in a total that fell from 20 to 8."""
    assert score(PHQ9, (3, 3, 3, 3, 3, 3, 2, 0, 0)).flags == ()
    later = score(PHQ9, (1, 1, 1, 1, 1, 0, 0, 0, 3))
    assert (later.total, later.flags) == (8, ("item 9",))


@given(st.lists(st.integers(0, 4), min_size=20, max_size=20))
def test_the_clusters_of_pcl5(answers: list[int]) -> None:
    """B is items 1-5, C 6-7, D 8-14, E 15-20; together they are the sum of all."""
    scored = score(PCL5, tuple(answers))
    clusters = [sum(answers[:5]), sum(answers[5:7]), sum(answers[7:14]), sum(answers[14:])]
    assert (list(scored.parts.values()), scored.total) == (clusters, sum(answers))


@given(st.lists(st.integers(0, 3), min_size=16, max_size=16))
def test_the_domains_of_qids(answers: list[int]) -> None:
    """The highest of items 1-4, of 6-9 and of 15-16 counts once, every other item for itself."""
    alone = answers[4] + sum(answers[9:14])
    expected = max(answers[:4]) + max(answers[5:9]) + max(answers[14:]) + alone
    assert score(QIDS, tuple(answers)).total == expected


@given(st.lists(st.booleans(), min_size=7, max_size=7))
def test_the_risk_of_the_columbia_screener(yes: list[bool]) -> None:
    """4, 5 or behaviour within 3 months is high; 3, or behaviour ever, moderate; 1 or 2 alone low; 3-5 follow a yes."""
    wish, thoughts, method, intent, plan, ever, lately = yes
    ideation = [wish, thoughts, *([method, intent, plan] if thoughts else [])]
    answers = tuple(int(one) for one in [*ideation, ever, *([lately] if ever else [])])
    risk = 3 if (thoughts and (intent or plan)) or (ever and lately) else 0
    risk = risk or (2 if (thoughts and method) or ever else int(wish or thoughts))
    scored = score(CSSRS, answers)
    assert (scored.total, scored.band) == (risk, ["none", "low", "moderate", "high"][risk])
    assert len(written(CSSRS, answers)) == 7


def test_a_skipped_question_has_no_answer_and_a_bare_risk_is_refused() -> None:
    """What was not asked is not a no; a risk without its questions would hide what must be escalated."""
    text = written(CSSRS, (1, 0, 1, 0))
    assert [written_answer(CSSRS, text, item) for item in range(1, 8)] == [1, 0, None, None, None, 1, 0]
    with pytest.raises(ScoringError, match="cssrs_screener asks 3 items after these answers, 7 came"):
        score(CSSRS, (0,) * 7)
    with pytest.raises(ScoringError, match="entered item by item"):
        score_total(CSSRS, 3)


def test_a_scale_with_scores_only_is_entered_by_its_total_and_its_safety_item() -> None:
    """MADRS needs the rating of item 10 beside the total, YMRS nothing; a total that item 10 rules out is refused."""
    rated = score(MADRS, (4,), total=31)
    assert (rated.total, rated.band, rated.flags) == (31, "moderate", ("item 10",))
    assert written_answer(MADRS, written(MADRS, (4,)), 10) == 4
    assert score_total(YMRS, 14).band == "minimal"
    with pytest.raises(ScoringError, match="by its total and item 10: give both"):
        score_total(MADRS, 31)
    with pytest.raises(ScoringError, match="entered by its total: give it"):
        score(MADRS, (4,))
    with pytest.raises(ScoringError, match="contradicts its items"):
        score(MADRS, (4,), total=3)
    with pytest.raises(ScoringError, match="give no other answers"):
        score(YMRS, (1,), total=14)


@given(st.sampled_from([PHQ9, QIDS, MADRS]), st.data())
def test_the_least_answer_that_a_total_leaves(instrument: Instrument, data: st.DataObject) -> None:
    """No answer below it can reach the total, however high all other items are; it and all above it can."""
    item = instrument.safety_items[0].item
    total = data.draw(st.integers(round(instrument.total_min), round(instrument.total_max)))
    beside = instrument.total_max - instrument.item_max
    assert least_answer(instrument, item, total) == max(0, total - beside)
