"""The staff from the command line: who there is, who is taken out of service, and who takes over from whom."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from adapters.settings import load_settings
from adapters.wiring import open_store
from cli.output import FAILED, OK, answer, as_json, table
from cli.session import ActOptions, OutputOptions, command, staff_session
from services.people import staffing
from services.permissions import Use
from services.session import sentence

To = Annotated[str, Parameter(help="account of the prescriber who takes over what this one answers for")]


@command
async def list_staff(*, output: OutputOptions = OutputOptions()) -> int:
    """Everybody who has an account, and whose licence is missing, has expired, or expires soon.

    Example: starter.py staff list
    """
    async with staff_session() as at:
        found = await staffing.staff_list(at)
    if output.json:
        as_json([vars(one.account) for one in found])
        return OK
    rows = [(who.account_id, who.name, who.role, who.site, one.lacks) for one in found for who in (one.account,)]
    table(("account", "name", "role", "site", ""), rows)
    return OK


@command
async def load(file: Path | None = None, *, output: OutputOptions = OutputOptions()) -> int:
    """Bring accounts and standing on-call lists into line with staff.toml; prints new passphrases, once.

    For ops; for anybody while the store has no accounts yet. Example: starter.py staff load
    """
    settings = load_settings()
    by = staffing.FIRST_START
    async with open_store(settings) as store:
        staffed = bool(await store.staff.accounts())
    if staffed:
        async with staff_session() as at:
            await at.refuse_unless(Use.LOAD_STAFF)
            by = at.account.account_id
    async with open_store(settings) as store:
        fresh = await staffing.load_staff(store, file or settings.clinic_folder / "staff.toml", datetime.now(UTC), by)
        found = len(await store.staff.accounts())
    lines = "".join(f"\n{account:10} {passphrase}" for account, passphrase in fresh.items())
    text = f"{found} accounts, {len(fresh)} new{lines}"
    return answer({"accounts": found, "passphrases": fresh}, text, json_=output.json)


@command
async def disable(account: str, *, to: To = "", options: ActOptions = ActOptions()) -> int:
    """Take an account out of service at once, and hand over what it answers for.

    If that would leave nobody to tell of a safety matter, or no prescriber, it needs --sure.

    Example: starter.py staff disable lee --to okafor --reason "left the clinic"
    """
    async with staff_session() as at:
        done = await staffing.disable(at, account, to=to, reason=options.reason, sure=options.sure)
    plain = {
        "account": account,
        "disabled": True,
        "reassigned": [one.course for one in done.given if not one.why_not],
        "left": done.left,
        "gaps": done.gaps,
    }
    answer(plain, _told(done), json_=options.json)
    return FAILED if done.left else OK


@command
async def enable(account: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Put an account back into service; its passphrase is the one it had.

    Example: starter.py staff enable lee
    """
    async with staff_session() as at:
        await staffing.enable(at, account)
    return answer({"account": account, "disabled": False}, f"{account} is in service", json_=output.json)


@command
async def reassign(
    course: str,
    account: str,
    *,
    item: Annotated[str | None, Parameter(help="only this open escalation, such as e1")] = None,
    options: ActOptions = ActOptions(),
) -> int:
    """Make another prescriber answer for a course, or only for its open escalation, from now on.

    Example: starter.py reassign c-1a2b3c okafor --reason "Dr Lee is away until January"
    """
    async with staff_session() as at:
        receipt = await staffing.reassign(at, course, account, item, options.request("reassign"))
    return answer(receipt, sentence(receipt), json_=options.json)


def _told(done: staffing.Disabled) -> str:
    who, heir = done.account.account_id, done.heir
    lines = [f"{who} is out of service and signed out"]
    if heir is not None:
        lines += [f"  {one.course}: {one.why_not or f'reassigned to {heir.name}'}" for one in done.given]
    if done.left:
        lines.append(f"still with {who}: {', '.join(done.left)}")
        lines.append(f"next: starter.py staff disable {who} --to ACCOUNT, or `reassign` one by one")
    return "\n".join((*lines, *done.gaps))
