"""Judging: how a score reads against its baseline, and relapse.

Criteria come from the protocol's outcome rule and the instrument; a missing score is never carried forward.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from course.model.memoize import memoized
from course.model.parts import Score
from course.model.protocol.instrument import Instrument, tidy
from course.model.protocol.protocol import OutcomeRule
from course.model.record import CourseRecord
from course.model.terms import Outcome

RELAPSE_DAYS_APART = 2
"""Calendar days from the first lost reading to the one that confirms a relapse. [set]"""

TENTH = Decimal("0.1")
RESPONDS = frozenset({Outcome.REMISSION, Outcome.SUBSTANTIAL, Outcome.RESPONSE})


@dataclass(frozen=True)
class Reading:
    """A score against the baseline; changes are negative where the score fell."""

    outcome: Outcome
    change_percent: Decimal | None
    points: float | None
    sentence: str

    @property
    def responds(self) -> bool:
        """Whether the protocol's own response criterion is met."""
        return self.outcome in RESPONDS


class RelapseState(StrEnum):
    """Whether a response holds."""

    NONE = "none"
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"


@dataclass(frozen=True)
class Relapse:
    """Whether a response is lost, and the readings that say so."""

    state: RelapseState = RelapseState.NONE
    first_bad_at: datetime | None = None
    second_bad_at: datetime | None = None


def baseline(record: CourseRecord, instrument: str = "") -> Score | None:
    """The last standing score before the first standing dose; one without a time counts from its midnight.

    Of the primary measure, unless another instrument is named.
    """
    doses, scores = record.valid_doses, record.scores_of(instrument or record.protocol.outcome.instrument)
    before = _ordered(record, (one for one in scores if not doses or _counts_from(record, one) <= doses[0].at))
    return before[-1] if before else None


def read(record: CourseRecord, score: Score) -> Reading:
    """How one score of the primary or the rated measure reads against its baseline, in the protocol's own terms."""
    rated = record.protocol.rated
    rule = rated if rated is not None and score.instrument == rated.instrument else record.protocol.outcome
    return _read(record, rule, baseline(record, rule.instrument), score)


def baseline_doubt(record: CourseRecord) -> str:
    """What is odd about the baseline: it lies below the instrument's cut, so that no outcome can be read from it."""
    start, instrument = baseline(record), record.instruments.get(record.protocol.outcome.instrument)
    if start is None or instrument is None or instrument.clinical_cut is None:
        return ""
    if start.points >= instrument.clinical_cut:
        return ""
    return f"the baseline of {start.said} on {instrument.title} lies below the cut of {instrument.clinical_cut}"


def latest(record: CourseRecord) -> Reading | None:
    """How the last standing primary score since the first dose reads, or None before there is one."""
    scores = _since_first_dose(record)
    return read(record, scores[-1]) if scores else None


@memoized
def relapse(record: CourseRecord) -> Relapse:
    """Whether, after a response, two readings at least two calendar days apart have lost it.

    A reading that responds clears both. A dose or an evaluation after the confirming reading starts afresh: only a
    new response can then be lost.
    """
    start, apart = baseline(record), record.zone.days_between
    turns = [*(dose.at for dose in record.valid_doses), *(one.at for one in record.evaluations)]
    responded, first, second = False, None, None
    for score in _since_first_dose(record):
        if _responds(record, start, score):
            responded, first, second = True, None, None
        elif responded and first is None:
            first = score
        elif first is not None and second is None and apart(first.at, score.at) >= RELAPSE_DAYS_APART:
            second = score
    if first is None or (second is not None and any(at >= _counts_from(record, second) for at in turns)):
        return Relapse()
    if second is None:
        return Relapse(RelapseState.SUSPECTED, first.at)
    return Relapse(RelapseState.CONFIRMED, first.at, second.at)


def _counts_from(record: CourseRecord, score: Score) -> datetime:
    if score.timed:
        return score.at
    return record.zone.lenient(datetime.combine(record.zone.local(score.at).date(), time.min))


def _ordered(record: CourseRecord, scores: Iterable[Score]) -> list[Score]:
    return sorted(scores, key=lambda one: (_counts_from(record, one), len(one.id), one.id))


@memoized
def _since_first_dose(record: CourseRecord) -> tuple[Score, ...]:
    doses = record.valid_doses
    after = (one for one in record.primary_scores if doses and _counts_from(record, one) > doses[0].at)
    return tuple(_ordered(record, after))


def _responds(record: CourseRecord, start: Score | None, score: Score) -> bool:
    """Whether a primary score reads as a response: what `_read` says of it, without its words."""
    rule = record.protocol.outcome
    instrument = record.instruments.get(rule.instrument)
    if start is None or _why_not_computable(rule, instrument, start, score):
        return False
    return _outcome(rule, start.points, score.points, instrument.reliable_change if instrument else None) in RESPONDS


def _why_not_computable(rule: OutcomeRule, instrument: Instrument | None, start: Score | None, score: Score) -> str:
    cut = instrument.clinical_cut if instrument else None
    if score.instrument != rule.instrument:
        return f"outcomes are read from {rule.instrument}, not from {score.instrument}"
    if start is None:
        return "there is no score from before the first infusion"
    if start.points == 0:
        return "the baseline is 0"
    if cut is not None and start.points < cut:
        return f"the baseline of {start.said} is below the cut of {cut}"
    return ""


def _read(record: CourseRecord, rule: OutcomeRule, start: Score | None, score: Score) -> Reading:
    instrument = record.instruments.get(rule.instrument)
    why_not = _why_not_computable(rule, instrument, start, score)
    if start is None or why_not:
        return Reading(Outcome.NOT_COMPUTABLE, None, None, f"{Outcome.NOT_COMPUTABLE}: {why_not}")
    points = tidy(score.points - start.points)
    outcome = _outcome(rule, start.points, score.points, instrument.reliable_change if instrument else None)
    percent = (100 * Decimal(str(points)) / Decimal(str(start.points))).quantize(TENTH, ROUND_DOWN)
    called = rule.remission_called if outcome is Outcome.REMISSION and rule.remission_called else outcome
    text = f"{called}: {start.said} to {score.said}, {_change(rule, points, percent)}"
    return Reading(outcome, percent, points, text)


def _outcome(rule: OutcomeRule, start: float, total: float, reliable_change: int | None) -> Outcome:
    drop = start - total

    def fell_by(percent: int | None) -> bool:
        return percent is not None and 100 * drop >= percent * start

    fell_enough = rule.response_points is None or drop >= rule.response_points
    if rule.remission_at_most is not None and total <= rule.remission_at_most and fell_enough:
        return Outcome.REMISSION
    if fell_by(rule.substantial_percent):
        return Outcome.SUBSTANTIAL
    if fell_by(rule.response_percent) or (rule.response_points is not None and fell_enough):
        return Outcome.RESPONSE
    if fell_by(rule.partial_percent):
        return Outcome.PARTIAL
    if reliable_change is not None and -drop >= reliable_change:
        return Outcome.WORSE
    return Outcome.NON_RESPONSE


def _change(rule: OutcomeRule, points: float, percent: Decimal) -> str:
    if points == 0:
        return "unchanged"
    size = f"{abs(points)} points" if rule.response_percent is None else f"{abs(int(percent))} %"
    return f"{'down' if points < 0 else 'up'} {size}"
