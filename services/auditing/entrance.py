"""Who may look as an auditor; a refusal is on record too."""

from datetime import datetime

from audit.key_book import key_book
from audit.looking.reviews import REVIEW, Review, reviews_of, unreviewed
from services.errors import InputError, NotAllowedError
from services.permissions import Use
from services.session import StaffSession
from services.typed.times import instant


async def let_in(at: StaffSession, what: str, course_id: str = "") -> None:
    """Put an auditor's look on record before anything is shown; raises NotAllowedError for anybody else."""
    try:
        at.refuse_unless(Use.AUDIT)
    except NotAllowedError:
        await at.log_access(course_id, f"refused {what}")
        raise
    await at.log_access(course_id, what)


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
