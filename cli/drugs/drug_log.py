"""The drug log: who gave what to whom, when, out of which lot; and what nobody can account for."""

import csv
import sys
from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from adapters.store.drugs.chart import ChartDiscrepancy
from adapters.store.drugs.ledger import Discrepancy
from cli.output import OK, answer, as_json, table
from cli.session import ActOptions, OutputOptions, command, staff_session
from services.drugs.drug_log import COLUMNS, DAYS_BACK, PARTS, DrugLogRow, resolve
from services.drugs.drug_log import drug_log as log_of
from services.people.patients import put_address
from services.session import StaffSession
from services.typed.times import shown

Rows = Sequence[DrugLogRow]


@command
async def drug_log(
    *,
    from_: Annotated[
        str, Parameter(name="--from", help=f"first day, 2026-11-01; by default {DAYS_BACK} days ago")
    ] = "",
    to: Annotated[str, Parameter(help="last day; by default today")] = "",
    site: str = "",
    csv_: Annotated[bool, Parameter(name="--csv", negative="", help="print comma-separated values")] = False,
    output: OutputOptions = OutputOptions(),
) -> int:
    """List every syringe drawn on those days, with the fields of 21 CFR 1304.22(c), and every open discrepancy.

    A discrepancy is drug that nobody can account for, or a session whose chart disagrees with this log: another amount,
    a dose that was never drawn, or a syringe that was never charted. Each has an owner.

    Example: starter.py drug-log --from 2026-11-01 --to 2026-11-30 --site northside
    """
    async with staff_session() as at:
        found = await log_of(at, from_, to, site)
        if output.json:
            open_ones = [{**vars(one), "what": one.sentence} for one in found.discrepancies]
            as_json({"syringes": [vars(one) for one in found.rows], "discrepancies": open_ones})
        elif csv_:
            _print_csv(found.rows)
        else:
            _print_log(at, found.rows)
            _print_open(at, found.discrepancies)
        return OK


@command
async def discrepancy(discrepancy: str, *, options: ActOptions = ActOptions()) -> int:
    """Sign what became of a discrepancy; it stays on record.

    Example: starter.py discrepancy d-1a2b3c --reason "dead space of two needles"
    """
    async with staff_session() as at:
        await resolve(at, discrepancy, options.reason)
    return answer({"resolved": discrepancy}, f"resolved: {discrepancy}", json_=options.json)


@command
async def address(course: str, address: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Record where a patient lives, which the drug log names.

    Example: starter.py address c-1a2b3c "12 Elm Street, Albany, NY 12207"
    """
    async with staff_session() as at:
        course = await put_address(at, course, address)
    return answer({"course": course}, "address kept", json_=output.json)


def _print_csv(rows: Rows) -> None:
    """One line a syringe; a cell that a spreadsheet would run as a formula is quoted."""
    out = csv.DictWriter(sys.stdout, fieldnames=COLUMNS, lineterminator="\n")
    out.writeheader()
    for row in rows:
        out.writerow({name: _cell(value) for name, value in vars(row).items()})


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"} else value


def _print_log(at: StaffSession, rows: Rows) -> None:
    heads = ("given", "patient", "address", "by", "drug", "lot", "drawn", "given", "wasted", "left", "off", "witness")
    drawn = []
    for row in rows:
        amounts = (f"{getattr(row, f'{part}_ml')} mL" for part in PARTS)
        drug = f"{row.drug} {row.form} {row.mg_per_ml} mg/mL"
        when = shown(at.site_zone(row.site), row.given_at) or "not given"
        drawn.append((when, row.patient, row.address, row.given_by, drug, row.lot, *amounts, row.witness))
    table(heads, drawn)


def _print_open(at: StaffSession, found: Sequence[Discrepancy | ChartDiscrepancy]) -> None:
    if not found:
        return
    rows = [
        (
            one.discrepancy_id,
            one.course_id if isinstance(one, ChartDiscrepancy) else one.syringe_id or one.vial_id,
            one.sentence,
            one.owner,
            f"{'overdue since ' if one.due < at.now else ''}{one.due:%d %b %Y %H:%M} UTC",
        )
        for one in found
    ]
    table(("discrepancy", "of", "what differs", "owner", "due"), rows, "Discrepancies that wait for a reason")
