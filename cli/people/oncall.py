"""`oncall`: who is told of a safety matter, in which order, and who is away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.clinic.staff_file import ON_CALL_ROLES
from adapters.store.people.oncall import Leave, Turn
from cli.output import OK, answer, as_json
from cli.session import OutputOptions, SureOptions, command, staff_session
from course.model.terms import Role
from course.views.cover import Cover, Span
from services.errors import InputError, NotAllowedError
from services.people.cover_gaps import refuse_gaps
from services.session import DONE, StaffSession
from services.typed.times import instant, shown

SURE = ", sure of the gap that it leaves"
KEEPERS = frozenset({Role.COORDINATOR, Role.NURSE, Role.PRESCRIBER, Role.OPS})


@dataclass(frozen=True)
class Listed:
    """A site's lists; `now` are the accounts that are told, first to last."""

    site: str
    now: tuple[str, ...]
    standing: tuple[str, ...]
    turns: tuple[Turn, ...]


@command
async def show(site: str = "", *, output: OutputOptions = OutputOptions()) -> int:
    """Who is told now, first to last; the standing list, the dated turns ahead, and who is away.

    Example: starter.py oncall show northside
    """
    async with staff_session() as at:
        roster = at.app.store.oncall
        sites = [_site(at, site)] if site else list(at.app.clinic.sites)
        found = [await _listed(at, one) for one in sites]
        away = await roster.leaves(at.now)
        await at.log_access("", "oncall show")
        if output.json:
            plain = [{**vars(one), "turns": [vars(each) for each in one.turns]} for one in found]
            as_json({"sites": plain, "away": [vars(one) for one in away]})
            return OK
        for one in found:
            zone = at.site_zone(one.site)
            print(f"{one.site}\n  now       {', '.join(one.now) or 'NOBODY'}\n  standing  {', '.join(one.standing)}")
            for each in one.turns:
                span = f"{shown(zone, each.begins_at)} to {shown(zone, each.ends_at)}"
                print(f"  turn {each.turn_id:<4} {', '.join(each.accounts)}: {span}")
        for leave in away:
            zone = at.site_zone(_site(at, at.account.site))
            print(f"away  {leave.account_id}: {shown(zone, leave.begins_at)} to {shown(zone, leave.ends_at)}")
        return OK


@command
async def turn(site: str, begins: str, ends: str, *accounts: str, output: OutputOptions = OutputOptions()) -> int:
    """A dated turn, which goes before the standing list, first to last.

    Example: starter.py oncall turn northside "2026-12-24 18:00" "2026-12-27 08:00" okafor ortiz
    """
    async with staff_session() as at:
        _keeper(at)
        span = _span(at, _site(at, site), begins, ends)
        for account in accounts:
            await _can_answer(at, account)
        number = await at.app.store.oncall.add_turn(site, *span, accounts)
        await at.log_access("", f"oncall turn {number} {site}", done=DONE)
        return answer({"turn": number}, f"turn {number} at {site}: {', '.join(accounts)}", json_=output.json)


@command
async def remove(turn_id: int, *, output: SureOptions = SureOptions()) -> int:
    """Take a dated turn away; where that leaves nobody to tell, or no prescriber, it takes --sure.

    Example: starter.py oncall remove 7
    """
    async with staff_session() as at:
        _keeper(at)
        mine = [one for site in at.app.clinic.sites for one in await at.app.store.oncall.turns(site, at.now)]
        gone = [Span(one.begins_at, one.ends_at, one.accounts) for one in mine if one.turn_id == turn_id]
        its = {one.site for one in mine if one.turn_id == turn_id}

        def removed(cover: Cover) -> Cover:
            left = tuple(one for one in cover.turns if one not in gone)
            return replace(cover, turns=left) if cover.site in its else cover

        gaps = await refuse_gaps(at, removed, sure=output.sure)
        await at.app.store.oncall.remove_turn(turn_id)
        await at.log_access("", f"oncall remove {turn_id}{SURE if gaps else ''}", done=DONE)
        return answer({"turn": turn_id, "gaps": gaps}, _also(f"turn {turn_id} is gone", gaps), json_=output.json)


@command
async def leave(account: str, begins: str, ends: str, *, output: SureOptions = SureOptions()) -> int:
    """Somebody is away: every list passes over that account for the span.

    Where that leaves nobody to tell at a site, or no prescriber, it takes --sure.

    Example: starter.py oncall leave lee "2026-12-24 08:00" "2027-01-04 08:00"
    """
    async with staff_session() as at:
        _keeper(at)
        span = _span(at, _site(at, at.account.site), begins, ends)
        away = [] if span[0] >= span[1] else [Span(*span, (account,))]
        gaps = await refuse_gaps(at, lambda cover: replace(cover, away=(*cover.away, *away)), sure=output.sure)
        await at.app.store.oncall.add_leave(Leave(account, *span))
        await at.log_access("", f"oncall leave {account}{SURE if gaps else ''}", done=DONE)
        said = _also(f"{account} is passed over from {begins} until {ends}", gaps)
        return answer({"account": account, "gaps": gaps}, said, json_=output.json)


@command
async def back(account: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Somebody is back, or does not go.

    Example: starter.py oncall back lee
    """
    async with staff_session() as at:
        _keeper(at)
        await at.app.store.oncall.end_leave(account, at.now)
        await at.log_access("", f"oncall back {account}", done=DONE)
        return answer({"account": account}, f"{account} is told again where a list says so", json_=output.json)


def _also(said: str, gaps: Sequence[str]) -> str:
    return "\n".join((said, *gaps))


def _keeper(at: StaffSession) -> None:
    if at.account.role not in KEEPERS:
        wanted = " or ".join(sorted(KEEPERS))
        raise NotAllowedError(f"the role {at.account.role} may not change who is on call: it takes {wanted}")


def _site(at: StaffSession, site: str) -> str:
    sites = at.app.clinic.sites
    if site not in sites:
        raise InputError(f"there is no such site: {', '.join(sites)}")
    return site


def _span(at: StaffSession, site: str, begins: str, ends: str) -> tuple[datetime, datetime]:
    zone = at.site_zone(site)
    since, until = instant(begins, zone, at.now), instant(ends, zone, at.now)
    if until <= at.now:
        raise InputError("that span is over: give one that ends later than now")
    return since, until


async def _can_answer(at: StaffSession, account: str) -> None:
    found = await at.app.store.staff.account(account)
    if found is None or found.disabled:
        raise InputError(f"there is no enabled account {account}: `starter.py staff list`")
    if found.role not in ON_CALL_ROLES:
        raise InputError(f"{account} is a {found.role}: only nurses and prescribers acknowledge a safety matter")
    if not found.email:
        raise InputError(f"{account} has no e-mail address: give one in clinic/staff.toml")


async def _listed(at: StaffSession, site: str) -> Listed:
    roster = at.app.store.oncall
    now = tuple(one.account_id for one in await roster.people(site, at.now))
    return Listed(site, now, await roster.standing(site), await roster.turns(site, at.now))
