"""The staff: who there is, who is taken out of service, and who takes over from whom."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from adapters.identity.licences import wanting
from adapters.identity.sign_in import first_passphrases
from adapters.store import Store
from adapters.store.people.access import Access
from adapters.store.people.staff import Account
from course.model.messages import Receipt
from course.model.terms import NeedKind, Role
from services.courses import EVERY_COURSE, CourseError, Row
from services.errors import InputError, ServiceError
from services.people.cover_gaps import refuse_gaps
from services.people.on_call import SURE
from services.permissions import Use
from services.session import DONE, ActRequest, StaffSession

FIRST_START = "(first start)"


@dataclass(frozen=True)
class StaffLine:
    """An account, and what it lacks: service, or a licence that is in force for long enough."""

    account: Account
    lacks: str


@dataclass(frozen=True)
class HandedOver:
    """A course, or its escalation, that somebody else was to answer for; `why_not` is empty where it was given."""

    course: str
    why_not: str


@dataclass(frozen=True)
class Disabled:
    """What an account that was taken out of service leaves: courses given, courses left, gaps on the lists."""

    account: Account
    heir: Account | None
    given: tuple[HandedOver, ...]
    left: tuple[str, ...]
    gaps: tuple[str, ...]


async def staff_list(at: StaffSession) -> list[StaffLine]:
    """Everybody who has an account."""
    found = await at.app.store.staff.accounts()
    await at.log_access("", "staff list")
    today, days = at.now.date(), at.app.clinic.limits.licence_days
    return [StaffLine(one, "disabled" if one.disabled else wanting(one, today, days)) for one in found]


async def load_staff(store: Store, file: Path, now: datetime, by: str = FIRST_START) -> dict[str, str]:
    """Bring accounts and standing on-call lists to what the staff file says; passphrases of new accounts."""
    fresh = await first_passphrases(store, file)
    if fresh or by != FIRST_START:
        await store.access.note(Access(by, "staff load", now))
    return fresh


async def disable(at: StaffSession, account: str, *, to: str = "", reason: str = "", sure: bool = False) -> Disabled:
    """Take an account out of service at once, and give what it answers for to the prescriber `to`.

    What that leaves open on the lists of who is told of a safety matter, it must be `sure` of. Raises ServiceError.
    """
    await at.refuse_unless(Use.DISABLE)
    found = await _account(at, account)
    if account == at.account.account_id:
        raise ServiceError("nobody disables the account that is signed in: let another of ops do it")
    heir = await _receiver(at, to) if to else None
    if heir is not None and heir.account_id == account:
        raise InputError("--to is somebody else than who is disabled")
    gaps = await refuse_gaps(at, lambda cover: cover.without(account), sure=sure)
    await at.app.store.staff.change(replace(found, disabled=True))
    await at.log_access("", f"staff disable {account}{SURE if gaps else ''}", done=DONE)
    owed = await _answers_for(at, account)
    if heir is None:
        return Disabled(found, None, (), tuple(course for course, _ in owed), gaps)
    given = tuple([await _give(at, reason, course, item, heir) for course, item in owed])
    return Disabled(found, heir, given, tuple(one.course for one in given if one.why_not), gaps)


async def enable(at: StaffSession, account: str) -> None:
    """Put an account back into service; its passphrase is the one it had. Raises ServiceError."""
    await at.refuse_unless(Use.ENABLE)
    await at.app.store.staff.change(replace(await _account(at, account), disabled=False))
    await at.log_access("", f"staff enable {account}", done=DONE)


async def reassign(at: StaffSession, course: str, account: str, item: str | None, request: ActRequest) -> Receipt:
    """Let a prescriber answer for a course, or only for its open escalation; raises ServiceError or CourseError."""
    return await at.perform(course, replace(request, details=_handing(await _receiver(at, account), item)))


def _handing(heir: Account, item: str | None) -> dict[str, str | None]:
    return {"account": heir.account_id, "name": heir.name, "item": item}


async def _receiver(at: StaffSession, account: str) -> Account:
    """Who can take something over: an enabled prescriber; raises InputError."""
    found = await _account(at, account)
    if found.disabled or found.role is not Role.PRESCRIBER:
        why = "is disabled" if found.disabled else f"is a {found.role}"
        raise InputError(f"{account} {why}: a course is answered for by a prescriber in service, see `staff list`")
    return found


async def _answers_for(at: StaffSession, account: str) -> list[tuple[str, str | None]]:
    """Courses that an account answers for, and open escalations that it acknowledged on courses of others."""
    owed: list[tuple[str, str | None]] = [
        (row.course_id, None) for row in await _rows(at, f"CourseOwner = '{account}'")
    ]
    for row in await _rows(at, f"CourseNeeds = '{NeedKind.ESCALATION}' AND CourseOwner != '{account}'"):
        try:
            open_one = (await at.courses.record(row.course_id)).open_escalation
        except CourseError:  # one that cannot be read is named by `proof`, and keeps nobody's account in service
            continue
        if open_one is not None and open_one.acknowledged_account == account:
            owed.append((row.course_id, open_one.id))
    return owed


async def _rows(at: StaffSession, where: str) -> list[Row]:
    return await at.courses.rows(where, EVERY_COURSE)


async def _give(at: StaffSession, reason: str, course: str, item: str | None, heir: Account) -> HandedOver:
    reason = reason or "the account before is out of service"
    try:
        await at.perform(course, ActRequest("reassign", _handing(heir, item), reason=reason))
    except (ServiceError, CourseError) as why:
        return HandedOver(course, str(why))
    return HandedOver(course, "")


async def _account(at: StaffSession, account: str) -> Account:
    found = await at.app.store.staff.account(account)
    if found is None:
        raise InputError(f"there is no account {account}: `starter.py staff list`")
    return found
