"""What is read beside a total: clusters, two cuts, the form that was asked, a source's own word, a low baseline."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.actions import apply
from course.acts.catalogue import RecordMeasure
from course.library.loading import load_instrument
from course.model.protocol.instrument import Instrument
from course.model.record import CourseRecord
from course.model.terms import Outcome, Phase, Role
from course.scores import outcome_rule
from course.scores.scoring import score, score_total
from tests.support.life import Life
from tests.support.ready import ready
from tests.support.records import CLINIC_FOLDER, FIRST, actor, infused, measured, treated

CLUSTERS = ((range(5), 1), (range(5, 7), 1), (range(7, 14), 2), (range(14, 20), 2))
MEETS, SPREAD = [0] * 20, [2] * 5 + [1] * 2 + [2] * 7 + [1] * 6
for place in (0, 5, 7, 8, 14, 15):
    MEETS[place] = 2


def instrument(name: str) -> Instrument:
    """A shipped instrument."""
    path = Path(CLINIC_FOLDER, "instruments", f"{name}.toml")
    return load_instrument(path.read_text(), path.name)


def asked(record: CourseRecord, name: str, answers: tuple[int, ...], number: int) -> CourseRecord:
    """A questionnaire answered by the patient."""
    act = RecordMeasure(
        request_id=f"readings-{number}", actor=actor(Role.NURSE), made_at=FIRST, instrument=name, answers=answers
    )
    return apply(record, act, FIRST).record


@given(st.lists(st.integers(0, 4), min_size=20, max_size=20))
def test_the_cluster_rule_of_pcl5(answers: list[int]) -> None:
    """One item of B, one of C, two of D and two of E at 2 or more, whatever the total is."""
    met = all(sum(answers[one] >= 2 for one in items) >= least for items, least in CLUSTERS)
    assert (score(instrument("pcl5"), tuple(answers)).pattern == "DSM-5 symptom pattern met") == met


def test_both_readings_of_pcl5_are_shown() -> None:
    """12 points that meet the pattern, 38 that do not; a blank that decides leaves it open, a total says nothing."""
    pcl5 = instrument("pcl5")
    low, high = score(pcl5, tuple(MEETS)), score(pcl5, tuple(SPREAD))
    assert (low.said, low.pattern) == ("12 (below the cut)", "DSM-5 symptom pattern met")
    assert (high.said, high.pattern) == (
        "32 (probable PTSD)",
        "DSM-5 symptom pattern not met (C avoidance 0 of 1, E arousal and reactivity 0 of 2)",
    )
    assert score(pcl5, (*MEETS[:5], None, *MEETS[6:])).pattern == "DSM-5 symptom pattern not known"
    assert score_total(pcl5, 40).pattern == "DSM-5 symptom pattern not known"
    record = treated(measured(-1, 50, instrument="pcl5"), doses=[infused(0)], protocol="ptsd", phase=Phase.INDUCTION)
    shown = asked(record, "pcl5", tuple(MEETS), 1)
    assert shown.scores[-1].reads == "below the cut; DSM-5 symptom pattern met"
    assert "PCL-5: 12 (below the cut); DSM-5 symptom pattern met" in {one.text for one in shown.entries}


@pytest.mark.parametrize(
    ("total", "says"), [(2, "negative"), (3, "positive for a woman, negative for a man"), (4, "positive")]
)
def test_audit_c_reads_for_both(total: int, says: str) -> None:
    """Cut 3 in women and 4 in men: where the sex is not known, both are said."""
    assert score_total(instrument("audit_c"), total).band == says


def test_the_first_suicide_screen_asks_about_the_past_month_and_ever() -> None:
    """Later ones ask about the time since; a voided first one does not count as asked."""
    record = asked(ready("depression").with_(scores=()), "cssrs_screener", (0, 0, 0), 1)
    assert record.scores[-1].form == "asked about: the past month, item 6 ever, item 7 the past 3 months"
    earlier = record.with_(scores=tuple(one.with_(at=one.at.replace(hour=1)) for one in record.scores))
    again = asked(earlier, "cssrs_screener", (0, 0, 0), 2)
    assert again.scores[-1].form == "asked about: since last asked, item 7 the past 3 months"
    void = earlier.with_(scores=tuple(one.with_(voided=True) for one in earlier.scores))
    assert asked(void, "cssrs_screener", (0, 0, 0), 3).scores[-1].form == record.scores[-1].form


def test_28_on_the_pcl5_is_called_as_its_source_calls_it() -> None:
    """Clinically significant change: no claim of remission is made."""
    record = treated(measured(-1, 50, instrument="pcl5"), doses=[infused(0)], protocol="ptsd", phase=Phase.INDUCTION)
    reading = outcome_rule.read(record, measured(20, 28, 2, instrument="pcl5"))
    assert reading.outcome is Outcome.REMISSION
    assert reading.sentence == "clinically significant change: 50 to 28, down 22 points"


@pytest.mark.parametrize(("answers", "says"), [((0,) * 9, True), ((2, 2, 2, 2, 2, 0, 0, 0, 0), False)])
def test_clearance_says_that_the_baseline_lies_below_the_cut(answers: tuple[int, ...], says: bool) -> None:
    """Whoever signs reads it, and the page keeps it; it stops nothing."""
    record = ready("depression")
    kept = tuple(one for one in record.scores if one.instrument != "phq9")
    life = Life(asked(record.with_(scores=kept, clearance=None, phase=Phase.INTAKE), "phq9", answers, 4), FIRST)
    receipt = life.do("clear", Role.PRESCRIBER, reason="seen with the patient")
    text = "the baseline of 0 on PHQ-9 lies below the cut of 10"
    assert (f"{text}: no response can be read from it" in receipt.warnings) == says
    assert any(text in entry.text for entry in life.record.entries) == says
    assert life.record.clearance is not None
