"""Scoring: what an instrument makes of answers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.instrument import Instrument, ScoringError, band_of, score, score_total
from course.loading import load_instrument

FOLDER = Path("clinic/instruments")
ALL = [load_instrument(path.read_text(), path.name) for path in sorted(FOLDER.glob("*.toml"))]
PHQ9 = next(one for one in ALL if one.id == "phq9")


@st.composite
def answered(draw: st.DrawFn) -> tuple[Instrument, tuple[int, ...]]:
    """An instrument with answers that it can score."""
    instrument = draw(st.sampled_from(ALL))
    one = st.integers(instrument.item_min, instrument.item_max)
    return instrument, tuple(draw(st.lists(one, min_size=instrument.items, max_size=instrument.items)))


@given(answered())
def test_a_total_is_the_sum_and_lies_in_its_band(case: tuple[Instrument, tuple[int, ...]]) -> None:
    """The total adds the answers up, and the band is the one whose range holds it; a bare total reads the same."""
    instrument, answers = case
    scored = score(instrument, answers, total=sum(answers))
    starts = {band.name: band.from_total for band in instrument.bands}
    above = [start for start in starts.values() if start > starts[scored.band]]
    assert scored.total == sum(answers)
    assert starts[scored.band] <= scored.total < min(above, default=instrument.total_max + 1)
    assert (score_total(instrument, scored.total).band, band_of(instrument, scored.total)) == (scored.band, scored.band)


@given(answered())
def test_a_flag_rises_with_its_item_alone(case: tuple[Instrument, tuple[int, ...]]) -> None:
    """A safety item is flagged from its own answer, whatever the total is."""
    instrument, answers = case
    expected = [f"item {one.item}" for one in instrument.safety_items if answers[one.item - 1] >= one.at_least]
    assert list(score(instrument, answers).flags) == expected


@given(answered(), st.integers(1, 5), st.data())
def test_an_answer_out_of_range_is_refused_by_its_number(
    case: tuple[Instrument, tuple[int, ...]], beyond: int, data: st.DataObject
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
