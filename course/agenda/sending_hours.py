"""The hours in which a patient may be written to, in the patient's own zone."""

from datetime import datetime, time, timedelta

from course.model.calendar import Zone

SENDING_OPENS = time(8)
SENDING_CLOSES = time(21)
"""[set]"""


def in_sending_hours(zone: Zone, instant: datetime) -> datetime:
    """The instant itself, or the next one at which a patient may be written to (08:00-21:00 in their zone)."""
    wall = zone.local(instant)
    if wall.time() < SENDING_OPENS:
        return zone.lenient(datetime.combine(wall.date(), SENDING_OPENS))
    if wall.time() >= SENDING_CLOSES:
        return zone.lenient(datetime.combine(wall.date() + timedelta(days=1), SENDING_OPENS))
    return instant


def sending_ends(zone: Zone, instant: datetime) -> datetime:
    """When the sending hours of an instant's day end."""
    return zone.lenient(datetime.combine(zone.local(instant).date(), SENDING_CLOSES))
