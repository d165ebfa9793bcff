"""`oncall`: who is told of a safety matter, in which order, and who is away."""

from cli.output import OK, answer, as_json
from cli.session import OutputOptions, SureOptions, command, staff_session
from services.people.on_call import add_leave, add_turn, end_leave, on_call, remove_turn
from services.typed.times import shown


@command
async def show(site: str = "", *, output: OutputOptions = OutputOptions()) -> int:
    """Who is told now, first to last; the standing list, the dated turns ahead, and who is away.

    Example: starter.py oncall show northside
    """
    async with staff_session() as at:
        found = await on_call(at, site)
        zones = {one.site: at.site_zone(one.site) for one in found.sites}
        mine = at.site_zone(at.account.site)
    if output.json:
        plain = [{**vars(one), "turns": [vars(each) for each in one.turns]} for one in found.sites]
        as_json({"sites": plain, "away": [vars(one) for one in found.away]})
        return OK
    for one in found.sites:
        print(f"{one.site}\n  now       {', '.join(one.now) or 'NOBODY'}\n  standing  {', '.join(one.standing)}")
        for each in one.turns:
            span = f"{shown(zones[one.site], each.begins_at)} to {shown(zones[one.site], each.ends_at)}"
            print(f"  turn {each.turn_id:<4} {', '.join(each.accounts)}: {span}")
    for away in found.away:
        print(f"away  {away.account_id}: {shown(mine, away.begins_at)} to {shown(mine, away.ends_at)}")
    return OK


@command
async def turn(site: str, begins: str, ends: str, *accounts: str, output: OutputOptions = OutputOptions()) -> int:
    """Put accounts on call for a span of time, first to last, ahead of the standing list.

    Example: starter.py oncall turn northside "2026-12-24 18:00" "2026-12-27 08:00" okafor ortiz
    """
    async with staff_session() as at:
        number = await add_turn(at, site, begins, ends, accounts)
    return answer({"turn": number}, f"turn {number} at {site}: {', '.join(accounts)}", json_=output.json)


@command
async def remove(turn_id: int, *, output: SureOptions = SureOptions()) -> int:
    """Remove a dated turn; if that would leave nobody to tell, or no prescriber, it needs --sure.

    Example: starter.py oncall remove 7
    """
    async with staff_session() as at:
        gaps = await remove_turn(at, turn_id, sure=output.sure)
    return answer({"turn": turn_id, "gaps": gaps}, "\n".join((f"turn {turn_id} is gone", *gaps)), json_=output.json)


@command
async def leave(account: str, begins: str, ends: str, *, output: SureOptions = SureOptions()) -> int:
    """Record that somebody is away: every list skips that account for the span.

    If that would leave nobody to tell at a site, or no prescriber, it needs --sure.

    Example: starter.py oncall leave lee "2026-12-24 08:00" "2027-01-04 08:00"
    """
    async with staff_session() as at:
        gaps = await add_leave(at, account, begins, ends, sure=output.sure)
    text = "\n".join((f"{account} is passed over from {begins} until {ends}", *gaps))
    return answer({"account": account, "gaps": gaps}, text, json_=output.json)


@command
async def back(account: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Record that somebody is back, or is not going after all.

    Example: starter.py oncall back lee
    """
    async with staff_session() as at:
        await end_leave(at, account)
    return answer({"account": account}, f"{account} is told again where a list says so", json_=output.json)
