"""The stop review: where a rater scores a day after infusions, a person looks at a series that does not help.

Transl Psychiatry 2024, doi:10.1038/s41398-024-03027-2: no improvement after session 4, or none after each of the
first three; two running say too little. The numbers stand in the protocol; nothing is stopped by this rule.
"""

from dataclasses import dataclass

from course.model.base import hours
from course.model.parts import Score
from course.model.protocol.protocol import StopRule
from course.model.record import CourseRecord
from course.model.terms import Outcome
from course.model.visit import Dose
from course.scores import outcome_rule


@dataclass(frozen=True)
class StopReading:
    """Whether the series is to be reviewed, and the ratings that say so or are missing."""

    due: bool
    sentence: str


def read(record: CourseRecord) -> StopReading:
    """How the rater's scores after the infusions of the running induction read."""
    rule, rated = record.protocol.stop_review, record.protocol.rated
    if rule is None or rated is None:
        return _not_computable("this protocol takes no rating after infusions")
    start = outcome_rule.baseline(record, rated.instrument)
    if start is None or start.points == 0:
        return _not_computable(f"there is no {rated.instrument} from before the first infusion, or it is 0")
    doses = record.series_doses[: rule.after_session]
    helped = [_helped(record, rule, rated.instrument, start, dose) for dose in doses]
    return _of(rule, rated.instrument, helped)


def _of(rule: StopRule, instrument: str, helped: list[bool | None]) -> StopReading:
    """What the infusions say, each improved, not improved, or not rated in time."""
    last = helped[-1] if len(helped) == rule.after_session else None
    if last:
        return StopReading(due=False, sentence=f"improved by {rule.improvement_percent} % or more: no review")
    if helped[: rule.running] == [False] * rule.running:
        return StopReading(due=True, sentence=_said(rule, f"after each of the first {rule.running} infusions"))
    if last is not None:
        return StopReading(due=True, sentence=_said(rule, f"after infusion {rule.after_session}"))
    if len(helped) < rule.after_session:
        return _not_computable(f"{len(helped)} of {rule.after_session} infusions are given")
    span = f"{rule.hours_min} to {rule.hours_max} hours"
    return _not_computable(f"there is no {instrument} from {span} after infusion {rule.after_session}")


def _helped(record: CourseRecord, rule: StopRule, instrument: str, start: Score, dose: Dose) -> bool | None:
    """Whether the rating after an infusion is better by enough; None where none was taken in time."""
    since, until = dose.at + hours(rule.hours_min), dose.at + hours(rule.hours_max)
    taken = [one for one in record.scores_of(instrument) if since <= one.at <= until]
    return 100 * (start.points - taken[-1].points) >= rule.improvement_percent * start.points if taken else None


def _said(rule: StopRule, when: str) -> str:
    return f"no improvement of {rule.improvement_percent} % {when}"


def _not_computable(why: str) -> StopReading:
    return StopReading(due=False, sentence=f"{Outcome.NOT_COMPUTABLE}: {why}")
