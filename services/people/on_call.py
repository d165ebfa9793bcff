"""Who is told of a safety matter, in which order, and who is away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.clinic.staff_file import ON_CALL_ROLES
from adapters.store.people.oncall import Leave, Turn
from course.views.cover import Cover, Span
from services.errors import InputError
from services.people.cover_gaps import refuse_gaps
from services.permissions import Use
from services.session import DONE, StaffSession
from services.typed.times import instant

SURE = ", sure of the gap that it leaves"


@dataclass(frozen=True)
class SiteLists:
    """A site's lists; `now` are the accounts that are told, first to last."""

    site: str
    now: tuple[str, ...]
    standing: tuple[str, ...]
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class OnCall:
    """The lists of some sites, and who is away."""

    sites: tuple[SiteLists, ...]
    away: tuple[Leave, ...]


async def on_call(at: StaffSession, site: str = "") -> OnCall:
    """The lists of a site, or of all; raises InputError where there is no such site."""
    sites = [at.site(site)] if site else list(at.app.clinic.sites)
    found = tuple([await _lists(at, one) for one in sites])
    away = await at.app.store.oncall.leaves(at.now)
    await at.log_access("", "oncall show")
    return OnCall(found, tuple(away))


async def add_turn(at: StaffSession, site: str, begins: str, ends: str, accounts: Sequence[str]) -> int:
    """A dated turn, which goes before the standing list, first to last; its number. Raises ServiceError."""
    await at.refuse_unless(Use.ON_CALL)
    span = _span(at, at.site(site), begins, ends)
    for account in accounts:
        await _refuse_silent(at, account)
    number = await at.app.store.oncall.add_turn(site, *span, tuple(accounts))
    await at.log_access("", f"oncall turn {number} {site}", done=DONE)
    return number


async def remove_turn(at: StaffSession, turn_id: int, *, sure: bool) -> tuple[str, ...]:
    """Take a dated turn away; what that leaves open, in words, which it must be `sure` of. Raises ServiceError."""
    await at.refuse_unless(Use.ON_CALL)
    turns = [one for site in at.app.clinic.sites for one in await at.app.store.oncall.turns(site, at.now)]
    gone = [Span(one.begins_at, one.ends_at, one.accounts) for one in turns if one.turn_id == turn_id]
    its = {one.site for one in turns if one.turn_id == turn_id}

    def removed(cover: Cover) -> Cover:
        left = tuple(one for one in cover.turns if one not in gone)
        return replace(cover, turns=left) if cover.site in its else cover

    gaps = await refuse_gaps(at, removed, sure=sure)
    await at.app.store.oncall.remove_turn(turn_id)
    await at.log_access("", f"oncall remove {turn_id}{SURE if gaps else ''}", done=DONE)
    return gaps


async def add_leave(at: StaffSession, account: str, begins: str, ends: str, *, sure: bool) -> tuple[str, ...]:
    """Somebody is away: every list passes over that account. Returns and raises as `remove_turn`."""
    await at.refuse_unless(Use.ON_CALL)
    span = _span(at, at.site(at.account.site), begins, ends)
    away = [] if span[0] >= span[1] else [Span(*span, (account,))]
    gaps = await refuse_gaps(at, lambda cover: replace(cover, away=(*cover.away, *away)), sure=sure)
    await at.app.store.oncall.add_leave(Leave(account, *span))
    await at.log_access("", f"oncall leave {account}{SURE if gaps else ''}", done=DONE)
    return gaps


async def end_leave(at: StaffSession, account: str) -> None:
    """Somebody is back, or does not go; raises ServiceError or StoreError."""
    await at.refuse_unless(Use.ON_CALL)
    await at.app.store.oncall.end_leave(account, at.now)
    await at.log_access("", f"oncall back {account}", done=DONE)


def _span(at: StaffSession, site: str, begins: str, ends: str) -> tuple[datetime, datetime]:
    zone = at.site_zone(site)
    since, until = instant(begins, zone, at.now), instant(ends, zone, at.now)
    if until <= at.now:
        raise InputError("that span is over: give one that ends later than now")
    return since, until


async def _refuse_silent(at: StaffSession, account: str) -> None:
    """Raise InputError for whom no safety matter can reach."""
    found = await at.app.store.staff.account(account)
    if found is None or found.disabled:
        raise InputError(f"there is no enabled account {account}: `starter.py staff list`")
    if found.role not in ON_CALL_ROLES:
        raise InputError(f"{account} is a {found.role}: only nurses and prescribers acknowledge a safety matter")
    if not found.email:
        raise InputError(f"{account} has no e-mail address: give one in clinic/staff.toml")


async def _lists(at: StaffSession, site: str) -> SiteLists:
    roster = at.app.store.oncall
    now = tuple(one.account_id for one in await roster.people(site, at.now))
    return SiteLists(site, now, await roster.standing(site), tuple(await roster.turns(site, at.now)))
