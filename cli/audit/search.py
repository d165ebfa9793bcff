"""`audit search`: entries of the log, and acts inside histories."""

from typing import Annotated

from cyclopts import Parameter

from audit.looking.searching import Hit
from cli.audit.progress import SlowLine
from cli.audit.words import unreviewed
from cli.output import OK, as_json, table
from cli.session import OutputOptions, command, staff_session
from services.auditing.search import SearchRequest
from services.auditing.search import search as searched


@command
async def search(
    *,
    person: Annotated[str, Parameter(help="an account: what it did, owns, witnessed, was told or signed")] = "",
    act: Annotated[str, Parameter(help="acts of this name, inside live and archived histories")] = "",
    from_: Annotated[str, Parameter(name="--from", help="not before this time")] = "",
    to: Annotated[str, Parameter(help="before this time")] = "",
    course: str = "",
    patient: Annotated[str, Parameter(help="a patient's number")] = "",
    site: str = "",
    kind: Annotated[str, Parameter(help="a kind of entry, such as access, sends, archive; or act")] = "",
    output: OutputOptions = OutputOptions(),
) -> int:
    """Find entries of the log by person, act, period, course, patient, site and kind; auditors only.

    Patients are named by number. An entry has its log index; an act has the run and the event that prove it, and the
    index under which the log has the run once it is archived.

    Example: starter.py audit search --person ortiz --kind drug_moves --from "2026-11-01 00:00"
    """
    async with staff_session() as at:
        asked = SearchRequest(person, act, from_, to, course, patient, site, kind)
        found = await searched(at, asked, SlowLine())
    if output.json:
        hits = [vars(hit) for hit in found.hits]
        as_json({"hits": hits, "size": found.size, "unreviewed_since": found.unreviewed_since})
        return OK
    table(("entry", "when (UTC)", "kind", "who", "course", "what"), [_row(hit) for hit in found.hits])
    print(f"{len(found.hits)} found in {found.size} entries.\n{unreviewed(found.unreviewed_since)}")
    return OK


def _row(hit: Hit) -> tuple[str, ...]:
    what = f"{hit.what} (run {hit.run[:8]}, event {hit.event})" if hit.run else hit.what
    where = hit.course or hit.subject
    index = "not archived yet" if hit.index is None else str(hit.index)
    return (index, f"{hit.at:%Y-%m-%d %H:%M:%S}", hit.kind, ", ".join(hit.people), where, what)
