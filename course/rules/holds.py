"""Holds: what holds a course by itself, which holds only a prescriber releases, how soon each is reviewed."""

from dataclasses import dataclass

from course.model.parts import Hold, LabValue, Score, Trigger
from course.model.protocol.gate import Gate
from course.model.protocol.instrument import Instrument
from course.model.protocol.protocol import HoldRule
from course.model.record import CourseRecord
from course.model.terms import HoldCause, Urgency
from course.rules.labs import same_unit

REVIEW_DAYS = 7
"""A hold is reviewed within so many days, again and again. [set]"""

GRAVE = frozenset(
    {
        HoldCause.PSYCHOSIS,
        HoldCause.MANIA,
        HoldCause.PREGNANCY,
        HoldCause.LIVER,
        HoldCause.ADVERSE_EVENT,
        HoldCause.EXCLUSION,
    }
)
"""Causes that only a prescriber releases, after the absolute gates were asked again. [set]"""


@dataclass(frozen=True)
class LabReading:
    """A value against its gate's limits: why it holds, or why it alerts; empty where it does neither."""

    holds: str = ""
    alerts: str = ""
    cause: HoldCause = HoldCause.OTHER


def graver_than(held: Hold) -> frozenset[HoldCause]:
    """The causes that take a standing hold over, so that it ends as they do."""
    return frozenset() if held.cause in GRAVE else GRAVE


def rule_for(record: CourseRecord, score: Score) -> HoldRule | None:
    """The rule by which a score holds its course; none for one that a later score of the instrument overtook."""
    later = any(one.at > score.at for one in record.scores_of(score.instrument) if one.id != score.id)
    reached = (
        one for one in record.protocol.holds if one.instrument == score.instrument and score.points >= one.at_least
    )
    return None if later or record.closed else next(reached, None)


def trigger(record: CourseRecord, instrument: Instrument, rule: HoldRule, score: Score) -> Trigger:
    """What such a score raises: urgent where the one before it was below the limit or lower, else prompt."""
    before = [one.points for one in record.scores_of(score.instrument) if one.id != score.id and one.at <= score.at]
    urgent = not before or before[-1] < rule.at_least or score.points > before[-1]
    return Trigger(
        what=said(instrument, rule),
        subject=score.id,
        at=score.at,
        urgency=Urgency.URGENT if urgent else Urgency.PROMPT,
    )


def said(instrument: Instrument, rule: HoldRule) -> str:
    """The limit that was reached, without the score."""
    return f"{instrument.title} of {rule.at_least} or more"


def why_not_release(record: CourseRecord) -> str:
    """The rating or the laboratory value that still holds, or an empty string; a self-report binds nobody."""
    for rule in record.protocol.holds:
        instrument, scores = record.instruments.get(rule.instrument), record.scores_of(rule.instrument)
        if instrument is not None and instrument.rater and scores and scores[-1].points >= rule.at_least:
            return f"the last rating reads {said(instrument, rule)}, which holds: rate it again first"
    for gate in record.protocol.gates:
        state = record.gates.get(gate.id)
        found = (lab_reading(gate, one).holds for one in (() if state is None else state.results))
        if held := next((why for why in found if why), ""):
            return f"the last value holds ({held}): record a fresh one first"
    return ""


def lab_reading(gate: Gate, value: LabValue) -> LabReading:
    """A value against a multiple of its upper limit, and against the course's first value where the unit is one."""
    limits, times = gate.limits, gate.hold_times(value.analyte)
    if limits is None or times is None:
        return LabReading()
    named = f"gate {gate.id}, {value.analyte}" if value.analyte else f"gate {gate.id}"
    holds = alerts = ""
    if value.upper_limit is not None and value.value >= times * value.upper_limit:
        holds = f"{named}: {times} x the upper limit or more"
    first = value.first if same_unit(value.first_unit, value.unit) else None
    if first is not None and not value.is_first and value.value >= limits.alert_times_first * first:
        alerts = f"{named}: {limits.alert_times_first} x the first value or more"
    return LabReading(holds, alerts, limits.cause)
