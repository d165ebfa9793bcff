"""Times as a scenario writes them: spans, starts, and instants that lean on a day, a visit or now."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from course.model.calendar import Zone

SPAN = r"(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?"
CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_PARTS = re.compile(r"(\d+)([wdhm])")
_SPAN = re.compile(rf"(?=\d){SPAN}")
_OFFSET = re.compile(rf"([+-]?)((?=\d){SPAN})(?: ({CLOCK}))?")
_DAY = re.compile(rf"day (\d+) ({CLOCK})")
_UNITS = {"w": 7 * 24 * 60, "d": 24 * 60, "h": 60, "m": 1}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_NTH = ("first", "second", "third", "fourth")
_START = re.compile(
    rf"(?:({'|'.join(_NTH)}) )?({'|'.join(_WEEKDAYS)})(?: of ({'|'.join(_MONTHS)}))? ({CLOCK})", re.IGNORECASE
)


SPAN_MOST = timedelta(days=20 * 366)
"""No scenario looks further."""

YEARS = range(2000, 2101)
TEXT_MOST = 40


class WhenError(ValueError):
    """A time that cannot be read; the sentence says what would be right."""


def span(text: str) -> timedelta:
    """A span such as 90m, 36h, 2d12h or 1w. Raises WhenError."""
    if not _SPAN.fullmatch(text):
        raise WhenError("write a span as weeks, days, hours, minutes, for example 1w, 2d, 36h, 1h30m")
    return timedelta(minutes=_minutes(text))


def _minutes(text: str) -> int:
    """The minutes of a span; raises WhenError for what no scenario lasts."""
    total = sum(int(count) * _UNITS[unit] for count, unit in _PARTS.findall(text[:TEXT_MOST]))
    if total > SPAN_MOST // timedelta(minutes=1) or len(text) > TEXT_MOST:
        raise WhenError("no scenario goes on for more than 20 years: write a shorter span")
    return total


def some(text: str) -> timedelta:
    """A span that is more than nothing. Raises WhenError."""
    found = span(text)
    if not found:
        raise WhenError("nothing happens in no time: write a longer span, such as 60d")
    return found


def within(text: str, whole: str) -> timedelta:
    """A span that is shorter than another one, if that is a span. Raises WhenError."""
    found = span(text)
    if _SPAN.fullmatch(whole) and found >= span(whole):
        raise WhenError(f"it lies within the file's own {whole}")
    return found


def shorter(text: str, by: timedelta) -> str:
    """A span without the time that has passed of it."""
    return f"{(span(text) - by) // timedelta(minutes=1)}m" if by else text


def clock(text: str) -> time:
    """A wall time such as 09:00. Raises WhenError."""
    if not re.fullmatch(CLOCK, text):
        raise WhenError("write a time of day as 09:00 or 17:30")
    return time.fromisoformat(text)


def check(text: str) -> None:
    """Raise WhenError unless `instant` could read this."""
    if day := _DAY.fullmatch(text):
        span(f"{day[1]}d")
    elif offset := _OFFSET.fullmatch(text):
        span(offset[2])
    else:
        _iso(text)


def check_offset(text: str) -> None:
    """Raise WhenError unless this is an offset such as `2h`, `-26h` or `1d 14:00`."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise WhenError("write an offset as `2h`, `-26h`, `1d` or `1d 14:00`")
    span(found[2])


def instant(text: str, *, start: datetime, base: datetime, zone: Zone) -> datetime:
    """An instant from `day 12 09:00`, `+2d`, `+2d 09:00`, `-26h` or an ISO time; a wall time is the clinic's."""
    if day := _DAY.fullmatch(text):
        return _wall(zone, start, int(day[1]), day[2])
    if offset := _OFFSET.fullmatch(text):
        sign = -1 if offset[1] == "-" else 1
        return _offset(zone, base, sign, offset[2], offset[3])
    found = _iso(text)
    return found.astimezone(UTC) if found.tzinfo else zone.lenient(found)


def day_at(zone: Zone, start: datetime, day: int, at: time) -> datetime:
    """The wall time `at` on the day that is `day` days after the start."""
    return zone.lenient(datetime.combine(zone.local(start).date() + timedelta(days=day), at))


def _wall(zone: Zone, start: datetime, day: int, at: str) -> datetime:
    return day_at(zone, start, day, time.fromisoformat(at))


def _offset(zone: Zone, base: datetime, sign: int, text: str, at: str | None) -> datetime:
    """Weeks and days move the wall clock, so that 09:00 stays 09:00; hours and minutes are spans of time."""
    parts = [(int(count), unit) for count, unit in _PARTS.findall(text)]
    whole = sum(count * _UNITS[unit] for count, unit in parts if unit in "wd") // _UNITS["d"]
    rest = sum(count * _UNITS[unit] for count, unit in parts if unit in "hm")
    wall = zone.local(base) + timedelta(days=sign * whole)
    if at is not None:
        return zone.lenient(datetime.combine(wall.date(), time.fromisoformat(at)))
    return (zone.lenient(wall) if whole else base) + sign * timedelta(minutes=rest)


def _iso(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WhenError("write a time as `day 12 09:00`, `+2d`, `+2d 09:00`, `-26h` or 2027-03-05T14:00") from None
    return _of_our_days(found)


def check_start(text: str) -> None:
    """Raise WhenError unless `starts_at` could read this."""
    if not _START.fullmatch(text):
        _start_iso(text)


def starts_at(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The first such instant after `now`: clocks on the server run forward only. Raises WhenError."""
    named = _START.fullmatch(text)
    if named is None:
        found = _start_iso(text)
        found = found if found.tzinfo else found.replace(tzinfo=zone)
        if found <= now:
            raise WhenError(f"{text} lies in the past, and a server's clock runs forward only: write a start to come")
        return found.astimezone(UTC)
    nth, weekday, month, at = named.groups()
    day = now.astimezone(zone).date()
    for _ in range(2 * 366):
        day += timedelta(days=1)
        if day.weekday() != _WEEKDAYS.index(weekday.lower()):
            continue
        if nth is not None and (day.day - 1) // 7 != _NTH.index(nth.lower()):
            continue
        if month is None or day.month == _MONTHS.index(month.lower()) + 1:
            break
    return datetime.combine(day, time.fromisoformat(at), zone).astimezone(UTC)


def _of_our_days(found: datetime) -> datetime:
    if found.year not in YEARS:
        raise WhenError(f"the year {found.year} cannot be meant: write one from {YEARS[0]} to {YEARS[-1]}")
    return found


def _start_iso(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WhenError("write a start as `Monday 09:00`, `first Monday of March 09:00` or 2027-03-01T09:00") from None
    return _of_our_days(found)
