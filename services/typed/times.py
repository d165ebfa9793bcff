"""Times as people type them, on the wall of the course's clinic."""

import re
from datetime import datetime, timedelta

from course.model.calendar import WallClockError, Zone
from services.errors import InputError

YEARS = range(2000, 2100)
SOON = re.compile(r"^\+(\d{1,3})(m|h)$")
RELATIVE = re.compile(r"^(?:(today|tomorrow)|\+(\d{1,3})d)(?:[ T](\d{1,2}:\d\d))?$")
HALF = re.compile(r"^(\d{1,2})(?::(\d\d))?([ap])\.?m\.?$")
SLASHED = re.compile(r"^(\d{1,2})/(\d{1,2})$")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT = tuple(day[:3] for day in WEEKDAYS)
NOON, MONTHS = 12, 12
SAY = "write 2026-11-20 09:00 (the clinic's clock), 2026-11-20T09:00-05:00, tomorrow 09:00, +3d 09:00, +20m, or now"


def instant(text: str, zone: Zone, now: datetime) -> datetime:
    """The instant that somebody means; raises ServiceError in one sentence, also where the clocks skip or repeat it."""
    sentence = _plain(text.strip(), zone.local(now))
    if sentence == "now":
        return now
    soon = SOON.match(sentence)
    if soon is not None:
        return now + (timedelta(minutes=int(soon[1])) if soon[2] == "m" else timedelta(hours=int(soon[1])))
    relative = RELATIVE.match(sentence)
    if relative is not None:
        ahead = {"today": 0, "tomorrow": 1}.get(relative[1] or "", int(relative[2] or 0))
        wall = zone.local(now) + timedelta(days=ahead)
        sentence = f"{wall:%Y-%m-%d} {relative[3] or f'{wall:%H:%M}'}"
    try:
        found = datetime.fromisoformat(sentence)
    except ValueError:
        raise InputError(f'"{text.strip()[:40]}" is no time: {SAY}') from None
    if found.year not in YEARS:
        raise InputError(f"the year {found.year} cannot be meant: {SAY}")
    if len(sentence) <= len("2026-11-20"):
        raise InputError(f"a time of day is missing: {SAY}")
    if found.tzinfo is not None:
        return found
    try:
        return zone.strict(found)
    except WallClockError as wrong:
        raise InputError(str(wrong)) from None


def _plain(text: str, wall: datetime) -> str:
    """What people type, as it is read here: `9am`, `9:10`, `monday 09:00`, `25/12 9am`: the next such day."""
    day, _, clock = text.lower().rpartition(" ")
    half = HALF.match(clock)
    if half is not None and 1 <= int(half[1]) <= NOON:
        clock = f"{int(half[1]) % NOON + (NOON if half[3] == 'p' else 0):02}:{half[2] or '00'}"
    elif re.fullmatch(r"\d:\d\d", clock):
        clock = f"0{clock}"
    elif not re.fullmatch(r"\d\d:\d\d", clock):
        return text
    if not day:
        return f"today {clock}"
    if day in WEEKDAYS or day in SHORT:
        ahead = ((WEEKDAYS if day in WEEKDAYS else SHORT).index(day) - wall.weekday()) % 7
        if ahead == 0 and clock <= f"{wall:%H:%M}":
            ahead = 7
        return f"{wall + timedelta(days=ahead):%Y-%m-%d} {clock}"
    dated = SLASHED.match(day)
    if dated is None:
        return f"{day} {clock}"
    one, two = int(dated[1]), int(dated[2])
    months = {(one, two), (two, one)} if max(one, two) <= MONTHS else {(max(one, two), min(one, two))}
    if len(months) > 1:
        raise InputError(f'"{day}" may be two days: {SAY}')
    ((number, month),) = months
    year = wall.year + ((month, number) < (wall.month, wall.day))
    return f"{year}-{month:02}-{number:02} {clock}"


def shown(zone: Zone, at: datetime | None) -> str:
    """An instant on the clinic's wall, with the clock's name."""
    if at is None:
        return ""
    return f"{zone.local(at):%a %d %b %Y %H:%M} {zone.abbreviation(at)}".rstrip()
