"""The drug log: who gave what to whom, when, out of which lot; and what nobody can account for."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from adapters.store.drugs.chart import ChartDiscrepancy
from adapters.store.drugs.ledger import Discrepancy
from adapters.store.drugs.log import SyringeLine
from services.errors import InputError
from services.permissions import Use
from services.session import StaffSession
from services.typed.text import plain_text

DAYS_BACK = 30
PARTS = ("drawn", "given", "wasted", "left", "discrepancy")


@dataclass(frozen=True)
class DrugLogRow:
    """One syringe: the fields of 21 CFR 1304.22(c), and where each amount is."""

    drawn_at: datetime
    given_at: datetime | None
    patient: str = field(repr=False)
    address: str = field(repr=False)
    given_by: str
    drug: str
    form: str
    mg_per_ml: Decimal
    ndc: str
    lot: str
    drawn_ml: Decimal
    given_ml: Decimal
    wasted_ml: Decimal
    left_ml: Decimal
    discrepancy_ml: Decimal
    drawn_mg: Decimal
    given_mg: Decimal
    wasted_mg: Decimal
    left_mg: Decimal
    discrepancy_mg: Decimal
    drawn_by: str
    wasted_by: str
    witness: str
    site: str
    course: str
    session: str
    vial: str
    syringe: str
    reasons: str = field(repr=False)


COLUMNS = tuple(one.name for one in fields(DrugLogRow))


@dataclass(frozen=True)
class DrugLogReport:
    """Every syringe drawn in those days, and every open discrepancy, soonest due first."""

    rows: tuple[DrugLogRow, ...]
    discrepancies: tuple[Discrepancy | ChartDiscrepancy, ...]


async def drug_log(at: StaffSession, since: str = "", until: str = "", site: str = "") -> DrugLogReport:
    """The log of some days, as typed, of a site or of all; it is on record whose rows were read."""
    await at.refuse_unless(Use.DRUG_LOG)
    begins, ends = _span(at, site, since, until)
    log = at.app.store.drug_log
    lines = await log.syringes(begins, ends, site)
    missing, differ = await log.discrepancies(site), await at.app.store.chart.open(site)
    found: list[Discrepancy | ChartDiscrepancy] = sorted([*missing, *differ], key=lambda one: one.due)
    rows = await _rows(at, lines)
    for course_id in dict.fromkeys(line.course_id for line in lines) or [""]:
        await at.log_access(course_id, "drug log")
    return DrugLogReport(rows, tuple(found))


async def resolve(at: StaffSession, discrepancy: str, reason: str) -> None:
    """Sign what became of a discrepancy; raises ServiceError or StoreError."""
    await at.refuse_unless(Use.DRUGS)
    store, who, why = at.app.store, at.account.account_id, plain_text(reason)
    if not await store.chart.resolve(discrepancy, who, why, at.now):
        await store.drugs.resolve(discrepancy, who, why, at.now)
    await at.log_access("", "drug discrepancy")


def _span(at: StaffSession, site: str, first: str, last: str) -> tuple[datetime, datetime]:
    """From the first day's midnight to the last one's end, on the clinic's wall."""
    zone = at.site_zone(at.site(site) if site else at.account.site)
    until = _day(last, zone.local(at.now).date())
    since = _day(first, until - timedelta(days=DAYS_BACK))
    if since > until:
        raise InputError("--from is not after --to: swap them")
    after = until + timedelta(days=1)
    return zone.lenient(datetime.combine(since, time())), zone.lenient(datetime.combine(after, time()))


def _day(typed: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(typed) if typed else otherwise
    except ValueError:
        raise InputError("--from and --to are dates such as 2026-11-01") from None
    if not date(2000, 1, 1) <= found <= date(2099, 12, 31):
        raise InputError(f"the year {found.year} cannot be meant: write a date such as 2026-11-01")
    return found


async def _rows(at: StaffSession, lines: Sequence[SyringeLine]) -> tuple[DrugLogRow, ...]:
    patients = tuple({line.patient_id for line in lines})
    names = await at.app.store.directory.names(patients)
    homes = await at.app.store.drug_log.addresses(patients)
    people = {one.account_id: one.name for one in await at.app.store.staff.accounts()}

    def named(accounts: tuple[str, ...]) -> str:
        return ", ".join(people.get(one, one) for one in accounts)

    return tuple(
        DrugLogRow(
            drawn_at=line.drawn_at,
            given_at=line.given_at,
            patient=names.get(line.patient_id, ""),
            address=homes.get(line.patient_id, ""),
            given_by=named(line.given_by),
            drug=line.vial.drug,
            form=line.vial.form,
            mg_per_ml=line.vial.mg_per_ml,
            ndc=line.vial.ndc,
            lot=line.vial.lot,
            **{f"{part}_ml": getattr(line.sum, part) for part in PARTS},
            **{f"{part}_mg": line.mg(getattr(line.sum, part)) for part in PARTS},
            drawn_by=named((line.drawn_by,)),
            wasted_by=named(line.wasted_by),
            witness=named(line.witnesses),
            site=line.vial.site,
            course=line.course_id,
            session=line.session_id,
            vial=line.vial.vial_id,
            syringe=line.syringe_id,
            reasons="; ".join(line.reasons),
        )
        for line in lines
    )
