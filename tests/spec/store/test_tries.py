"""Whoever guesses passphrases waits longer each time, and keeps nobody out who knows theirs."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from adapters.brake import FREE, KNOWN_FOR, KNOWN_MOST, PRESSED_FROM, PRESSED_WAIT, STRANGE_MOST, Place, Tried, wait_of
from adapters.identity.refusals import IdentityError
from adapters.identity.sign_in import SLOWED, WRONG, hash_passphrase, sign_in
from adapters.store import Store
from adapters.store.people.staff import Account
from adapters.store.tables import PASSPHRASE_TRIES
from course.model.terms import Role

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
WORDS = "three blue herons over water"
DESK, HOME = Place("the front desk"), Place("a laptop at home")
ELSEWHERE = Place("a script", "198.51.100.7")


async def staffed(store: Store, *accounts: str) -> None:
    """Accounts with one passphrase, each of whom has signed in at the desk."""
    for name in accounts:
        await store.staff.add(Account(name, name.title(), Role.NURSE, "northside"), hash_passphrase(WORDS))
        await sign_in(store, name, WORDS, NOW, DESK)


async def said(store: Store, account: str, at: datetime, place: Place, words: str = "wrong") -> str:
    """What comes of a try."""
    try:
        await sign_in(store, account, words, at, place)
    except IdentityError as why:
        return str(why)
    return "signed in"


async def guessed(store: Store, account: str, place: Place, tries: int, at: datetime = NOW) -> datetime:
    """Wrong passphrases, each as soon as it is looked at; when the last was."""
    for _ in range(tries):
        while "wait" in (why := await said(store, account, at, place)):
            at += timedelta(seconds=int(why.split("wait ")[1].split(" ")[0]))
        assert why == WRONG
    return at


async def test_each_wrong_one_makes_the_next_wait_longer(store: Store) -> None:
    """A few cost nothing; then a second, two, four, and a quarter of an hour in the end."""
    await staffed(store, "lee")
    times = [await guessed(store, "lee", ELSEWHERE, FREE)]
    assert times == [NOW]
    for _ in range(12):
        times.append(await guessed(store, "lee", ELSEWHERE, 1, times[-1]))
    waits = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert timedelta(seconds=waits[-1]) == STRANGE_MOST
    assert "wait" in await said(store, "lee", times[-1], ELSEWHERE, WORDS)
    assert await said(store, "lee", times[-1] + STRANGE_MOST, ELSEWHERE, WORDS) == "signed in"
    assert await said(store, "lee", times[-1] + STRANGE_MOST, ELSEWHERE) == WRONG


async def test_nobody_is_kept_out_of_a_place_that_knows_them(store: Store) -> None:
    """Hundreds of guesses from a hundred places cost who sits at the desk nothing, and a stranger half a minute."""
    await staffed(store, "lee")
    at = NOW
    for number in range(100):
        at += timedelta(seconds=6)
        await said(store, "lee", at, Place(address=f"198.51.100.{number}"))
    assert await said(store, "lee", at, DESK, WORDS) == "signed in"
    assert "wait 30 s" in await said(store, "lee", at, HOME, WORDS)
    await said(store, "lee", at + timedelta(seconds=20), Place(address="198.51.100.200"))
    assert await said(store, "lee", at + timedelta(seconds=30), HOME, WORDS) == "signed in"


async def test_a_colleague_who_guesses_at_the_same_machine_keeps_nobody_out_for_long(store: Store) -> None:
    """A minute at most, for the account that was guessed at; the others there do not wait at all."""
    await staffed(store, "lee", "cole")
    at = await guessed(store, "lee", DESK, 30)
    assert await said(store, "cole", at, DESK, WORDS) == "signed in"
    assert "wait 60 s" in await said(store, "lee", at, DESK, WORDS)
    assert await said(store, "lee", at + KNOWN_MOST, DESK, WORDS) == "signed in"


async def test_who_tries_every_account_from_one_place_waits_as_well(store: Store) -> None:
    """One wrong try at each makes the next account wait too; many at one account are nothing to the others there."""
    await staffed(store, "lee", "cole")
    at = await guessed(store, "cole", ELSEWHERE, 3 * FREE)
    for number in range(FREE - 1):
        assert await said(store, f"account-{number}", at, ELSEWHERE) == WRONG
    assert "wait 1 s" in await said(store, "another", at, ELSEWHERE)
    assert "wait 1 s" in await said(store, "lee", at, ELSEWHERE, WORDS)


async def test_what_is_slowed_does_not_tell_which_accounts_there_are(store: Store) -> None:
    """One that nobody has is slowed like any other; what was typed for it stands nowhere."""
    await staffed(store, "lee")
    answers = [
        [await said(store, account, NOW, Place(address=account)) for _ in range(FREE + 2)]
        for account in ("lee", "three blue herons")
    ]
    assert answers[0] == answers[1]
    async with store.database.reading() as connection:
        rows = [str(row) for row in await connection.execute(select(PASSPHRASE_TRIES))]
    assert rows
    assert not [row for row in rows if "lee" in row or "herons" in row]


async def test_each_wrong_try_is_on_the_access_log_and_what_is_slowed_once(store: Store) -> None:
    """A flood of tries that nobody looks at fills no log."""
    await staffed(store, "lee")
    for _ in range(FREE + 40):
        await said(store, "lee", NOW, ELSEWHERE)
    lines = [one.what for one in await store.access.of_account("lee")][1:]
    assert lines == ["wrong passphrase"] * FREE + [SLOWED]


async def test_many_tries_at_once_are_as_many_tries(store: Store) -> None:
    """A try counts before it is looked at."""
    await staffed(store, "lee")
    answers = await asyncio.gather(*(said(store, "lee", NOW, ELSEWHERE) for _ in range(FREE * 3)))
    assert sum(answer == WRONG for answer in answers) == FREE


async def test_a_place_is_forgotten(store: Store) -> None:
    """After three months without a sign-in it is as strange as any other."""
    await staffed(store, "lee")
    for days, wait in ((KNOWN_FOR - timedelta(minutes=1), ""), (KNOWN_FOR + timedelta(minutes=1), "wait 30 s")):
        for number in range(PRESSED_FROM):
            await said(store, "lee", NOW + days, Place(address=f"{days} {number}"))
        assert wait in await said(store, "lee", NOW + days, DESK)


@pytest.mark.parametrize(
    ("tried", "wait"),
    [
        (Tried(here=0, account=10_000, accounts=10_000, known=True), timedelta()),
        (Tried(here=10_000, account=0, accounts=0, known=True), KNOWN_MOST),
        (Tried(here=10_000, account=0, accounts=0, known=False), STRANGE_MOST),
        (Tried(here=0, account=10_000, accounts=0, known=False), PRESSED_WAIT),
        (Tried(here=0, account=0, accounts=10_000, known=False), PRESSED_WAIT),
    ],
)
def test_no_wait_is_for_ever(tried: Tried, wait: timedelta) -> None:
    """However many there were, and whoever made them."""
    assert wait_of(tried) == wait
