"""When an evaluation is owed, and until when."""

from datetime import datetime

import pytest

from course.agenda.evaluations import evaluation_due
from course.model.base import days
from course.model.parts import Evaluation, MaintenancePlan
from course.model.record import CourseRecord
from course.model.terms import Decision, Phase
from tests.support.records import FIRST, SERIES, boosted, infused, treated

ENDED = FIRST + days(SERIES[-1])


def evaluated(day: float) -> Evaluation:
    """A decision, so many days after the series."""
    return Evaluation(at=ENDED + days(day), decision=Decision.MAINTENANCE, by="Dr Lee")


def in_maintenance(*evaluations: Evaluation, boosters: tuple[float, ...] = ()) -> CourseRecord:
    """A course in maintenance since four days after its series, with boosters so many days after the series."""
    doses = [infused(day, number) for number, day in enumerate(SERIES, start=1)]
    doses += [boosted(SERIES[-1] + day, 10 + number) for number, day in enumerate(boosters)]
    since = ENDED + days(4)
    return treated(
        doses=doses,
        phase=Phase.MAINTENANCE,
        phase_since=since,
        induction_ended_at=ENDED,
        maintained=MaintenancePlan(since=since, interval_days=28),
        evaluations=evaluations,
    )


def owed(record: CourseRecord) -> tuple[datetime, datetime, str]:
    """What is owed."""
    found = evaluation_due(record)
    assert found is not None
    return found


def test_the_first_is_three_to_seven_days_after_the_series() -> None:
    """Counted from the last infusion, and never before the phase has begun."""
    record = treated(phase=Phase.EVALUATION, phase_since=ENDED, induction_ended_at=ENDED)
    assert owed(record)[:2] == (ENDED + days(3), ENDED + days(7))
    late = record.with_(phase_since=ENDED + days(10))
    assert owed(late)[:2] == (ENDED + days(10), ENDED + days(10))
    ceased = record.with_(ceased=True, phase_since=ENDED + days(1))
    assert owed(ceased)[:2] == (ENDED + days(1), ENDED + days(7))


def test_a_series_without_any_infusion_is_evaluated_at_once() -> None:
    """Nothing has to be waited for; it is due within the week."""
    since = FIRST + days(2)
    record = treated(doses=(), phase=Phase.EVALUATION, phase_since=since, induction_ended_at=None)
    assert owed(record)[:2] == (since, since + days(7))


def test_the_second_is_two_to_four_weeks_after_the_series() -> None:
    """The one that began maintenance is not the second."""
    opens, due, why = owed(in_maintenance(evaluated(4)))
    assert (opens, due, why) == (ENDED + days(14), ENDED + days(31), "second evaluation")


@pytest.mark.parametrize(
    ("boosters", "opens", "due", "why"),
    [
        ((), 77, 84, "12 weeks since the last evaluation"),
        ((30, 58), 77, 84, "12 weeks since the last evaluation"),
        ((30, 58, 72), 52, 59, "3 boosters since the last evaluation"),
        ((30, 58, 72, 78), 52, 59, "3 boosters since the last evaluation"),
        ((30, 58, 100), 80, 84, "3 boosters since the last evaluation"),
    ],
)
def test_then_after_three_boosters_or_twelve_weeks(
    boosters: tuple[float, ...], opens: float, due: float, why: str
) -> None:
    """Whichever is sooner: from the third booster on within a week, else in the twelfth week."""
    record = in_maintenance(evaluated(4), evaluated(20), boosters=boosters)
    last = ENDED + days(20)
    assert owed(record) == (last + days(opens), last + days(due), why)


def test_boosters_of_before_the_last_evaluation_do_not_count() -> None:
    """Three were given, two of them since: nothing is owed for them yet."""
    record = in_maintenance(evaluated(4), evaluated(40), boosters=(30, 58, 86))
    assert owed(record)[2] == "12 weeks since the last evaluation"


def test_none_is_owed_before_a_series_or_after_the_end() -> None:
    """Intake, a running series and a closed course owe none."""
    for phase in (Phase.INTAKE, Phase.INDUCTION, Phase.CLOSED):
        assert evaluation_due(in_maintenance().with_(phase=phase)) is None
