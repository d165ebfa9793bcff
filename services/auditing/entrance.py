"""Who may look as an auditor; a refusal is on record too."""

from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar

from audit.key_book import key_book
from audit.looking.reviews import REVIEW, Review, reviews_of, unreviewed
from services.errors import InputError, ServiceError
from services.permissions import Use
from services.session import StaffSession
from services.typed.times import instant

Found = TypeVar("Found")


async def let_in(at: StaffSession, what: str, course_id: str = "") -> None:
    """Put an auditor's look on record before anything is shown; raises NotAllowedError for anybody else."""
    await at.refuse_unless(Use.AUDIT, what=what, course_id=course_id)
    await at.log_access(course_id, what)


async def named(at: StaffSession, what: str, finding: Awaitable[Found]) -> Found:
    """What an auditor names; whoever is none is refused, on record, and does not learn that it is not there."""
    try:
        return await finding
    except ServiceError:
        await at.refuse_unless(Use.AUDIT, what=what)
        raise


def period(at: StaffSession, since: str, until: str) -> tuple[datetime | None, datetime | None]:
    """A period as typed, on the clock of the auditor's site; raises InputError."""
    zone = at.site_zone(at.account.site)
    begins, ends = (instant(one, zone, at.now) if one else None for one in (since, until))
    if begins is not None and ends is not None and begins >= ends:
        raise InputError("--from is not before --to: swap them")
    return begins, ends


async def all_reviews(at: StaffSession) -> list[Review]:
    """Every review in the log."""
    log = at.app.store.log
    return await reviews_of(log.lines(REVIEW), await key_book(log), at.app.ring)


async def unreviewed_since(at: StaffSession) -> datetime | None:
    """Since when nobody has reviewed anything, None where all is reviewed or there is nothing."""
    first = await at.app.store.log.begun()
    if first is None:
        return None
    left = unreviewed(await all_reviews(at), first, at.now)
    return left[-1][0] if left and left[-1][1] == at.now else None
