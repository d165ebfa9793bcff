"""Session dates: a series on its weekdays at one wall time, across closed days and daylight saving."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

from course.model.calendar import Calendar, days_from
from course.model.protocol.protocol import Induction

SEARCH_DAYS = 28
"""How far a visit may be put off to find an open day; beyond it the visit stays and its deviation says why."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Plan:
    """The starts of a series; `deviations` say where it leaves a window, `notes` where it leaves the weekdays."""

    starts: tuple[datetime, ...]
    deviations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def plan_series(  # noqa: PLR0917  the order of a sentence: which rule, how many, from when, on which days, how long, where
    rule: Induction,
    sessions: int,
    first: datetime,
    weekdays: tuple[int, ...],
    minutes: int,
    calendar: Calendar,
    *,
    after: datetime | None = None,
) -> Plan:
    """Plan `sessions` from `first` on; `after` is when drug was last given in the same series.

    Each visit stands on the next of the weekdays that keeps the least gap, at the wall time of the first. Where the
    site is closed then, it moves to the next open day. Nothing is refused: what leaves a window is a deviation.
    """
    at = calendar.zone.local(first).time()
    starts, unopened, notes = _Layer(rule, weekdays or rule.weekdays, minutes, calendar).lay(first, [at] * sessions)
    gap = _whole_days(starts[0] - after) if starts and after else None
    late = () if gap is None else _outside(rule, gap, "the last infusion and the first of these visits lie")
    return Plan(starts, (*unopened, *late, *check_series(starts, rule)), notes)


def shift_rest(  # noqa: PLR0917  the order of a sentence: which of what, to when, by which rule, where, how long
    starts: tuple[datetime, ...],
    index: int,
    to: datetime,
    rule: Induction,
    calendar: Calendar,
    minutes: int,
    *,
    weekdays: tuple[int, ...] = (),
) -> Plan:
    """Move one visit to `to` and lay those after it anew, each at its own wall time; the earlier ones stay."""
    times = [calendar.zone.local(start).time() for start in (to, *starts[index + 1 :])]
    rest, unopened, notes = _Layer(rule, weekdays or rule.weekdays, minutes, calendar).lay(to, times)
    moved = starts[:index] + rest
    return Plan(moved, (*unopened, *check_series(moved, rule)), notes)


def check_series(starts: tuple[datetime, ...], rule: Induction) -> tuple[str, ...]:
    """Where a series leaves its windows, one sentence each; gaps are counted in whole days."""
    found: list[str] = []
    for number, (sooner, later) in enumerate(pairwise(starts), start=1):
        gap = _whole_days(later - sooner)
        found += _outside(rule, gap, f"sessions {number} and {number + 1} lie")
    span = _whole_days(starts[-1] - starts[0]) if starts else 0
    if span > rule.span_days_max:
        found.append(f"the series spans {_days(span)}, the protocol asks for at most {rule.span_days_max}")
    return tuple(found)


@dataclass(frozen=True)
class _Layer:
    """Lays visits on a pattern of weekdays."""

    rule: Induction
    weekdays: tuple[int, ...]
    minutes: int
    calendar: Calendar

    def lay(self, first: datetime, times: list[time]) -> tuple[tuple[datetime, ...], tuple[str, ...], tuple[str, ...]]:
        """The starts, then sentences on those that find no open day, then on those that leave the weekdays."""
        starts: list[datetime] = []
        unopened, notes = [], []
        for at in times:
            wanted = self._after(starts[-1], at) if starts else first
            start = self._open_from(wanted)
            starts.append(start)
            why = self.calendar.why_not_open(wanted, self.minutes)
            if why and start == wanted:
                unopened.append(f"no open day is found: {why}")
            elif why:
                closed = why.removesuffix(": choose another day")
                notes.append(f"{closed}: the visit moves to {self.calendar.zone.local(start):%A %Y-%m-%d}")
            elif self._weekday(start) not in self.weekdays:
                ordered = ", ".join(_WEEKDAYS[day] for day in self.weekdays)
                notes.append(f"{self.calendar.zone.local(start):%A %Y-%m-%d} is none of the ordered days: {ordered}")
        return tuple(starts), tuple(unopened), tuple(notes)

    def _after(self, previous: datetime, at: time) -> datetime:
        """The first of the weekdays that keeps the least gap."""
        least = self.rule.gap_days_min
        ahead = next(days for days in range(least, least + 7) if self._weekday(previous, days) in self.weekdays)
        return days_from(self.calendar.zone, previous, ahead, at)

    def _open_from(self, wanted: datetime) -> datetime:
        """The next day with the same wall time at which the site is open; the wanted one where there is none."""
        zone = self.calendar.zone
        days = (days_from(zone, wanted, ahead) if ahead else wanted for ahead in range(SEARCH_DAYS + 1))
        return next((start for start in days if not self.calendar.why_not_open(start, self.minutes)), wanted)

    def _weekday(self, instant: datetime, ahead: int = 0) -> int:
        return (self.calendar.zone.local(instant) + timedelta(days=ahead)).weekday()


def _outside(rule: Induction, gap: int, who: str) -> tuple[str, ...]:
    if rule.gap_days_min <= gap <= rule.gap_days_max:
        return ()
    return (f"{who} {_days(gap)} apart, the protocol asks for {rule.gap_days_min} to {rule.gap_days_max}",)


def _whole_days(span: timedelta) -> int:
    return round(span / timedelta(days=1))


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
