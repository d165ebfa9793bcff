"""How far the numbers of a clinic file may go: the last one that is taken, and the first that is refused."""

from typing import Any

import pytest

from course.library.findings import Finding
from course.library.instrument_check import instrument_findings
from course.library.protocol_check import protocol_findings
from course.model.protocol.instrument import Instrument, Part, SafetyItem, Skip
from course.model.protocol.protocol import Cadence, Protocol
from tests.support.records import CRPS, DEPRESSION, PHQ9, clinic

RATED = clinic().protocols["bipolar-depression"]
PLAIN = PHQ9.with_(blanks_max=0, beside=None)
"""Nine items that are all asked, and whose answers are added up."""

PCL5 = clinic().instruments["pcl5"]
SCREENER = clinic().instruments["cssrs_screener"]
PAIN = clinic().instruments["nrs_pain"]

NUMBERS = [
    ("induction", "sessions_min", 1, 0),
    ("induction", "gap_days_min", 1, 0),
    ("dose", "minutes_min", 1, 0),
    ("maintenance", "interval_days_min", 1, 0),
    ("maintenance", "early_gap_days_min", 1, 0),
    ("maintenance", "early_most_in_28_days", 1, 0),
    ("maintenance", "lapse_days", 1, 0),
    ("maintenance", "sessions_per_booster", 1, 0),
    ("maintenance", "book_days_before", 0, -1),
    ("measuring", "baseline_days_max", 1, 0),
    ("evaluations", "first_days_min", 0, -1),
    ("evaluations", "every_boosters", 1, 0),
    ("evaluations", "every_weeks", 1, 0),
    ("session", "systolic_sign", 1, 0),
    ("session", "diastolic_sign", 1, 0),
    ("session", "recheck_minutes", 1, 0),
    ("session", "readings_minutes", 1, 0),
    ("session", "weight_change_percent", 1, 0),
    ("session", "leave_minutes", 0, -1),
    ("session", "over_order_percent", 0, -1),
    ("session", "fasting_solids_hours", 0, -1),
    ("screening", "days_max", 0, -1),
    ("doubt", "weight_kg_min", 1, 0),
    ("doubt", "age_years_min", 1, 0),
    ("doubt", "dose_over_percent", 1, 0),
    ("before_dose", "systolic_min", 40, 39),
    ("before_dose", "systolic_max", 300, 301),
    ("before_dose", "spo2_min", 100, 101),
    ("before_dose", "dissociation_max", 10, 11),
    ("outcome", "partial_percent", 1, 0),
    ("outcome", "substantial_percent", 100, 101),
    ("outcome", "remission_at_most", 26, 27),
]
"""Of depression, whose questionnaire goes from 0 to 27: a remission that every total reaches says nothing."""


def of_protocol(protocol: Protocol) -> list[Finding]:
    """What is found in a protocol."""
    return list(protocol_findings(protocol, clinic().instruments))


def with_number(protocol: Protocol, table: str, field: str, value: object) -> Protocol:
    """A protocol with one field of a table changed."""
    return protocol.with_(**{table: getattr(protocol, table).with_(**{field: value})})


def of_instrument(instrument: Instrument, **but: Any) -> list[Finding]:
    """What is found in an instrument, but for its worked examples, which fit the one that it was."""
    return [one for one in instrument_findings(instrument.with_(**but)) if one[0][0] != "examples"]


@pytest.mark.parametrize(("table", "field", "last", "first"), NUMBERS)
def test_a_number_goes_to_its_bound_and_no_further(table: str, field: str, last: float, first: float) -> None:
    """The last value that means something is taken; the next one is refused by its name."""
    assert of_protocol(DEPRESSION) == []
    assert (table, field) not in dict(of_protocol(with_number(DEPRESSION, table, field, last)))
    assert (table, field) in dict(of_protocol(with_number(DEPRESSION, table, field, first)))


def test_a_response_in_points_is_at_least_one() -> None:
    """Where it is in points, a drop of one is the least; without any, or with both, no response is defined."""
    ptsd = clinic().protocols["ptsd"]
    assert of_protocol(with_number(ptsd, "outcome", "response_points", 1)) == []
    assert dict(of_protocol(with_number(ptsd, "outcome", "response_points", 0))).keys() == {
        ("outcome", "response_points")
    }
    for wrong in (
        with_number(ptsd, "outcome", "response_percent", 50),
        with_number(ptsd, "outcome", "response_points", None),
    ):
        assert ("outcome",) in dict(of_protocol(wrong))


def test_the_primary_measure_is_a_self_report_and_the_rated_one_a_raters() -> None:
    """A rated scale may judge outcomes beside the primary measure, never in its place, and is never asked by mail."""
    assert of_protocol(RATED) == []
    by_staff = with_number(RATED, "outcome", "instrument", "madrs")
    assert ("outcome", "instrument") in dict(of_protocol(by_staff))
    by_mail = with_number(RATED, "measuring", "also_asked", ("madrs",))
    assert ("measuring", "also_asked", 0) in dict(of_protocol(by_mail))


def test_lead_in_intervals_are_shorter_than_the_ordinary_ones() -> None:
    """From one day to one less than the shortest interval."""
    for wait, wrong in ((1, False), (27, False), (0, True), (28, True)):
        found = dict(of_protocol(with_number(DEPRESSION, "maintenance", "lead_in_days", (wait,))))
        assert (("maintenance", "lead_in_days", 0) in found) is wrong
        assert not wrong or found["maintenance", "lead_in_days", 0] == "a lead-in interval is 1 to 27 days"


@pytest.mark.parametrize(
    ("cadence", "wrong"),
    [
        ([(7, 12), (14, 26), (28, None)], []),
        ([(1, 1), (28, None)], []),
        ([(28, None)], []),
        ([], [-1]),
        ([(7, 12)], [0]),
        ([(7, 12), (14, 12), (28, None)], [1]),
        ([(7, 0), (28, None)], [0]),
        ([(7, None), (28, None)], [0]),
        ([(0, None)], [0]),
    ],
)
def test_a_cadence_rises_and_its_last_step_holds(cadence: list[tuple[int, int | None]], wrong: list[int]) -> None:
    """The steps follow each other week by week; only the last has no end, and it has none."""
    steps = tuple(Cadence(every_days=every, until_week=until) for every, until in cadence)
    found = of_protocol(with_number(DEPRESSION, "measuring", "cadence", steps))
    assert [path[2] for path, _ in found] == wrong


@pytest.mark.parametrize(
    ("weekdays", "text"),
    [
        ((0, 2, 4), ""),
        ((6,), ""),
        ((), "weekdays rise"),
        ((2, 0), "weekdays rise"),
        ((0, 0, 4), "weekdays rise"),
        ((0, 7), "weekdays rise"),
        ((0, 1), "1, 6 days apart, but gaps go from 2 to 7 days"),
    ],
)
def test_weekdays_of_a_series(weekdays: tuple[int, ...], text: str) -> None:
    """They rise from Monday to Sunday and lie as far apart as the gaps allow; a series of them must fit in its span."""
    wide = with_number(DEPRESSION, "induction", "span_days_max", 60)
    sentences = [sentence for _, sentence in of_protocol(with_number(wide, "induction", "weekdays", weekdays))]
    assert len(sentences) == bool(text)
    assert all(text in one for one in sentences)


def test_a_series_fits_into_its_span() -> None:
    """Six sessions on Monday, Wednesday and Friday take 11 days at least; one day less is refused."""
    for most, wrong in ((11, False), (10, True)):
        found = dict(of_protocol(with_number(DEPRESSION, "induction", "span_days_max", most)))
        assert (("induction", "weekdays") in found) is wrong
    for most, wrong in ((10, False), (9, True)):
        found = dict(of_protocol(with_number(DEPRESSION, "induction", "span_days_max", most)))
        assert (("induction", "span_days_max") in found) is wrong


def test_somebody_asks_about_suicide_before_each_dose() -> None:
    """A protocol names a screen that has such an item, and what follows a positive one."""
    for screening, said in (
        (DEPRESSION.screening.with_(suicide=()), "no suicide screen"),
        (DEPRESSION.screening.with_(follow_up=""), "a positive safety item is followed by a screener"),
        (DEPRESSION.screening.with_(suicide=("gad7",)), "gad7 has no safety item"),
    ):
        found = [sentence for _, sentence in of_protocol(DEPRESSION.with_(screening=screening))]
        assert len(found) == 1
        assert found[0].startswith(said)


def test_a_stop_review_reads_a_raters_score() -> None:
    """It needs one, and compares no more sessions than were given."""
    rule = RATED.stop_review
    assert rule is not None
    assert ("stop_review",) in dict(of_protocol(DEPRESSION.with_(stop_review=rule)))
    for but, field in (
        ({"running": rule.after_session + 1}, "after_session"),
        ({"running": 0}, "running"),
        ({"improvement_percent": 0}, "improvement_percent"),
        ({"hours_min": rule.hours_max + 1}, "hours_max"),
    ):
        assert ("stop_review", field) in dict(of_protocol(RATED.with_(stop_review=rule.with_(**but))))
    assert of_protocol(RATED.with_(stop_review=rule.with_(running=rule.after_session))) == []


def test_a_panel_is_drawn_before_sessions_that_there_are() -> None:
    """Before the first to the last of the longest series, in order."""
    (at,) = [number for number, gate in enumerate(CRPS.gates) if gate.before_sessions]
    for before, wrong in (((1, 10), False), ((0, 4), True), ((4, 11), True), ((8, 4), True), ((4, 4), True)):
        gates = (*CRPS.gates[:at], CRPS.gates[at].with_(before_sessions=before), *CRPS.gates[at + 1 :])
        assert bool(of_protocol(CRPS.with_(gates=gates))) is wrong


@pytest.mark.parametrize(
    ("field", "last", "first"),
    [
        ("clinical_cut", 1, 0),
        ("clinical_cut", 27, 28),
        ("reliable_change", 1, 0),
        ("reliable_change", 27, 28),
        ("blanks_max", 8, 9),
        ("blanks_max", 0, -1),
    ],
)
def test_a_number_of_an_instrument_goes_to_its_bound(field: str, last: int, first: int) -> None:
    """Within the nine items and the totals from 0 to 27 of the PHQ-9."""
    assert of_instrument(PHQ9) == []
    assert of_instrument(PHQ9, **{field: last}) == []
    assert [path for path, _ in of_instrument(PHQ9, **{field: first})] == [(field,)]


@pytest.mark.parametrize(
    ("instrument", "but", "where"),
    [
        (PHQ9, {"step": 0.5}, "step"),
        (PHQ9, {"step": 0.25}, "step"),
        (PHQ9, {"pattern": "probable"}, "pattern"),
        (PHQ9, {"symptom_from": 2}, "pattern"),
        (PHQ9, {"mean": True, "blanks_max": 1}, "mean"),
        (SCREENER, {"blanks_max": 1}, "blanks_max"),
        (PCL5, {"symptom_from": None}, "pattern"),
        (PCL5, {"pattern": ""}, "pattern"),
        (PCL5, {"symptom_from": 0}, "symptom_from"),
        (PCL5, {"symptom_from": 5}, "symptom_from"),
        (PHQ9, {"bands": PHQ9.bands[1:]}, "bands"),
        (PHQ9, {"bands": ()}, "bands"),
        (PHQ9, {"items": 0}, "items"),
    ],
)
def test_what_an_instrument_cannot_mean(instrument: Instrument, but: dict[str, Any], where: str) -> None:
    """One thing is wrong, and it is named."""
    assert of_instrument(instrument) == []
    assert where in [path[0] for path, _ in of_instrument(instrument, **but)]


def test_a_half_step_belongs_to_a_total_that_is_entered() -> None:
    """Answers are whole, so only what is entered by its total, or is a mean, has a step below one."""
    entered = PAIN.with_(scores_only=True, step=0.5, bands=())
    assert "step" not in [path[0] for path, _ in of_instrument(entered)]


def test_items_belong_to_one_part_once() -> None:
    """Every item to one part; weights are one an item and at least one."""
    whole = Part(name="all", items=tuple(range(1, 10)))
    assert of_instrument(PLAIN, parts=(whole,)) == []
    assert of_instrument(PLAIN, parts=(whole.with_(weights=(1,) * 9),)) == []
    for part in (
        whole.with_(items=tuple(range(1, 9))),
        whole.with_(items=(0, *range(1, 10))),
        whole.with_(items=(*range(1, 10), 10)),
        whole.with_(items=(*range(1, 10), 9)),
        whole.with_(weights=(1,) * 8),
        whole.with_(weights=(0, *(1,) * 8)),
        whole.with_(name=" "),
    ):
        assert len(of_instrument(PLAIN, parts=(part,))) == 1


def test_a_skip_passes_over_one_item_at_least() -> None:
    """From an item to one behind the next, at most to just after the last, on an answer that there is."""
    skip = Skip(item=2, answer=0, to=4)
    for but, wrong in (
        ({}, False), ({"to": 10}, False), ({"to": 3}, True), ({"to": 11}, True), ({"item": 0}, True),
        ({"answer": 3}, False), ({"answer": 4}, True), ({"answer": -1}, True),
    ):  # fmt: skip
        assert bool(of_instrument(PLAIN, skips=(skip.with_(**but),))) is wrong


def test_a_safety_item_alerts_on_an_answer_that_there_is() -> None:
    """From just above the lowest answer to the highest; `urgent` never below `alerts`; an item once."""
    for at_least, urgent, wrong in ((1, 2, False), (3, 3, False), (0, 2, True), (2, 1, True), (1, 4, True)):
        item = SafetyItem(item=9, at_least=at_least, urgent_at_least=urgent)
        assert bool(of_instrument(PHQ9, safety_items=(item,))) is wrong
    (nine,) = PHQ9.safety_items
    assert [path for path, _ in of_instrument(PHQ9, safety_items=(nine, nine))] == [("safety_items", 1, "item")]
    yes = SCREENER.safety_items[0]
    assert of_instrument(SCREENER, safety_items=(yes.with_(at_least=1, urgent_at_least=2),)) == []
    assert of_instrument(SCREENER, safety_items=(yes.with_(at_least=2, urgent_at_least=2),)) != []
