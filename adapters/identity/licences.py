"""Licences of those who sign and give: what is missing, has run out, or will soon; ops decide what follows."""

from collections.abc import Iterable
from datetime import date, timedelta

from adapters.store.people.staff import Account
from course.model.terms import Role

LICENSED = frozenset({Role.NURSE, Role.PRESCRIBER})


def wanting(account: Account, today: date, days: int) -> str:
    """What is to be seen to about an account's licence in the next `days`, or an empty string."""
    if account.role not in LICENSED or account.disabled:
        return ""
    until = account.licence_expires
    if until is None:
        return "no licence on file"
    if until < today:
        return f"licence expired on {until}"
    return f"licence expires on {until}" if until <= today + timedelta(days=days) else ""


def expired(account: Account, today: date) -> str:
    """That an account signs with a licence that has run out, or an empty string; without one on file only ops know."""
    found = wanting(account, today, 0) if account.licence_expires is not None else ""
    return found if "expired" in found else ""


def all_wanting(accounts: Iterable[Account], today: date, days: int) -> tuple[str, ...]:
    """Everybody about whose licence something is to be seen to."""
    return tuple(f"{one.account_id}: {why}" for one in accounts if (why := wanting(one, today, days)))
