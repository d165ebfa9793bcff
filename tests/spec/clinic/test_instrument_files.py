"""The shipped instruments say what their sources say, and their worked examples come out."""

from pathlib import Path

import pytest

from adapters.clinic.files import load_clinic
from course.scores.scoring import score

CLINIC = load_clinic(Path("clinic"))


@pytest.mark.parametrize(
    ("name", "items", "total_max", "cuts", "reliable_change"),
    [
        ("phq9", 9, 27, (0, 5, 10, 15, 20), 6),
        ("gad7", 7, 21, (0, 5, 10, 15), 4),
        ("nrs_pain", 1, 10, (0, 1, 4, 7), 2),
        ("pcl5", 20, 80, (0, 31), 15),
        ("qids_sr16", 16, 27, (0, 6, 11, 16, 21), None),
        ("cssrs_screener", 7, 3, (0, 1, 2, 3), None),
        ("madrs", 10, 60, (0, 7, 20, 35), None),
        ("ymrs", 11, 60, (0, 12.5, 20, 26, 38), None),
        ("asrm", 5, 20, (0, 6), None),
        ("audit_c", 3, 12, (0, 3, 4), None),
        ("whodas12", 12, 60, (12, 13, 22), None),
        ("peg", 3, 10, (0, 0.1, 4, 7), None),
    ],
)
def test_instruments(
    name: str, items: int, total_max: int, cuts: tuple[float, ...], reliable_change: int | None
) -> None:
    """Items, range, cuts and reliable change; the worked examples run and reach every band and the highest total."""
    instrument = CLINIC.instruments[name]
    assert (instrument.items, instrument.total_min, instrument.total_max) == (items, cuts[0], total_max)
    assert tuple(band.from_total for band in instrument.bands) == cuts
    assert (instrument.reliable_change, instrument.rater) == (reliable_change, name in {"madrs", "ymrs"})
    for example in instrument.examples:
        scored = score(instrument, example.answers, example.total if instrument.scores_only else None)
        assert (scored.total, scored.band, scored.flags) == (example.total, example.band, example.flags)
    assert {example.band for example in instrument.examples} == {band.name for band in instrument.bands}
    assert {instrument.total_min, instrument.total_max} <= {example.total for example in instrument.examples}


def test_loinc_codes() -> None:
    """Totals, panel and items carry the codes of loinc.org, in the order of the questionnaire."""
    phq9, gad7 = CLINIC.instruments["phq9"].loinc, CLINIC.instruments["gad7"].loinc
    assert (phq9["panel"], phq9["total"], phq9["difficulty"]) == ("44249-1", "44261-6", "69722-7")
    assert [phq9[f"item{number}"] for number in range(1, 10)] == [
        "44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8",
    ]  # fmt: skip
    assert (gad7["panel"], gad7["total"]) == ("69737-5", "70274-6")
    assert [gad7[f"item{number}"] for number in range(1, 8)] == [
        "69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7",
    ]  # fmt: skip


def test_safety_items() -> None:
    """What each instrument escalates: the item, from which answer, urgent from which."""
    found = {
        name: [(one.item, one.at_least, one.urgent_at_least) for one in instrument.safety_items]
        for name in ("phq9", "gad7", "qids_sr16", "madrs", "ymrs", "cssrs_screener")
        if (instrument := CLINIC.instruments[name]).safety_items
    }
    assert found == {
        "phq9": [(9, 1, 2)],
        "qids_sr16": [(12, 1, 2)],
        "madrs": [(10, 1, 4)],
        "cssrs_screener": [(3, 1, 2), (4, 1, 1), (5, 1, 1), (6, 1, 2), (7, 1, 1)],
    }


def test_loinc_codes_of_the_screeners() -> None:
    """The panel of the recent form, its questions and the risk; AUDIT-C by its total; the monthly PCL-5."""
    cssrs = CLINIC.instruments["cssrs_screener"].loinc
    assert [*cssrs.values()] == [
        "93373-9", "93246-7", "93247-5", "93248-3", "93249-1", "93250-9", "93267-3", "93269-9", "93374-7",
    ]  # fmt: skip
    assert CLINIC.instruments["audit_c"].loinc["total"] == "75626-2"
    assert CLINIC.instruments["pcl5"].loinc == {"panel": "101697-1", "total": "101698-9"}
