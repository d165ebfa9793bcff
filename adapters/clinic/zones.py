"""Snapshots of time zones: the tz database read once, as data that a course carries."""

from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from course.model.calendar import Transition, Zone

YEARS_BEFORE = 10
"""How far back a snapshot knows the clocks, so that an old visit is still printed at the time at which it was."""


class UnknownZoneError(ValueError):
    """A name that the tz database does not know, said in one sentence."""


def zone_snapshot(name: str, taken_at: datetime, years: int) -> Zone:
    """The clocks of a zone from ten years before `taken_at` to `years` after it; raises UnknownZoneError."""
    zone = zone_of(name)
    at, until = forward(taken_at.replace(microsecond=0), -YEARS_BEFORE), forward(taken_at, years)
    changes = [one for year in range(at.year, until.year + 1) for one in _changes(name, year) if at < one <= until]
    return Zone(name=name, transitions=tuple(_from(one, zone) for one in (at, *changes)))


def forward(instant: datetime, years: int) -> datetime:
    """At least so many years on, or back."""
    return instant.astimezone(UTC) + timedelta(days=366 * years)


def zone_of(name: str) -> ZoneInfo:
    """The zone that the tz database knows by a name; raises UnknownZoneError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        close = get_close_matches(name, available_timezones(), 1)
        example = close[0] if close else "America/New_York"
        raise UnknownZoneError(f'"{name}" is not in the tz database: write a name such as {example}') from None


@cache
def _changes(name: str, year: int) -> tuple[datetime, ...]:
    """The seconds of a year at which a zone's clock changes; no two lie on one day."""
    zone, found = zone_of(name), []
    day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    clock = _clock(day, zone)
    while day < end:
        following = day + timedelta(days=1)
        before, clock = clock, _clock(following, zone)
        if clock != before:
            found.append(_change(day, following, zone))
        day = following
    return tuple(found)


def _clock(instant: datetime, zone: ZoneInfo) -> tuple[timedelta | None, str | None]:
    local = instant.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the clock changes between two instants a day apart."""
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _clock(middle, zone) == _clock(before, zone):
            before = middle
        else:
            after = middle
    return after


def _from(at: datetime, zone: ZoneInfo) -> Transition:
    local = at.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    return Transition(at=at, offset_minutes=offset // timedelta(minutes=1), abbreviation=local.tzname() or "")
