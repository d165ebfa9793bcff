"""Secondary measures: functioning and interference beside the primary measure; they are shown and decide nothing."""

from dataclasses import dataclass
from datetime import datetime

from course.model.parts import Score
from course.model.protocol.instrument import tidy
from course.model.record import CourseRecord
from course.scores import outcome_rule


@dataclass(frozen=True)
class SecondaryReading:
    """How a secondary measure stands: its baseline, its last score, and both in a sentence."""

    instrument: str
    baseline: Score | None
    last: Score | None
    sentence: str


def readings(record: CourseRecord) -> tuple[SecondaryReading, ...]:
    """One reading of each secondary measure of the protocol, asked or not."""
    return tuple(_reading(record, name) for name in record.protocol.measuring.secondary)


def missing_since(record: CourseRecord, since: datetime) -> tuple[str, ...]:
    """The secondary measures that nobody has asked since an instant."""
    names = record.protocol.measuring.secondary
    return tuple(name for name in names if not any(one.at >= since for one in record.scores_of(name)))


def first_ask(record: CourseRecord) -> str:
    """What a clearance is better signed with: the secondary measures that have no baseline yet."""
    missing = missing_since(record, record.opened_at)
    return f"; first ask {', '.join(missing)}" if missing else ""


def _reading(record: CourseRecord, name: str) -> SecondaryReading:
    scores = record.scores_of(name)
    if not scores:
        return SecondaryReading(name, None, None, "not asked yet")
    first, last = outcome_rule.baseline(record, name), scores[-1]
    if first is None or first is last:
        return SecondaryReading(name, first, last, f"{last.said} ({last.band})")
    points = tidy(round(last.points - first.points, 1))
    change = "unchanged" if not points else f"{'down' if points < 0 else 'up'} {abs(points)} points"
    return SecondaryReading(name, first, last, f"{first.said} to {last.said} ({last.band}), {change}")
