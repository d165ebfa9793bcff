"""`access`: who signed in, who looked at what, who changed accounts and on-call lists."""

from typing import Annotated

from cyclopts import Parameter

from cli.output import OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from services.people.access import AccessRequest, access_log


@command
async def access(
    *,
    account: Annotated[str, Parameter(help="only what this account did")] = "",
    course: Annotated[str, Parameter(help="only who viewed this course, or acted on it")] = "",
    what: Annotated[str, Parameter(help='only this, such as "wrong passphrase" or "show"')] = "",
    since: Annotated[str, Parameter(help="not before this time")] = "",
    most: Annotated[int, Parameter(help="how many lines, the newest")] = 200,
    output: OutputOptions = OutputOptions(),
) -> int:
    """The access log, newest last: sign-ins, wrong passphrases, views, acts, account changes; for ops and auditors.

    Example: starter.py access --what "wrong passphrase" --since "2026-11-30 00:00"
    """
    async with staff_session() as at:
        found = await access_log(at, AccessRequest(account, course, what, since, most))
    if output.json:
        as_json([vars(one) for one in found])
    elif not found:
        print("The access log has no such line.")
    else:
        rows = [(f"{one.at:%Y-%m-%d %H:%M:%S}", one.account_id, one.what, one.course_id) for one in found]
        table(("when (UTC)", "account", "what", "course"), rows)
    return OK
