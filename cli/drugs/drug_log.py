"""The drug log: who gave what to whom, when, out of which lot; and what nobody can account for."""

import csv
import sys
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from cyclopts import Parameter

from adapters.store.drugs.chart import ChartDiscrepancy
from adapters.store.drugs.ledger import Discrepancy
from adapters.store.drugs.log import SyringeLine
from cli.drugs.drug_room import HANDS, clock, handled, worded
from cli.output import OK, answer, as_json, table
from cli.session import ActOptions, OutputOptions, command, staff_session
from course.model.terms import Role
from services.errors import InputError, NotAllowedError, ServiceError
from services.session import StaffSession
from services.typed.times import shown

DAYS_BACK = 30
PARTS = ("drawn", "given", "wasted", "left", "discrepancy")
COLUMNS = (
    "drawn_at", "given_at", "patient", "address", "given_by", "drug", "form", "mg_per_ml", "ndc", "lot",
    *(f"{part}_ml" for part in PARTS), *(f"{part}_mg" for part in PARTS),
    "drawn_by", "wasted_by", "witness", "site", "course", "session", "vial", "syringe", "reasons",
)  # fmt: skip
READERS = HANDS | {Role.AUDITOR}
ADDRESS_MAX = 300
WRITERS = HANDS | {Role.COORDINATOR}


@command
async def drug_log(
    *,
    from_: Annotated[
        str, Parameter(name="--from", help=f"first day, 2026-11-01; {DAYS_BACK} days back if not said")
    ] = "",
    to: Annotated[str, Parameter(help="last day; today if not said")] = "",
    site: str = "",
    csv_: Annotated[bool, Parameter(name="--csv", negative="", help="print comma-separated values")] = False,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Every syringe drawn in those days, with the fields of 21 CFR 1304.22(c), and every open discrepancy.

    A discrepancy is drug that nobody can account for, or a session of which the chart says something else than this
    log: another amount, a dose that was never drawn, or a syringe that was never charted. Each has an owner.

    Example: starter.py drug-log --from 2026-11-01 --to 2026-11-30 --site northside
    """
    async with staff_session() as at:
        handled(at, READERS)
        since, until = _span(at, site, from_, to)
        log = at.app.store.drug_log
        lines = await log.syringes(since, until, site)
        missing, differ = await log.discrepancies(site), await at.app.store.chart.open(site)
        found: list[Discrepancy | ChartDiscrepancy] = sorted([*missing, *differ], key=lambda one: one.due)
        rows = await _rows(at, lines)
        for course_id in dict.fromkeys(line.course_id for line in lines) or [""]:
            await at.log_access(course_id, "drug log")
        if output.json:
            as_json({"syringes": rows, "discrepancies": [_plain(one) for one in found]})
        elif csv_:
            _print_csv(rows)
        else:
            _print_log(at, lines, rows)
            _print_open(at, found)
        return OK


@command
async def discrepancy(discrepancy: str, *, options: ActOptions = ActOptions()) -> int:
    """Sign what became of a discrepancy; it stays on record.

    Example: starter.py discrepancy d-1a2b3c --reason "dead space of two needles"
    """
    async with staff_session() as at:
        handled(at)
        store, who, why = at.app.store, at.account.account_id, worded(options.reason)
        if not await store.chart.resolve(discrepancy, who, why, at.now):
            await store.drugs.resolve(discrepancy, who, why, at.now)
        await at.log_access("", "drug discrepancy")
        return answer({"resolved": discrepancy}, f"resolved: {discrepancy}", json_=options.json)


@command
async def address(course: str, address: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Where the patient of a course lives; the drug log names it.

    Example: starter.py address c-1a2b3c "12 Elm Street, Albany, NY 12207"
    """
    async with staff_session() as at:
        if at.account.role not in WRITERS:
            raise NotAllowedError(f"the role {at.account.role} may not write an address: it takes the front desk")
        row = await at.app.store.directory.course(course)
        if row is None:
            raise ServiceError("there is no such course: `starter.py list` shows them")
        if len(address) > ADDRESS_MAX:
            raise InputError(f"an address has at most {ADDRESS_MAX} characters")
        await at.app.store.drug_log.put_address(row.patient_id, worded(address))
        await at.log_access(course, "address")
        return answer({"course": course}, "address kept", json_=output.json)


def _span(at: StaffSession, site: str, first: str, last: str) -> tuple[datetime, datetime]:
    """From the first day's midnight to the last one's end, on the clinic's wall."""
    sites = at.app.clinic.sites
    if site and site not in sites:
        raise InputError(f"there is no such site: {', '.join(sites)}")
    zone = clock(at, site or at.account.site)
    today = zone.local(at.now).date()
    until = _day(last, today)
    since = _day(first, until - timedelta(days=DAYS_BACK))
    if since > until:
        raise InputError("--from is not after --to: swap them")
    return (
        zone.lenient(datetime.combine(since, time())),
        zone.lenient(datetime.combine(until + timedelta(days=1), time())),
    )


def _day(text: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise InputError("--from and --to are dates such as 2026-11-01") from None
    if not date(2000, 1, 1) <= found <= date(2099, 12, 31):
        raise InputError(f"the year {found.year} cannot be meant: write a date such as 2026-11-01")
    return found


async def _rows(at: StaffSession, lines: Sequence[SyringeLine]) -> list[dict[str, Any]]:
    patients = tuple({line.patient_id for line in lines})
    names = await at.app.store.directory.names(patients)
    homes = await at.app.store.drug_log.addresses(patients)
    people = {one.account_id: one.name for one in await at.app.store.staff.accounts()}

    def named(accounts: tuple[str, ...]) -> str:
        return ", ".join(people.get(one, one) for one in accounts)

    return [
        {
            "drawn_at": line.drawn_at,
            "given_at": line.given_at,
            "patient": names.get(line.patient_id, ""),
            "address": homes.get(line.patient_id, ""),
            "given_by": named(line.given_by),
            "drug": line.vial.drug,
            "form": line.vial.form,
            "mg_per_ml": line.vial.mg_per_ml,
            "ndc": line.vial.ndc,
            "lot": line.vial.lot,
            **{f"{part}_ml": getattr(line.sum, part) for part in PARTS},
            **{f"{part}_mg": line.mg(getattr(line.sum, part)) for part in PARTS},
            "drawn_by": named((line.drawn_by,)),
            "wasted_by": named(line.wasted_by),
            "witness": named(line.witnesses),
            "site": line.vial.site,
            "course": line.course_id,
            "session": line.session_id,
            "vial": line.vial.vial_id,
            "syringe": line.syringe_id,
            "reasons": "; ".join(line.reasons),
        }
        for line in lines
    ]


def _print_csv(rows: list[dict[str, Any]]) -> None:
    """One line a syringe; a cell that a spreadsheet would run as a formula is quoted."""
    out = csv.DictWriter(sys.stdout, fieldnames=COLUMNS, lineterminator="\n")
    out.writeheader()
    for row in rows:
        out.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"} else value


def _plain(one: Discrepancy | ChartDiscrepancy) -> dict[str, Any]:
    return {**vars(one), "what": one.sentence}


def _print_log(at: StaffSession, lines: Sequence[SyringeLine], rows: list[dict[str, Any]]) -> None:
    heads = ("given", "patient", "address", "by", "drug", "lot", "drawn", "given", "wasted", "left", "off", "witness")
    drawn = []
    for line, row in zip(lines, rows, strict=True):
        zone = clock(at, line.vial.site)
        amounts = (f"{row[f'{part}_ml']} mL" for part in PARTS)
        drug = f"{row['drug']} {row['form']} {row['mg_per_ml']} mg/mL"
        when = shown(zone, line.given_at) or "not given"
        drawn.append(
            (when, row["patient"], row["address"], row["given_by"], drug, row["lot"], *amounts, row["witness"])
        )
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
