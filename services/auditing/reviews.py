"""Signing that a period was looked at, and what nobody has looked at yet."""

from dataclasses import dataclass
from datetime import datetime

from adapters.store.log.entries import instant
from audit.looking.reviews import REVIEW, Review, Span, statement, unreviewed
from services.auditing.entrance import all_reviews, let_in, period
from services.errors import InputError, NotAllowedError, ServiceError
from services.session import StaffSession
from services.typed.text import plain_text

TRIES = 5


@dataclass(frozen=True)
class Reviewed:
    """Every review, and the spans that none of them covers."""

    reviews: tuple[Review, ...]
    unreviewed: tuple[Span, ...]


async def reviews(at: StaffSession) -> Reviewed:
    """Who reviewed what, and what is left; raises ServiceError."""
    await let_in(at, "audit reviews")
    return await _reviewed(at)


async def review(at: StaffSession, since: str, until: str, note: str) -> Reviewed:
    """Sign as whoever has signed in that a period was looked at; raises ServiceError."""
    begins, ends = period(at, since, until or "now")
    await let_in(at, "audit review")
    if ends is None or ends > at.now:
        raise InputError("--to cannot lie in the future: nobody has looked at that yet")
    begins = begins or await _left_off(at)
    if begins >= ends:
        raise InputError("everything up to --to is reviewed: give --from to review a period again")
    words = plain_text(note)
    for _ in range(TRIES):
        if await _signed(at, begins, ends, words):
            return await _reviewed(at)
    raise ServiceError("others sign reviews at this moment: try again")


async def _signed(at: StaffSession, begins: datetime, ends: datetime, note: str) -> bool:
    """Append the next review; False where somebody else took its number."""
    log = at.app.store.log
    number = max((one.number for one in await all_reviews(at)), default=0) + 1
    size, root = await log.head()
    says = {
        "number": f"{number}",
        "account_id": at.account.account_id,
        "since": instant(begins),
        "until": instant(ends),
        "size": size,
        "root": root.hex(),
    }
    signature = await at.courses.signers.under(at.account.account_id, statement({**says, "note": note}))
    if signature is None:
        raise NotAllowedError("a review is signed by whoever looked: sign in first")
    proof = {"key_id": signature.key_id, "signature": signature.value}
    return await log.state(REVIEW, f"{number}", {**says, **proof}, once=True, secrets={"note": note})


async def _left_off(at: StaffSession) -> datetime:
    """Where the first span begins that nobody has reviewed."""
    left = (await _reviewed(at)).unreviewed
    return left[0][0] if left else at.now


async def _reviewed(at: StaffSession) -> Reviewed:
    found = await all_reviews(at)
    first = await at.app.store.log.begun()
    return Reviewed(tuple(found), unreviewed(found, first, at.now) if first is not None else ())
