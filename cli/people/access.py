"""`access`: who signed in, who looked at what, who changed accounts and on-call lists."""

from typing import Annotated

from cyclopts import Parameter

from adapters.store.people.access import AccessQuery
from cli.output import OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from course.model.terms import Role
from services.errors import InputError, NotAllowedError
from services.typed.times import instant

READERS = frozenset({Role.OPS, Role.AUDITOR})


@command
async def access(
    *,
    account: Annotated[str, Parameter(help="only what this account did")] = "",
    course: Annotated[str, Parameter(help="only who looked at this course, or acted on it")] = "",
    what: Annotated[str, Parameter(help='only this, such as "wrong passphrase" or "show"')] = "",
    since: Annotated[str, Parameter(help="not before this time")] = "",
    most: Annotated[int, Parameter(help="so many lines, the newest")] = 200,
    output: OutputOptions = OutputOptions(),
) -> int:
    """The access log, newest last: sign-ins, wrong passphrases, looks, acts, changes of accounts; for ops and auditors.

    Example: starter.py access --what "wrong passphrase" --since "2026-11-30 00:00"
    """
    async with staff_session() as at:
        if at.account.role not in READERS:
            raise NotAllowedError(f"the role {at.account.role} may not read the access log: ask ops or an auditor")
        if most < 1:
            raise InputError("--most is a number of lines, 1 or more")
        zone = at.site_zone(at.account.site)
        begins = instant(since, zone, at.now) if since else None
        found = await at.app.store.access.latest(AccessQuery(account, course, what, begins, most))
        await at.log_access(course, "access")
        if output.json:
            as_json([vars(one) for one in found])
            return OK
        if not found:
            print("The access log has no such line.")
            return OK
        rows = [(f"{one.at:%Y-%m-%d %H:%M:%S}", one.account_id, one.what, one.course_id) for one in found]
        table(("when (UTC)", "account", "what", "course"), rows)
        return OK
