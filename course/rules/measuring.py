"""How often the primary measure is asked, and so how old a score may be before a dose."""

from datetime import datetime

from course.model.record import CourseRecord
from course.model.terms import Phase


def every_days(record: CourseRecord, at: datetime) -> int:
    """The days between questionnaires: a baseline's age before session 1, then the protocol's cadence."""
    doses = record.valid_doses
    if record.phase is Phase.INTAKE or not doses:
        return record.protocol.measuring.baseline_days_max
    week = (at - doses[0].at).days // 7
    for step in record.protocol.measuring.cadence:
        if step.until_week is None or week < step.until_week:
            return step.every_days
    return record.protocol.measuring.cadence[-1].every_days
