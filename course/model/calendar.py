"""Wall clocks without a zone database: UTC offsets, opening hours and closed days as one snapshot."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta

from course.model.base import Carried, Instant
from course.model.memoize import memoized
from course.model.shared import Shared

FARTHEST_FROM_UTC = timedelta(days=1)
"""No clock on earth is farther from UTC, and no zone changes its clocks twice within two days."""


class WallClockError(ValueError):
    """A wall time that does not exist, or exists twice."""


class Transition(Carried):
    """From `at` on, local time is UTC plus `offset_minutes`; `abbreviation` is what people call it."""

    at: Instant
    offset_minutes: int
    abbreviation: str = ""


class Zone(Carried):
    """UTC offsets of one zone over a horizon; `name` is only for people."""

    name: str
    transitions: tuple[Transition, ...]

    def _at(self, instant: datetime) -> Transition:
        index = bisect_right(_beginnings(self), instant)
        return self.transitions[max(index - 1, 0)]

    def local(self, instant: datetime) -> datetime:
        """The naive wall time at an instant."""
        return (instant.astimezone(UTC) + timedelta(minutes=self._at(instant).offset_minutes)).replace(tzinfo=None)

    def abbreviation(self, instant: datetime) -> str:
        """What the clock is called at an instant, for example EST."""
        return self._at(instant).abbreviation

    def instants(self, wall: datetime) -> tuple[datetime, ...]:
        """The instants that show this wall time: none in a gap, two in an overlap."""
        about = wall.replace(tzinfo=UTC)
        before, after = self._at(about - FARTHEST_FROM_UTC), self._at(about + FARTHEST_FROM_UTC)
        if before is after:
            return (about - timedelta(minutes=before.offset_minutes),)
        offsets = sorted({before.offset_minutes, after.offset_minutes}, reverse=True)
        candidates = [about - timedelta(minutes=offset) for offset in offsets]
        return tuple(candidate for candidate in candidates if self.local(candidate) == wall)

    def strict(self, wall: datetime) -> datetime:
        """The one instant of a wall time; raises WallClockError in a gap or an overlap."""
        found = self.instants(wall)
        if not found:
            raise WallClockError(
                f"{wall:%Y-%m-%d %H:%M} does not exist in {self.name}: the clocks skip it, choose another time"
            )
        if len(found) > 1:
            first, second = (f"{wall:%Y-%m-%dT%H:%M}{_offset(self._at(one).offset_minutes)}" for one in found)
            raise WallClockError(f"{wall:%Y-%m-%d %H:%M} happens twice in {self.name}: write {first} or {second}")
        return found[0]

    def days_between(self, since: datetime, until: datetime) -> int:
        """Calendar days from one instant to another on this wall; negative where `until` is earlier."""
        return (self.local(until).date() - self.local(since).date()).days

    def lenient(self, wall: datetime) -> datetime:
        """The instant of a wall time; the first of two, and just after a gap."""
        found = self.instants(wall)
        return found[0] if found else self.lenient(wall + timedelta(hours=1))


@memoized
def _beginnings(zone: Zone) -> tuple[datetime, ...]:
    return tuple(transition.at for transition in zone.transitions)


LAST_MINUTE = time(23, 59)


class Hours(Carried):
    """Opening hours of one weekday (0 = Monday), local wall time; from 00:00 to 23:59 the night is open too."""

    weekday: int
    opens: time
    closes: time


class Calendar(Carried):
    """A site's snapshot: its zone, its opening hours, its closed days, and when it was taken."""

    site: str
    zone: Shared[Zone]
    hours: tuple[Hours, ...]
    closed: tuple[date, ...] = ()
    taken_at: Instant
    horizon: Instant

    def why_not_open(self, start: datetime, minutes: int) -> str:
        """Why a visit cannot stand here, in one sentence, or an empty string."""
        begins = self.zone.local(start)
        ends = begins + timedelta(minutes=minutes)
        day = begins.date()
        if day in self.closed:
            return f"{day} is a closed day at {self.site}: choose another day"
        opening = self.opening(day)
        if opening is None:
            return f"{self.site} does not open on {begins:%A}s: choose another day"
        if begins.time() < opening.opens or ends > self._closes(day, opening):
            return (
                f"{begins:%H:%M} for {minutes} minutes is outside the hours of {self.site} on {begins:%A}s: "
                f"{opening.opens:%H:%M} to {opening.closes:%H:%M}"
            )
        return ""

    def opening(self, day: date) -> Hours | None:
        """When a day opens and closes, None where it is closed."""
        mine = (hours for hours in self.hours if hours.weekday == day.weekday())
        return None if day in self.closed else next(mine, None)

    def _closes(self, day: date, opening: Hours) -> datetime:
        """When visits of a day end; where it closes at its last minute and the next opens with its first, then."""
        after = day + timedelta(days=1)
        follows = self.opening(after) if opening.closes >= LAST_MINUTE else None
        if follows is not None and follows.opens == time(0):
            return datetime.combine(after, follows.closes)
        return datetime.combine(day, opening.closes)


def _offset(minutes: int) -> str:
    sign = "+" if minutes >= 0 else "-"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def days_from(zone: Zone, instant: datetime, count: int, at: time | None = None) -> datetime:
    """The same wall time (or `at`) `count` calendar days on: 09:00 stays 09:00 across daylight saving."""
    wall = zone.local(instant) + timedelta(days=count)
    return zone.lenient(wall if at is None else datetime.combine(wall.date(), at))
