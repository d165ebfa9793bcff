"""Dates as an order carries them: ISO 8601, which the language of a letter turns into words when it goes out."""

from datetime import datetime

from course.model.calendar import Zone
from course.model.record import CourseRecord


def moment(record: CourseRecord, instant: datetime) -> str:
    """An instant on the clinic's clock: `2027-03-05T09:00 EST`, and whose clock where the patient lives by another."""
    zone = record.zone
    wall = zone.local(instant)
    value = f"{wall:%Y-%m-%dT%H:%M} {zone.abbreviation(instant)}".rstrip()
    elsewhere = record.messaging.zone.local(instant) != wall
    return f"{value} {zone.name}" if elsewhere else value


def day(record: CourseRecord, instant: datetime) -> str:
    """The clinic's date at an instant: `2027-03-05`."""
    return f"{record.zone.local(instant):%Y-%m-%d}"


def when(zone: Zone, instant: datetime) -> str:
    """A visit time as the staff read it, in the clinic's zone, named."""
    wall = zone.local(instant)
    return f"{wall:%A} {wall.day} {wall:%B %Y} at {wall:%H:%M} {zone.abbreviation(instant)}".rstrip()
