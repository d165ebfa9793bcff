"""Who is there to be told at a site, over a span: from when to when nobody is, or no prescriber."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from course.model.base import days

COVER_DAYS = 14
"""How far ahead a gap is named to everybody. [set]"""

NOBODY = "nobody is on call"
NO_PRESCRIBER = "no prescriber is on call"


@dataclass(frozen=True)
class Member:
    """Somebody in service who may be told: the account, its site, whether they prescribe and can be written to."""

    account: str
    site: str
    prescribes: bool
    reached: bool = True


@dataclass(frozen=True)
class Span:
    """A dated turn of some accounts, or the absence of one; from `begins` until before `ends`."""

    begins: datetime
    ends: datetime
    accounts: tuple[str, ...]

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in it."""
        return self.begins <= at < self.ends


@dataclass(frozen=True)
class Gap:
    """A span in which a site lacks somebody; without `ends` it lasts until somebody is named."""

    site: str
    begins: datetime
    ends: datetime | None
    what: str


@dataclass(frozen=True)
class Cover:
    """A site's standing list, its dated turns, and who is away."""

    site: str
    members: tuple[Member, ...]
    standing: tuple[str, ...] = ()
    turns: tuple[Span, ...] = ()
    away: tuple[Span, ...] = ()

    def without(self, account: str) -> "Cover":
        """The same once an account is out of service."""
        return replace(self, members=tuple(one for one in self.members if one.account != account))

    def gaps(self, since: datetime) -> tuple[Gap, ...]:
        """Every gap from an instant on, soonest first."""
        cuts = {at for one in (*self.turns, *self.away) for at in (one.begins, one.ends) if at > since}
        begins = sorted({since, *cuts})
        found: list[Gap] = []
        for at, end in zip(begins, [*begins[1:], None], strict=True):
            lacks = self._lacks(at)
            if not lacks:
                continue
            if found and (found[-1].ends, found[-1].what) == (at, lacks):
                found[-1] = replace(found[-1], ends=end)
            else:
                found.append(Gap(self.site, at, end, lacks))
        return tuple(found)

    def _lacks(self, at: datetime) -> str:
        """What is missing at an instant; whoever stands on the list counts as a prescriber beside a turn."""
        there = {one.account: one for one in self.members if not any(one.account in away for away in self._gone(at))}
        turn = [there[name] for one in self.turns if one.holds(at) for name in one.accounts if name in there]
        listed = [there[name] for name in self.standing if name in there]
        own = [one for one in there.values() if one.site == self.site]
        told = turn or listed or own
        if not any(one.reached for one in told):
            return NOBODY
        return "" if any(one.prescribes for one in (*told, *listed)) else NO_PRESCRIBER

    def _gone(self, at: datetime) -> Iterator[tuple[str, ...]]:
        return (one.accounts for one in self.away if one.holds(at))


def ahead(covers: Iterable[Cover], now: datetime) -> tuple[Gap, ...]:
    """The gaps of the next days, those that last already included."""
    return tuple(gap for one in covers for gap in one.gaps(now) if gap.begins < now + days(COVER_DAYS))


def opened(before: Cover, after: Cover, now: datetime) -> tuple[Gap, ...]:
    """The gaps that a change of the lists would open, or make longer."""
    stood = before.gaps(now)
    return tuple(gap for gap in after.gaps(now) if gap not in stood)
