"""`downtime-sheet`: a page for each visit of a day, to write on by hand while the network is away."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from cli.output import FAILED, OK, answer
from cli.private_files import write_private
from cli.session import OutputOptions, command, staff_session
from cli.visits.downtime_page import page
from services.visits.day import visits_of_day


@command
async def downtime_sheet(
    site: str,
    day: str,
    *,
    out: Annotated[Path | None, Parameter(help="the file; by default under `sheets` in the data folder")] = None,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Write one page for each visit of a day: who, what is ordered, what is missing, and space to write by hand.

    Only its owner can read the file, since it holds names. Afterwards, enter what was written on it.

    Example: starter.py downtime-sheet northside 2026-11-30
    """
    async with staff_session() as at:
        found = await visits_of_day(at, site, day)
        file = out or at.app.settings.data_folder / "sheets" / f"{site}-{found.day}.html"
        write_private(file, "--out", page(found, at.now))
    told = [
        {"course": one.record.course_id, "session": one.session.id, "at": one.session.start} for one in found.visits
    ]
    missing = "".join(f"\n  NOT on it: {why}" for why in found.unread)
    fields = {"file": str(file), "visits": told, "not_on_it": found.unread}
    answer(fields, f"{len(found.visits)} visits: {file}{missing}", json_=output.json)
    return FAILED if found.unread else OK
