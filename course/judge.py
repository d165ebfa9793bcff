"""Judging: response, remission and relapse by the protocol's own outcome rule; brakes on early boosters."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from course.carried import days
from course.record import CourseRecord, Score
from course.terms import Outcome, Series

RELAPSE_GAP_DAYS = 2
"""Two readings at least so far apart lose a response. [set]"""

FORCED_BY_EARLY = 2
"""So many early boosters running force an evaluation. [set]"""

FOUR_WEEKS = 28

RESPONDING = frozenset({Outcome.REMISSION, Outcome.SUBSTANTIAL, Outcome.RESPONSE})


@dataclass(frozen=True)
class Reading:
    """How one score reads: points and percent are the drop from baseline."""

    outcome: Outcome
    change_percent: Decimal | None
    points: int | None
    sentence: str


class RelapseState(StrEnum):
    """Whether a response holds."""

    NONE = "none"
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"


@dataclass(frozen=True)
class Relapse:
    """Whether a response is being lost, and on which readings."""

    state: RelapseState
    first_bad_at: datetime | None = None
    second_bad_at: datetime | None = None


def baseline(record: CourseRecord) -> Score | None:
    """The last score before session 1; one without a time on that day counts as before the session."""
    doses = record.valid_doses
    if not doses:
        return record.primary_scores[-1] if record.primary_scores else None
    first = doses[0].at
    before = [score for score in record.primary_scores if _is_before(record, score, first)]
    return before[-1] if before else None


def _is_before(record: CourseRecord, score: Score, dose_at: datetime) -> bool:
    if score.timed:
        return score.at < dose_at
    return record.zone.local(score.at).date() <= record.zone.local(dose_at).date()


def read(record: CourseRecord, score: Score) -> Reading:
    """How a score reads against the baseline; no percentages from a zero or below-cut baseline."""
    base = baseline(record)
    if base is None:
        return _not_computable("there is no baseline before session 1")
    instrument = record.instruments.get(score.instrument)
    cut = instrument.clinical_cut if instrument is not None else None
    if base.total == 0 or (cut is not None and base.total < cut):
        return _not_computable(f"the baseline of {base.total} is below the clinical cut")
    points = base.total - score.total
    percent = Decimal(points * 100) / base.total
    outcome = _outcome(record, score.total, points, percent)
    way = "down" if points >= 0 else "up"
    return Reading(outcome, percent, points, f"{outcome}: {base.total} to {score.total}, {way} {abs(percent):.0f} %")


def _not_computable(why: str) -> Reading:
    return Reading(Outcome.NOT_COMPUTABLE, None, None, f"not computable: {why}")


def _outcome(record: CourseRecord, total: int, points: int, percent: Decimal) -> Outcome:
    """The best outcome whose threshold is met; worse is a rise of the instrument's own reliable change."""
    rule = record.protocol.outcome
    instrument = record.instruments.get(rule.instrument)
    reliable = (instrument.reliable_change if instrument is not None else None) or 1
    met = {
        Outcome.REMISSION: rule.remission_at_most is not None and total <= rule.remission_at_most,
        Outcome.SUBSTANTIAL: _reached(percent, rule.substantial_percent),
        Outcome.RESPONSE: _reached(percent, rule.response_percent) or _reached(points, rule.response_points),
        Outcome.PARTIAL: _reached(percent, rule.partial_percent),
        Outcome.WORSE: -points >= reliable,
    }
    return next((outcome for outcome, holds in met.items() if holds), Outcome.NON_RESPONSE)


def _reached(value: Decimal | int, threshold: int | None) -> bool:
    return threshold is not None and value >= threshold


def latest(record: CourseRecord) -> Reading | None:
    """How the last score reads, or None before the first dose or score."""
    scores = record.primary_scores
    return read(record, scores[-1]) if scores and record.valid_doses else None


def relapse(record: CourseRecord) -> Relapse:
    """Whether a response is lost: the protocol's own criterion unmet on two readings at least two days apart.

    A good reading between clears it, and the last dose begins a new look: what was lost before a booster was answered
    by it. A response once reached is remembered. Sources: Murrough 2013, Shiroma 2014 (lost at a median of 16-18 days).
    """
    doses = record.valid_doses
    responded, first = False, None
    for score in record.primary_scores:
        if not doses or score.at <= doses[0].at:
            continue
        outcome = read(record, score).outcome
        if outcome is Outcome.NOT_COMPUTABLE:
            continue
        if outcome in RESPONDING:
            responded, first = True, None
        elif responded and score.at > doses[-1].at:
            if first is None:
                first = score.at
            elif score.at - first >= days(RELAPSE_GAP_DAYS):
                return Relapse(RelapseState.CONFIRMED, first, score.at)
    return Relapse(RelapseState.SUSPECTED if first else RelapseState.NONE, first)


def why_no_early_booster(record: CourseRecord, at: datetime) -> str:
    """Why no early booster may be given at an instant, or an empty string; the brakes are [set] by the protocol."""
    rule = record.protocol.maintenance
    last = record.last_infusion_at
    if last is not None and at - last < days(rule.early_gap_days_min):
        return f"the last infusion is less than {rule.early_gap_days_min} days before: choose a later day"
    recent = [dose for dose in record.valid_doses if at - dose.at < days(FOUR_WEEKS)]
    if len(recent) >= rule.early_most_in_28_days:
        return (
            f"{len(recent)} infusions lie within 28 days, at most {rule.early_most_in_28_days} may: choose a later day"
        )
    return ""


def evaluation_forced(record: CourseRecord) -> str:
    """Why an evaluation is owed whatever the calendar says: tolerance or misuse may show in early boosters."""
    last = max((one.at for one in record.evaluations), default=None)
    boosters = [
        dose for dose in record.valid_doses if dose.series is Series.BOOSTER and (last is None or dose.at > last)
    ]
    running = boosters[-FORCED_BY_EARLY:]
    if len(running) == FORCED_BY_EARLY and all(dose.early for dose in running):
        return f"{FORCED_BY_EARLY} early boosters running: evaluate"
    return ""
