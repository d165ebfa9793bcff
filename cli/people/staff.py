"""The staff from the command line: who there is, who is taken out of service, and who takes over from whom."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from adapters.identity.keyring import KeyRing
from adapters.identity.licences import wanting
from adapters.identity.sign_in import first_passphrases
from adapters.settings import Settings, load_settings
from adapters.store import Store
from adapters.store.people.access import Access
from adapters.store.people.staff import Account
from cli.output import FAILED, OK, answer, as_json, table
from cli.people.oncall import SURE
from cli.session import ActOptions, OutputOptions, command, staff_session
from course.model.terms import NeedKind, Role
from services.courses import CourseError, Row
from services.errors import InputError, NotAllowedError, ServiceError
from services.people.cover_gaps import refuse_gaps
from services.session import DONE, ActRequest, StaffSession, sentence

To = Annotated[str, Parameter(help="account of the prescriber who takes over what this one answers for")]


@command
async def list_staff(*, output: OutputOptions = OutputOptions()) -> int:
    """Everybody who has an account, and whose licence is missing, has expired, or expires soon.

    Example: starter.py staff list
    """
    async with staff_session() as at:
        found = await at.app.store.staff.accounts()
        await at.log_access("", "staff list")
        if output.json:
            as_json([vars(one) for one in found])
            return OK
        today, days = at.now.date(), at.app.clinic.limits.licence_days
        rows = [
            (one.account_id, one.name, one.role, one.site, "disabled" if one.disabled else wanting(one, today, days))
            for one in found
        ]
        table(("account", "name", "role", "site", ""), rows)
        return OK


@command
async def load(file: Path | None = None, *, output: OutputOptions = OutputOptions()) -> int:
    """Bring accounts and standing on-call lists to what clinic/staff.toml says; prints new passphrases, once.

    For ops; where the store knows nobody yet, for whoever sets it up. Example: starter.py staff load
    """
    settings = load_settings()
    by = "(first start)"
    if await _anybody(settings):
        async with staff_session() as at:
            _ops(at, "load the staff")
            by = at.account.account_id
    async with _store(settings) as store:
        await store.migrate()
        fresh = await first_passphrases(store, file or settings.clinic_folder / "staff.toml")
        await store.access.note(Access(by, "staff load", datetime.now(UTC)))
        found = len(await store.staff.accounts())
    lines = "".join(f"\n{account:10} {passphrase}" for account, passphrase in fresh.items())
    return answer(
        {"accounts": found, "passphrases": fresh}, f"{found} accounts, {len(fresh)} new{lines}", json_=output.json
    )


@command
async def disable(account: str, *, to: To = "", options: ActOptions = ActOptions()) -> int:
    """Take an account out of service at once, and give what it answers for to somebody else.

    Where that leaves nobody to tell of a safety matter, or no prescriber, it takes --sure.

    Example: starter.py staff disable lee --to okafor --reason "left the clinic"
    """
    async with staff_session() as at:
        _ops(at, "disable an account")
        found = await _account(at, account)
        if account == at.account.account_id:
            raise ServiceError("nobody disables the account that is signed in: let another of ops do it")
        heir = await receiver(at, to) if to else None
        if heir is not None and heir.account_id == account:
            raise InputError("--to is somebody else than who is disabled")
        gaps = await refuse_gaps(at, lambda cover: cover.without(account), sure=options.sure)
        await at.app.store.staff.change(_as(found, disabled=True))
        await at.log_access("", f"staff disable {account}{SURE if gaps else ''}", done=DONE)
        owned, escalated = await _answers_for(at, account)
        given = [await _give(at, options, course, item, heir) for course, item in (*owned, *escalated)] if heir else []
        left = [course for course, why in given if why] if heir else [course for course, _ in (*owned, *escalated)]
        said = {
            "account": account,
            "disabled": True,
            "reassigned": [one for one, why in given if not why],
            "left": left,
            "gaps": gaps,
        }
        answer(said, "\n".join((_told(found, heir, given, left), *gaps)), json_=options.json)
        return FAILED if left else OK


@command
async def enable(account: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Put an account back into service; its passphrase is the one it had.

    Example: starter.py staff enable lee
    """
    async with staff_session() as at:
        _ops(at, "enable an account")
        await at.app.store.staff.change(_as(await _account(at, account), disabled=False))
        await at.log_access("", f"staff enable {account}", done=DONE)
        return answer({"account": account, "disabled": False}, f"{account} is in service", json_=output.json)


@command
async def reassign(
    course: str,
    account: str,
    *,
    item: Annotated[str | None, Parameter(help="only this open escalation, such as e1")] = None,
    options: ActOptions = ActOptions(),
) -> int:
    """Let a prescriber answer for a course, or only for its open escalation, from now on.

    Example: starter.py reassign c-1a2b3c okafor --reason "Dr Lee is away until January"
    """
    async with staff_session() as at:
        heir = await receiver(at, account)
        request = options.request("reassign", account=heir.account_id, name=heir.name, item=item)
        receipt = await at.perform(course, request)
        return answer(receipt, sentence(receipt), json_=options.json)


async def receiver(at: StaffSession, account: str) -> Account:
    """Who can take something over: an enabled prescriber; raises ServiceError."""
    found = await _account(at, account)
    if found.disabled or found.role is not Role.PRESCRIBER:
        why = "is disabled" if found.disabled else f"is a {found.role}"
        raise InputError(f"{account} {why}: a course is answered for by a prescriber in service, see `staff list`")
    return found


async def _answers_for(at: StaffSession, account: str) -> tuple[list[tuple[str, None]], list[tuple[str, str]]]:
    """Courses that an account answers for, and open escalations that it acknowledged on courses of others."""
    mine: list[tuple[str, None]] = [(row.course_id, None) for row in await _rows(at, f"CourseOwner = '{account}'")]
    escalated = []
    for row in await _rows(at, f"CourseNeeds = '{NeedKind.ESCALATION}' AND CourseOwner != '{account}'"):
        try:
            open_one = (await at.courses.record(row.course_id)).open_escalation
        except CourseError:  # one that cannot be read is named by `proof`, and keeps nobody's account in service
            continue
        if open_one is not None and open_one.acknowledged_account == account:
            escalated.append((row.course_id, open_one.id))
    return mine, escalated


async def _rows(at: StaffSession, where: str) -> list[Row]:
    return await at.courses.rows(where, most=10_000)


async def _give(at: StaffSession, options: ActOptions, course: str, item: str | None, heir: Account) -> tuple[str, str]:
    """One course, or its escalation, given; with why not, where it could not be."""
    reason = options.reason or "the account before is out of service"
    details = {"account": heir.account_id, "name": heir.name, "item": item}
    try:
        await at.perform(course, ActRequest("reassign", details, reason=reason))
    except (ServiceError, CourseError) as why:
        return course, str(why)
    return course, ""


def _told(found: Account, heir: Account | None, given: list[tuple[str, str]], left: list[str]) -> str:
    lines = [f"{found.account_id} is out of service and signed out"]
    lines += [f"  {course}: {why or f'reassigned to {heir.name}'}" for course, why in given] if heir else []
    if left:
        lines.append(f"still with {found.account_id}: {', '.join(left)}")
        lines.append(f"next: starter.py staff disable {found.account_id} --to ACCOUNT, or `reassign` one by one")
    return "\n".join(lines)


async def _account(at: StaffSession, account: str) -> Account:
    found = await at.app.store.staff.account(account)
    if found is None:
        raise InputError(f"there is no account {account}: `starter.py staff list`")
    return found


async def _anybody(settings: Settings) -> bool:
    async with _store(settings) as store:
        await store.migrate()
        return bool(await store.staff.accounts())


def _store(settings: Settings) -> Store:
    return Store.open(settings.store_url.get_secret_value(), KeyRing.load_or_create(settings.key_ring_file))


def _ops(at: StaffSession, what: str) -> None:
    if at.account.role is not Role.OPS:
        raise NotAllowedError(f"the role {at.account.role} may not {what}: ask ops")


def _as(found: Account, *, disabled: bool) -> Account:
    return replace(found, disabled=disabled)
