"""Paper as it comes: blanks, bare totals, half points, and questions that stand beside the items."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.actions import Refused, apply
from course.acts.catalogue import RecordMeasure
from course.agenda.worklist import needs
from course.library.loading import load_instrument
from course.model.parts import Score
from course.model.protocol.instrument import Answers, Instrument, PartRule, band_of
from course.model.terms import HoldCause, Phase, Role, TaskKind, Urgency
from course.scores import outcome_rule
from course.scores.answers import left_blank, typed, written, written_answer
from course.scores.scoring import ScoringError, score, score_total, unskipped
from tests.support.records import CLINIC_FOLDER, FIRST, actor, infused, measured, treated
from tests.support.stories import scheduled

ALL = [
    load_instrument(path.read_text(), path.name) for path in sorted(Path(CLINIC_FOLDER, "instruments").glob("*.toml"))
]
PHQ9 = next(one for one in ALL if one.id == "phq9")
YMRS = next(one for one in ALL if one.id == "ymrs")
PAIN = next(one for one in ALL if one.id == "nrs_pain")
PAPER = (2, 2, 2, None, 1, 1, 1, 0, 3)


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Instrument, Answers, float | None]:
    """Any answer sheet to a shipped instrument, blanks among the answers; with a total where the scale wants one."""
    instrument = draw(st.sampled_from(ALL))
    one = st.one_of(st.none(), st.integers(instrument.item_min, instrument.item_max))
    answers = unskipped(instrument, {item: draw(one) for item in range(1, instrument.items + 1)})
    if not instrument.scores_only:
        return instrument, answers, None
    spare = (instrument.total_max - instrument.total_min) / 2
    return instrument, answers, draw(st.integers(int(spare), int(spare) + 10)) + (0 if instrument.step == 1 else 0.5)


@given(sheets())
def test_any_sheet_scores_as_its_file_says(case: tuple[Instrument, Answers, float | None]) -> None:
    """Complete it adds up; with few enough blanks their mean fills in; else there is no total, and it says why."""
    instrument, answers, total = case
    scored, blanks = score(instrument, answers, total), answers.count(None)
    known = [one for one in answers if one is not None]
    if instrument.scores_only:
        assert scored.total == total
    elif 0 < blanks <= instrument.blanks_max and known:
        assert scored.total is not None
        assert abs(scored.total - instrument.items * sum(known) / len(known)) <= 0.5
    elif not blanks and not any(part.weights or part.by is PartRule.MAX for part in instrument.parts):
        assert scored.total == sum(known) or instrument.mean
    if scored.total is None:
        assert blanks
        assert (scored.band, scored.said) == ("", scored.why)
        assert scored.why.startswith("not computable: ")
    else:
        assert scored.band == band_of(instrument, scored.total)
        assert instrument.total_min <= scored.total <= instrument.total_max


@given(sheets())
def test_an_alert_fires_whatever_is_blank(case: tuple[Instrument, Answers, float | None]) -> None:
    """Each safety item is flagged from its own answer, however many others are blank, with a total or without."""
    instrument, answers, total = case
    text = written(instrument, answers)
    given_to = {
        one.item: written_answer(instrument, text, one.item) if text else None for one in instrument.safety_items
    }
    positive = {f"item {one.item}" for one in instrument.safety_items if (given_to[one.item] or 0) >= one.at_least}
    flags = set(score(instrument, answers, total).flags)
    assert positive <= flags
    assert total is not None or flags == positive


@given(sheets())
def test_a_score_round_trips(case: tuple[Instrument, Answers, float | None]) -> None:
    """Typed, written, stored and read again, every answer and every blank is the one on paper."""
    instrument, answers, total = case
    assert not answers or typed(",".join("-" if one is None else str(one) for one in answers), instrument) == answers
    if instrument.item_max < 10 and len(answers) > 1:
        assert typed("".join("-" if one is None else str(one) for one in answers), instrument) == answers
    scored = score(instrument, answers, total)
    taken = Score.model_validate_json(
        Score(
            id="m1", instrument=instrument.id, at="2027-03-01T09:00:00Z",  # type: ignore[arg-type]
            total=scored.total, band=scored.band, why=scored.why, answers=written(instrument, answers),
        ).model_dump_json()
    )  # fmt: skip
    assert (taken.total, taken.reads) == (scored.total, scored.band or scored.why)
    asked = range(1, instrument.items + 1) if taken.answers else ()
    found = [
        written_answer(instrument, taken.answers, item)
        for item in asked
        if written_answer(instrument, taken.answers, item) is not None or left_blank(instrument, taken.answers, item)
    ]
    assert tuple(found) == answers


def test_paper_with_a_blank_is_written_as_it_is_and_item_9_escalates() -> None:
    """Item 4 blank and item 9 at 3: the mean stands for the blank, and the one on call is told at once."""
    life = scheduled()
    life.do("measure", Role.NURSE, instrument="phq9", answers=PAPER)
    taken = life.record.scores[-1]
    assert (taken.total, taken.band, taken.flags) == (14, "moderate", ("item 9",))
    assert life.record.open_escalation is not None
    assert {one.urgency for one in life.record.open_escalation.triggers} == {Urgency.URGENT}


def test_too_many_blanks_leave_no_total_and_the_measure_is_still_owed() -> None:
    """Three blanks: item 9 escalates all the same, nothing is judged, and the course says why there is no total."""
    life = scheduled()
    before = life.record.primary_scores
    life.do("measure", Role.NURSE, instrument="phq9", answers=(None, None, None, 2, 1, 1, 1, 0, 3))
    taken = life.record.scores[-1]
    assert (taken.total, taken.reads) == (None, "not computable: 3 items are blank, at most 2 may be")
    assert life.record.open_escalation is not None
    assert life.record.primary_scores == before
    assert outcome_rule.latest(life.record) is None
    assert any("not computable" in one.text for one in life.record.entries)


def test_a_blank_safety_item_is_asked_today_and_is_no_no() -> None:
    """Item 9 left blank is a nurse's task; what is answered next is read against the last real answer."""
    life = scheduled()
    life.do("measure", Role.NURSE, instrument="phq9", answers=(1, 1, 1, 1, 1, 1, 1, 1, None))
    task = next(one for one in life.record.tasks if one.kind is TaskKind.SAFETY_ITEM)
    assert (task.role, task.text) == (Role.NURSE, "PHQ-9 item 9 was left blank: ask it today")
    assert life.record.scores[-1].total == 9
    assert any(need.text == task.text for need in needs(life.record, life.now))


@pytest.mark.parametrize(("total", "flags"), [(24, ()), (25, ("item 9",)), (27, ("item 9",))])
def test_a_bare_total_flags_what_it_implies(total: int, flags: tuple[str, ...]) -> None:
    """The other eight items of the PHQ-9 reach 24 at most."""
    assert score_total(PHQ9, total).flags == flags


def test_halves_belong_to_scales_that_have_them() -> None:
    """A YMRS of 12.5 stays 12.5; no other half is taken, and nothing is rounded."""
    assert (score_total(YMRS, 12.5).total, score_total(YMRS, 12.5).band) == (12.5, "minimal")
    with pytest.raises(ScoringError, match="phq9 totals are whole numbers, not 9"):
        score_total(PHQ9, 9.9)
    with pytest.raises(ScoringError, match=r"ymrs totals are in steps of 0\.5, not 12\.3"):
        score_total(YMRS, 12.3)


@pytest.mark.parametrize(("total", "holds"), [(12, False), (12.5, True)])
def test_a_half_point_above_12_holds(total: float, holds: bool) -> None:
    """The rule says above 12, and half points count."""
    record = treated(measured(-1, 21), doses=[infused(0)], protocol="bipolar-depression", phase=Phase.INDUCTION)
    act = RecordMeasure(request_id="ymrs-half", actor=actor(Role.NURSE), made_at=FIRST, instrument="ymrs", total=total)
    after = apply(record, act, FIRST).record
    assert after.scores[-1].total == total
    assert (after.held is not None and after.held.cause is HoldCause.MANIA) == holds


def test_a_total_between_the_steps_is_refused() -> None:
    """Nothing is rounded, and nothing is written."""
    life = scheduled()
    before = life.record.scores
    with pytest.raises(Refused, match="phq9 totals are whole numbers"):
        life.do("measure", Role.NURSE, instrument="phq9", total=9.9)
    assert life.record.scores == before


@given(st.integers(0, 27), st.integers(0, 3))
def test_difficulty_stands_beside_the_nine(total: int, difficulty: int) -> None:
    """The tenth answer is kept in words and changes neither the total nor the flags."""
    nine = tuple(min(3, max(0, total - 3 * number)) for number in range(9))
    alone, beside = score(PHQ9, nine), score(PHQ9, (*nine, difficulty))
    assert (alone.total, alone.flags) == (beside.total, beside.flags)
    assert beside.beside.startswith("difficulty: ")
    assert written(PHQ9, (*nine, difficulty)) == written(PHQ9, nine)
    assert score(PHQ9, (*nine, None)).beside == ""


def test_difficulty_is_kept_and_shown() -> None:
    """It stands on the score and in its entry."""
    life = scheduled()
    life.do("measure", Role.NURSE, instrument="phq9", answers=(1, 1, 1, 1, 1, 1, 1, 0, 0, 2))
    assert life.record.scores[-1].reads == "mild; difficulty: very difficult"
    assert "PHQ-9: 7 (mild); difficulty: very difficult" in {one.text for one in life.record.entries}


@pytest.mark.parametrize(
    ("text", "answers"),
    [("10", (10,)), (" 7 ", (7,)), ("-", (None,))],
)
def test_one_answer_of_two_digits(text: str, answers: Answers) -> None:
    """An instrument with one item takes the whole number."""
    assert typed(text, PAIN) == answers


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("1,2,0,-,1,0,1,0,0", (1, 2, 0, None, 1, 0, 1, 0, 0)),
        ("1 2 0 - 1 0 1 0 0", (1, 2, 0, None, 1, 0, 1, 0, 0)),
        ("120-10100", (1, 2, 0, None, 1, 0, 1, 0, 0)),
        ("1; 2; 0; 0; 1; 0; 1; 0; 3", (1, 2, 0, 0, 1, 0, 1, 0, 3)),
    ],
)
def test_answers_as_people_type_them(text: str, answers: Answers) -> None:
    """Commas, blanks, semicolons or nothing between them; a hyphen for a blank item."""
    assert typed(text, PHQ9) == answers


def test_what_cannot_be_read_is_refused() -> None:
    """Words are no answers, and digits in a row are none where answers have two."""
    with pytest.raises(ScoringError, match='"-" where one is blank'):
        typed("1,x,2", PHQ9)
    wide = PAIN.with_(items=3)
    with pytest.raises(ScoringError, match="put commas between them"):
        typed("3107", wide)
