"""The access log: who signed in, who looked at what, who changed accounts and on-call lists."""

from dataclasses import dataclass

from adapters.store.people.access import Access, AccessQuery
from services.errors import InputError
from services.permissions import Use
from services.session import StaffSession
from services.typed.times import instant


@dataclass(frozen=True)
class AccessRequest:
    """Which lines are wanted; what is empty says nothing, `since` is as typed."""

    account: str = ""
    course: str = ""
    what: str = ""
    since: str = ""
    most: int = 200


async def access_log(at: StaffSession, asked: AccessRequest) -> list[Access]:
    """The newest lines that match, newest last; reading them is on record. Raises ServiceError."""
    await at.refuse_unless(Use.ACCESS)
    if asked.most < 1:
        raise InputError("--most is a number of lines, 1 or more")
    course = await at.course(asked.course) if asked.course else ""
    begins = instant(asked.since, at.site_zone(at.account.site), at.now) if asked.since else None
    found = await at.app.store.access.latest(AccessQuery(asked.account, course, asked.what, begins, asked.most))
    await at.log_access(course, "access")
    return list(found)
