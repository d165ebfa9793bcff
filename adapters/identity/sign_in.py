"""Who somebody is: passphrases and sign-in."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.brake import Place
from adapters.clinic.staff_file import load_staff
from adapters.identity.personal_keys import MEMORY_KIB, PASSES, PersonalKey
from adapters.identity.refusals import IdentityError
from adapters.identity.signers import by_passphrase, digest
from adapters.identity.token_file import kept_token, this_machine
from adapters.store import Store
from adapters.store.people.access import Access
from adapters.store.people.signins import SignIn
from adapters.store.people.staff import Account

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SIGNED_IN_FOR = timedelta(hours=12)
"""A working day. [set]"""

LEFT_ALONE_FOR = timedelta(minutes=30)
"""A page that nobody uses for so long signs out by itself (45 CFR 164.312(a)(2)(iii)). [set]"""

NOTED_EVERY = timedelta(minutes=1)
"""How often it is kept that a sign-in is in use."""

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 4, 5
WRONG = "Account or passphrase is wrong: type both again."
UNKNOWN = "(unknown)"
NO_PASSPHRASE = ""
"""In place of a hash: no passphrase is ever right."""

NOT_LET_IN = "wrong passphrase"
SLOWED = "slowed: wrong passphrases"


def hash_passphrase(passphrase: str) -> str:
    """An argon2id hash for the store."""
    return _hasher().hash(passphrase)


def verify_passphrase(hashed: str, passphrase: str) -> bool:
    """Whether a passphrase is the one that was hashed."""
    from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415

    try:
        return _hasher().verify(hashed, passphrase)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _hasher() -> "PasswordHasher":
    """Our passphrases have 99 random bits besides; only what checks or makes one needs the library."""
    from argon2 import PasswordHasher  # noqa: PLC0415

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)


@cache
def _of_nobody() -> str:
    return hash_passphrase(secrets.token_hex(16))


def new_passphrase() -> str:
    """Ninety-nine random bits in four groups that can be read out."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


async def recognised(
    store: Store, account_id: str, passphrase: str, now: datetime, place: Place | None = None
) -> Account:
    """The enabled account whose passphrase this is; an unknown account takes as long as a wrong passphrase.

    Who is not let in stands in the access log, an unknown account without what was typed for it. Without a place it is
    typed on this machine.
    """
    place = place or this_machine()
    await _not_too_early(store, account_id, now, place)
    hashed = await store.staff.passphrase_hash(account_id)
    right = await asyncio.to_thread(verify_passphrase, hashed or _of_nobody(), passphrase)
    account = await store.staff.account(account_id)
    if not right or account is None:
        await store.access.note(Access(UNKNOWN if account is None else account.account_id, NOT_LET_IN, now))
        raise IdentityError(WRONG)
    await store.tries.right(account_id, place, now)
    if account.disabled:
        await store.access.note(Access(account.account_id, "refused: disabled", now))
        raise IdentityError("This account is disabled: ask ops to enable it.")
    return account


async def _not_too_early(store: Store, typed: str, now: datetime, place: Place) -> None:
    """Raise IdentityError where wrong passphrases were typed before, and not enough time has passed since."""
    slowed = await store.tries.begin(typed, place, now)
    if slowed is None:
        return
    if slowed.first:
        account = await store.staff.account(typed)
        await store.access.note(Access(UNKNOWN if account is None else account.account_id, SLOWED, now))
    seconds = ceil(slowed.wait.total_seconds())
    raise IdentityError(f"Too many wrong passphrases: wait {seconds} s, then type both again.")


async def sign_in(
    store: Store,
    account_id: str,
    passphrase: str,
    now: datetime,
    place: Place | None = None,
    *,
    good_for: timedelta = SIGNED_IN_FOR,
) -> str:
    """A token that is good for twelve hours if nothing else is said, and opens the account's signing key."""
    account, key = await signing(store, account_id, passphrase, now, place)
    token = secrets.token_urlsafe(32)
    await store.access.note(Access(account.account_id, "sign in", now))
    signed_in = SignIn(account.account_id, now + good_for, key.key_id, key.under_token(token))
    await store.signins.put(digest(token), signed_in, now)
    return token


async def signing(
    store: Store, account_id: str, passphrase: str, now: datetime, place: Place | None = None
) -> tuple[Account, PersonalKey]:
    """The enabled account whose passphrase this is, and the key that it signs with; raises IdentityError."""
    account = await recognised(store, account_id, passphrase, now, place)
    try:
        return account, await by_passphrase(store, account.account_id, passphrase)
    except IdentityError:
        await store.access.note(Access(account.account_id, "refused: signing key", now))
        raise


async def account_of(store: Store, token: str, now: datetime) -> Account:
    """The account that signed in and was given this token; raises IdentityError."""
    signed_in = await store.signins.find(digest(token))
    if signed_in is None:
        raise IdentityError("This sign-in is not known any more: sign in again.")
    if signed_in.expires_at <= now:
        raise IdentityError("Your sign-in has expired: sign in again.")
    account = await store.staff.account(signed_in.account_id)
    if account is None or account.disabled:
        raise IdentityError("This account is disabled: ask ops to enable it.")
    return account


async def in_use(store: Store, token: str, now: datetime) -> Account:
    """The account behind a token that ends when it is left alone: in use, it goes on; raises IdentityError."""
    account = await account_of(store, token, now)
    known = digest(token)
    signed_in = await store.signins.find(known)
    if signed_in is not None and signed_in.expires_at < now + LEFT_ALONE_FOR - NOTED_EVERY:
        await store.signins.go_on(known, now, LEFT_ALONE_FOR, SIGNED_IN_FOR)
    return account


async def sign_out(store: Store, token_file: Path, now: datetime) -> None:
    """Forget the sign-in here and in the store."""
    await end_sign_in(store, kept_token(token_file), now)
    await asyncio.to_thread(token_file.unlink)


async def end_sign_in(store: Store, token: str, now: datetime) -> None:
    """Make a token worth nothing."""
    known = digest(token)
    signed_in = await store.signins.find(known)
    if signed_in is not None:
        await store.access.note(Access(signed_in.account_id, "sign out", now))
    await store.signins.drop(known)


async def first_passphrases(store: Store, staff_file: Path) -> dict[str, str]:
    """Bring the staff list and the on-call lists to what the file says; passphrases of new accounts, to print once.

    Accounts that the file does not name stay as they are; a disabled one stays disabled.
    """
    fresh: dict[str, str] = {}

    async def add(account: Account) -> None:
        passphrase = new_passphrase()
        if await store.staff.add(account, await asyncio.to_thread(hash_passphrase, passphrase)):
            fresh[account.account_id] = passphrase

    await _bring(store, staff_file, add)
    return fresh


async def staff_without_passphrases(store: Store, staff_file: Path) -> None:
    """Bring the staff list and the on-call lists to what the file says, for played lives: nobody can sign in."""

    async def add(account: Account) -> None:
        await store.staff.add(account, NO_PASSPHRASE)

    await _bring(store, staff_file, add)


async def _bring(store: Store, staff_file: Path, add: Callable[[Account], Awaitable[None]]) -> None:
    found = load_staff(staff_file)
    for member in found.staff:
        known = await store.staff.account(member.id)
        if known is None:
            await add(member.account())
        elif (wanted := _named(member.account(), known)) != known:
            await store.staff.change(wanted)
    for site, accounts in found.oncall.items():
        await store.oncall.set_standing(site, accounts)


def _named(wanted: Account, known: Account) -> Account:
    return replace(wanted, account_id=known.account_id, disabled=known.disabled)
