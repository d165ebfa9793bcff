"""The stop review: a person looks at a series that does not help, where a rater scored a day after infusions."""

import pytest

from course.actions import apply
from course.acts.catalogue import RecordMeasure
from course.model.parts import Score
from course.model.record import CourseRecord
from course.model.terms import Phase, Role, TaskKind
from course.rules import stop_review as stopping
from tests.support.records import FIRST, SERIES, actor, infused, make_record, measured, treated

TRD = "treatment-resistant-depression"
A_DAY = 1.0


def rated(*totals: int | None, given: int | None = None) -> CourseRecord:
    """A baseline of 30, then MADRS a day after each infusion; None where nobody rated."""
    days = SERIES[: len(totals) if given is None else given]
    scores = [measured(-1, 30, 1, instrument="madrs")]
    for number, (day, total) in enumerate(zip(SERIES, totals, strict=False), 2):
        if total is not None:
            scores.append(measured(day + A_DAY, total, number, instrument="madrs"))
    return treated(*scores, doses=[infused(day) for day in days], protocol=TRD, phase=Phase.INDUCTION)


@pytest.mark.parametrize(
    ("totals", "due", "text"),
    [
        ((25, 25, 25), True, "no improvement of 20 % after each of the first 3 infusions"),
        ((25, 25, 24), False, "not computable: 3 of 4 infusions are given"),
        ((25, 25), False, "not computable: 2 of 4 infusions are given"),
        ((20, None, 25, 25), True, "no improvement of 20 % after infusion 4"),
        ((25, None, 25, 24), False, "improved by 20 % or more: no review"),
        ((20, 20, 20, None), False, "not computable: there is no madrs from 12 to 36 hours after infusion 4"),
        ((25, 25, 25, 20), False, "improved by 20 % or more: no review"),
        ((), False, "not computable: 0 of 4 infusions are given"),
    ],
)
def test_what_is_reviewed_and_what_says_too_little(totals: tuple[int | None, ...], *, due: bool, text: str) -> None:
    """Three running, or none after the fourth; 24 of 30 is exactly a fifth; what nobody rated decides nothing."""
    assert stopping.read(rated(*totals)) == stopping.StopReading(due=due, sentence=text)


def test_a_rating_counts_from_twelve_to_thirtysix_hours() -> None:
    """One taken before or after that says nothing of the infusion."""
    early, late = (rated(25, 25, None).with_(scores=(*rated(25, 25).scores, _third(hours))) for hours in (11, 37))
    in_time = rated(25, 25, None).with_(scores=(*rated(25, 25).scores, _third(12)))
    assert [stopping.read(one).due for one in (early, late, in_time)] == [False, False, True]


def _third(hours: float) -> Score:
    return measured(SERIES[2] + hours / 24, 25, 4, instrument="madrs")


def test_without_a_rated_measure_nothing_is_computed() -> None:
    """A protocol that takes no rating, and a course without a rating from before, are said so."""
    assert stopping.read(make_record()).sentence == "not computable: this protocol takes no rating after infusions"
    bare = treated(doses=[infused(0)], protocol=TRD)
    assert "no madrs from before the first infusion" in stopping.read(bare).sentence


def test_the_review_is_a_task_for_a_prescriber_once_and_stops_nothing() -> None:
    """The third non-improvement opens it; a fourth rating opens no second one; the visits stay planned."""
    record, now = rated(25, 25, given=4), FIRST
    for number, day in ((3, SERIES[2]), (4, SERIES[3])):
        now = measured(day + A_DAY, 25).at
        act = RecordMeasure(
            request_id=f"madrs-no-{number}",
            actor=actor(Role.NURSE),
            made_at=now,
            instrument="madrs",
            answers=(0,),
            total=25,
        )
        record = apply(record, act, now).record
    (task,) = [one for one in record.tasks if one.kind is TaskKind.STOP_REVIEW]
    assert (task.role, task.resolved_at) == (Role.PRESCRIBER, None)
    assert task.text.startswith("no improvement of 20 % after each of the first 3 infusions")
    assert (record.held, record.ceased, record.end_cause) == (None, False, None)
