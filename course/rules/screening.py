"""The suicide screen: whether it was asked before a signature or a dose, and what a positive answer still owes."""

from collections.abc import Iterator
from datetime import datetime

from course.model.parts import Score
from course.model.record import CourseRecord
from course.rules import safety


def missing_at_intake(record: CourseRecord, at: datetime) -> tuple[str, ...]:
    """What was not asked before a prescriber signs that the course may begin, a sentence each."""
    return tuple(_missing_at_intake(record, at))


def missing_before_dose(record: CourseRecord, at: datetime) -> tuple[str, ...]:
    """What was not asked before a dose, a sentence each: a screen of these days, later than the last infusion."""
    rule = record.protocol.screening
    since = record.last_infusion_at
    asked = [
        one
        for one in _screens(record, at)
        if record.zone.days_between(one.at, at) <= rule.days_max and (since is None or one.at > since)
    ]
    none = () if asked or not rule.suicide else (f"no suicide screen before this dose: ask {_named(record)}",)
    return (*none, *owed(record))


def owed(record: CourseRecord) -> tuple[str, ...]:
    """The instrument that a positive safety item is followed by, and was not yet."""
    if owed_since(record) is None:
        return ()
    follow_up = record.protocol.screening.follow_up
    return (f"{_title(record, follow_up)} is owed after a positive safety item: ask it",)


def owed_since(record: CourseRecord) -> datetime | None:
    """When the positive answer was given that nobody has followed up; None where nothing is owed."""
    follow_up = record.protocol.screening.follow_up
    if not follow_up:
        return None
    standing = [one for one in record.scores if not one.voided]
    followed = max((one.at for one in standing if one.instrument == follow_up), default=None)
    positive = [
        one.at
        for one in standing
        if one.flags and one.instrument != follow_up and (followed is None or one.at > followed)
    ]
    return min(positive, default=None)


def _missing_at_intake(record: CourseRecord, at: datetime) -> Iterator[str]:
    rule, most = record.protocol.screening, record.protocol.measuring.baseline_days_max
    if rule.suicide and not any(record.zone.days_between(one.at, at) <= most for one in _screens(record, at)):
        yield f"no suicide screen of the last {most} days: ask {_named(record)}"
    yield from owed(record)
    for name in rule.at_intake:
        if not any(one.at <= at for one in record.scores_of(name)):
            yield f"{_title(record, name)} is missing: ask it"


def _screens(record: CourseRecord, at: datetime) -> list[Score]:
    """The scores until an instant that say whether anything is positive."""
    names = record.protocol.screening.suicide
    return [one for name in names for one in record.scores_of(name) if one.at <= at and _tells(record, one)]


def _tells(record: CourseRecord, score: Score) -> bool:
    """Whether a safety item is known; a bare total tells it only if it is the lowest, or forces a positive answer."""
    instrument = record.instruments[score.instrument]
    if not score.answers and score.total == instrument.total_min:
        return True
    return any(safety.answer_to(instrument, score, item) is not None for item in instrument.safety_items)


def _named(record: CourseRecord) -> str:
    return " or ".join(_title(record, name) for name in record.protocol.screening.suicide)


def _title(record: CourseRecord, name: str) -> str:
    found = record.instruments.get(name)
    return name if found is None else found.title
