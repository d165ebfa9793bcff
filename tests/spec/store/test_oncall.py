"""Who is on call: turns, standing lists, leaves, and never nobody unsaid."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from adapters.store import Store, StoreError
from adapters.store.people.oncall import Leave, NobodyOnCallError
from adapters.store.people.staff import Account
from course.model.terms import Role
from course.views.cover import NO_PRESCRIBER, NOBODY

NOW = datetime(2026, 11, 2, 14, 30, 15, 123456, tzinfo=UTC)
DAY = timedelta(days=1)


async def staff(store: Store, *accounts: str, role: Role = Role.PRESCRIBER) -> None:
    """Accounts with nothing special about them."""
    for one in accounts:
        await store.staff.add(Account(one, one.title(), role, "northside", f"{one}@clinic.example"), "hash")


async def test_who_is_on_call(store: Store) -> None:
    """The turn of that instant in its order, else the standing list, without disabled accounts, never nobody."""
    await staff(store, "lee", "okafor", "haas")
    await staff(store, "ortiz", role=Role.NURSE)
    await staff(store, "cole", role=Role.COORDINATOR)
    roster = store.oncall

    async def people(at: datetime) -> list[str]:
        return [one.account_id for one in await roster.people("northside", at)]

    assert await people(NOW) == ["haas", "lee", "okafor", "ortiz"]
    await roster.set_standing("northside", ["okafor", "lee"])
    turn = await roster.add_turn("northside", NOW, NOW + timedelta(hours=8), ["haas", "okafor"])
    assert await people(NOW - timedelta(microseconds=1)) == ["okafor", "lee"]
    assert await people(NOW) == ["haas", "okafor"]
    assert await people(NOW + timedelta(hours=8)) == ["okafor", "lee"]
    for gone in ("haas", "okafor"):
        account = await store.staff.account(gone)
        assert account is not None
        await store.staff.change(Account(**{**vars(account), "disabled": True}))
    assert await people(NOW) == ["lee"]
    await roster.set_standing("northside", ["okafor"])
    assert await people(NOW) == ["lee", "ortiz"]
    assert [one.turn_id for one in await roster.turns("northside", NOW)] == [turn]
    await roster.remove_turn(turn)
    assert await roster.turns("northside", NOW) == ()


async def test_a_roster_is_never_empty_or_ambiguous(store: Store) -> None:
    """No empty list, no unknown account, nobody twice, no two turns at once, of many added at once neither."""
    await staff(store, "lee")
    for accounts, sentence in (
        ([], "Nobody is on call at northside: name at least one account."),
        (["lee", "nobody"], "The list for northside names an unknown account, or one twice: correct it."),
        (["lee", "lee"], "The list for northside names an unknown account, or one twice: correct it."),
    ):
        with pytest.raises(StoreError) as refused:
            await store.oncall.set_standing("northside", accounts)
        assert str(refused.value) == sentence
    turns = [store.oncall.add_turn("northside", NOW, NOW + timedelta(hours=hours), ["lee"]) for hours in (1, 2, 3)]
    tried = await asyncio.gather(*turns, return_exceptions=True)
    assert [type(one) for one in tried].count(StoreError) == 2
    assert len(await store.oncall.turns("northside", NOW)) == 1


async def test_who_is_away_is_passed_over(store: Store) -> None:
    """From the first instant of a leave to before its last, on every list; back sooner, on the lists again."""
    await staff(store, "lee", "okafor")
    roster = store.oncall
    await roster.set_standing("northside", ["lee", "okafor"])
    await roster.add_turn("northside", NOW, NOW + 3 * DAY, ["lee"])
    await roster.add_leave(Leave("lee", NOW + DAY, NOW + 2 * DAY))

    async def people(at: datetime) -> list[str]:
        return [one.account_id for one in await roster.people("northside", at)]

    assert await people(NOW + DAY - timedelta(seconds=1)) == ["lee"]
    assert await people(NOW + DAY) == ["okafor"]
    assert await people(NOW + 2 * DAY) == ["lee"]
    assert await roster.person("lee", NOW + DAY) is None
    back = await roster.person("lee", NOW + 2 * DAY)
    assert back is not None
    assert back.email == "lee@clinic.example"
    await roster.add_leave(Leave("lee", NOW + DAY, NOW + 9 * DAY))
    assert await roster.leaves(NOW) == (Leave("lee", NOW + DAY, NOW + 9 * DAY),)
    await roster.end_leave("lee", NOW + DAY)
    assert await people(NOW + DAY) == ["lee"]
    with pytest.raises(StoreError, match="lee is not on leave"):
        await roster.end_leave("lee", NOW + DAY)
    with pytest.raises(StoreError, match="There is no account nobody"):
        await roster.add_leave(Leave("nobody", NOW, NOW + DAY))
    with pytest.raises(StoreError, match="swap its instants"):
        await roster.add_leave(Leave("lee", NOW, NOW))


async def test_a_site_without_anybody_to_tell_is_named(store: Store) -> None:
    """Nobody, only who is away, or only who has no address: refused with the site and the next step."""
    await staff(store, "lee")
    await store.staff.add(Account("okafor", "Dr Okafor", Role.PRESCRIBER, "northside", ""), "hash")
    await store.oncall.refuse_empty(["northside"], NOW)
    with pytest.raises(NobodyOnCallError, match=r"Nobody is on call at westside .*starter.py staff load"):
        await store.oncall.refuse_empty(["northside", "westside"], NOW)
    await store.oncall.add_leave(Leave("lee", NOW, NOW + DAY))
    with pytest.raises(NobodyOnCallError, match="northside"):
        await store.oncall.refuse_empty(["northside"], NOW)


async def test_gaps_are_read_from_the_lists_as_people_are(store: Store) -> None:
    """Both prescribers of a list away: from the second's first instant to the first's last; a turn may fill it."""
    await staff(store, "lee", "okafor")
    await store.staff.add(Account("ortiz", "Sam Ortiz", Role.NURSE, "northside", "ortiz@clinic.example"), "hash")
    roster = store.oncall
    await roster.set_standing("northside", ["lee", "okafor", "ortiz"])

    async def gaps() -> list[tuple[str, int, int | None]]:
        found = (await roster.cover("northside", NOW)).gaps(NOW)
        return [
            (one.what, (one.begins - NOW).days, None if one.ends is None else (one.ends - NOW).days) for one in found
        ]

    await roster.add_leave(Leave("lee", NOW + DAY, NOW + 5 * DAY))
    assert await gaps() == []
    await roster.add_leave(Leave("okafor", NOW + 3 * DAY, NOW + 9 * DAY))
    assert await gaps() == [(NO_PRESCRIBER, 3, 5)]
    await roster.add_leave(Leave("ortiz", NOW + 4 * DAY, NOW + 6 * DAY))
    assert await gaps() == [(NO_PRESCRIBER, 3, 4), (NOBODY, 4, 5)]
    assert await roster.people("northside", NOW + 4 * DAY) == ()
    await staff(store, "park")
    assert await gaps() == [(NO_PRESCRIBER, 3, 4)]
    await roster.add_turn("northside", NOW + 3 * DAY, NOW + 5 * DAY, ["park"])
    assert await gaps() == []
    await roster.end_leave("lee", NOW + 2 * DAY)
    await store.staff.change(Account("okafor", "Dr Okafor", Role.PRESCRIBER, "northside", ""))
    assert (await roster.cover("northside", NOW)).without("lee").without("park").gaps(NOW + 10 * DAY) == ()
