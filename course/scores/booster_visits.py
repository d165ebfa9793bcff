"""Boosters: one is one visit, or several within a week where the protocol gives it in several."""

from course.model.memoize import memoized
from course.model.record import CourseRecord
from course.model.terms import Series, SessionStatus
from course.model.visit import Dose

ONE_BOOSTER_DAYS = 7
"""The sessions of one booster lie within so many days. [set]"""


@memoized
def boosters(record: CourseRecord) -> tuple[tuple[Dose, ...], ...]:
    """The boosters that gave drug, each with its doses, in order of time."""
    most, found = record.protocol.maintenance.sessions_per_booster, list[tuple[Dose, ...]]()
    for dose in record.valid_doses:
        if dose.series is not Series.BOOSTER:
            continue
        if found and len(found[-1]) < most and record.zone.days_between(found[-1][0].at, dose.at) < ONE_BOOSTER_DAYS:
            found[-1] = (*found[-1], dose)
        else:
            found.append((dose,))
    return tuple(found)


def led_in(record: CourseRecord) -> int:
    """How many boosters of the lead-in are behind: those given, or all of it once a prescriber set an interval."""
    given = sum(1 for one in boosters(record) if any(dose.status is SessionStatus.GIVEN for dose in one))
    return max(given, record.maintained.lead_in_done if record.maintained is not None else 0)
