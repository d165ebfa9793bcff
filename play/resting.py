"""When a course rests: what is due is done, and nothing is on its way."""

from datetime import datetime

from course.agenda.due import due
from course.model.record import CourseRecord
from course.model.terms import OccasionState


def in_flight(record: CourseRecord) -> list[str]:
    """The occasions that are on their way."""
    return sorted(name for name, mark in record.occasions.items() if mark.state is OccasionState.IN_FLIGHT)


def rests_until(record: CourseRecord, instant: datetime) -> bool:
    """Whether the course neither does nor awaits anything until then; one that has closed may end."""
    return not (record.closed or in_flight(record) or due(record, instant))


def why_restless(record: CourseRecord, now: datetime) -> str:
    """What keeps the course from coming to rest."""
    waiting = sorted(one.kind for one in due(record, now))
    what = ", ".join([*(f"{kind} is due" for kind in waiting), *(f"{name} is in flight" for name in in_flight(record))])
    return f"the course does not come to rest at {now:%Y-%m-%d %H:%M} ({what}): is a worker running?"
