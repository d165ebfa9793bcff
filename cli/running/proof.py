"""`proof`: nobody disappears."""

from cli.output import FAILED, OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from course.views.proof import Proof
from services.running.proving import proof_now


@command
async def proof(*, output: OutputOptions = OutputOptions()) -> int:
    """List every open course with what is due next, and everything that is wrong; exit code 1 if anything is.

    It reads lists, the server and the ledgers, and asks courses only for their coming visits: surplus chairs are given
    back, missing ones are reserved. Times are UTC; no patient data is shown.

    Example: starter.py proof --json
    """
    async with staff_session() as at:
        found = await proof_now(at)
    if output.json:
        as_json(found)
    else:
        _print(found)
    return FAILED if found.exceptions else OK


def _print(found: Proof) -> None:
    due = [(f"{one.due:%Y-%m-%d %H:%M}" if one.due else "", one) for one in found.open]
    rows = [(when, one.course_id, one.site, one.phase or "", one.what) for when, one in due]
    table(("due (UTC)", "course", "site", "phase", "what"), rows, f"{len(rows)} open courses")
    if found.drugs:
        owed = [(one.id, one.subject, one.sentence, one.owner, f"{one.due:%Y-%m-%d %H:%M}") for one in found.drugs]
        table(("discrepancy", "of", "what differs", "owner", "due (UTC)"), owed, "Drugs to be accounted for")
    if not found.exceptions:
        print(f"No exceptions at {found.at:%Y-%m-%d %H:%M} UTC: nobody is missing.")
        return
    heads = ("of", "what is wrong", "")
    table(heads, [(one.subject, one.kind, one.sentence) for one in found.exceptions], "Exceptions")
