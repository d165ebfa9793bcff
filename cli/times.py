"""Times as people type them, on the wall of the course's clinic."""

import re
from datetime import datetime, timedelta

from cli.output import USAGE, CliError
from course.calendar import WallClockError, Zone

YEARS = range(2000, 2100)
SOON = re.compile(r"^\+(\d{1,3})(m|h)$")
RELATIVE = re.compile(r"^(?:(today|tomorrow)|\+(\d{1,3})d)(?:[ T](\d{1,2}:\d\d))?$")
SAY = "write 2026-11-20 09:00 (the clinic's clock), 2026-11-20T09:00-05:00, tomorrow 09:00, +3d 09:00, +20m, or now"


def instant(text: str, zone: Zone, now: datetime) -> datetime:
    """The instant that somebody means; raises CliError in one sentence, also where the clocks skip or repeat it."""
    said = text.strip()
    if said == "now":
        return now
    soon = SOON.match(said)
    if soon is not None:
        return now + (timedelta(minutes=int(soon[1])) if soon[2] == "m" else timedelta(hours=int(soon[1])))
    relative = RELATIVE.match(said)
    if relative is not None:
        ahead = {"today": 0, "tomorrow": 1}.get(relative[1] or "", int(relative[2] or 0))
        wall = zone.local(now) + timedelta(days=ahead)
        said = f"{wall:%Y-%m-%d} {relative[3] or f'{wall:%H:%M}'}"
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        raise CliError(f"this is no time: {SAY}", USAGE) from None
    if found.year not in YEARS:
        raise CliError(f"the year {found.year} cannot be meant: {SAY}", USAGE)
    if len(said) <= len("2026-11-20"):
        raise CliError(f"a time of day is missing: {SAY}", USAGE)
    if found.tzinfo is not None:
        return found
    try:
        return zone.strict(found)
    except WallClockError as wrong:
        raise CliError(str(wrong), USAGE) from None


def shown(zone: Zone, at: datetime | None) -> str:
    """An instant on the clinic's wall, with the clock's name."""
    if at is None:
        return ""
    return f"{zone.local(at):%a %d %b %Y %H:%M} {zone.abbreviation(at)}".rstrip()
