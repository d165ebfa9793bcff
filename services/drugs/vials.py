"""Vials: into stock, opened, and what is there."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from adapters.store.drugs.ledger_rules import MoveKind, Vial
from adapters.store.drugs.log import VialStock
from adapters.store.people.directory import new_id
from services.drugs.drug_room import DrugRoom, EntryOptions, drug_room
from services.errors import InputError
from services.permissions import Use
from services.session import StaffSession
from services.typed.text import plain_text

LABEL_MOST = 64
"""As wide as the column."""


@dataclass(frozen=True)
class Label:
    """What stands on a vial; the last day of use is as typed."""

    drug: str
    form: str
    ndc: str
    lot: str
    mg_per_ml: Decimal
    ml: Decimal
    expires: str
    multi_dose: bool = False


async def receive(at: StaffSession, label: Label, site: str, options: EntryOptions) -> Vial:
    """Take a vial into the stock of a site; raises ServiceError or StoreError."""
    await at.refuse_unless(Use.DRUGS)
    room = DrugRoom(at, at.site(site or at.account.site or at.app.home_site), options)
    received = room.move(MoveKind.RECEIVED, label.ml)
    vial = Vial(
        vial_id=new_id("v"),
        site=room.site,
        drug=_printed(label.drug),
        form=_printed(label.form),
        ndc=label.ndc,
        lot=label.lot,
        mg_per_ml=label.mg_per_ml,
        volume_ml=label.ml,
        expires_on=_last_day(label.expires),
        multi_dose=label.multi_dose,
        received_at=received.at,
    )
    kept = await at.app.store.drugs.receive(vial, received, room.day)
    await at.log_access("", "drug received")
    return kept


async def open_vial(at: StaffSession, vial: str, options: EntryOptions) -> Vial:
    """Date a vial that was opened; raises ServiceError or StoreError."""
    room = await drug_room(at, options, vial)
    kept = await at.app.store.drugs.open(vial, room.when, room.day)
    await at.log_access("", "drug vial opened")
    return kept


async def stock(at: StaffSession, site: str, *, every: bool) -> tuple[VialStock, ...]:
    """The vials of a site, or of all, and what each holds on paper; with `every` discarded ones too."""
    await at.refuse_unless(Use.DRUG_LOG)
    found = await at.app.store.drug_log.vials(site, in_stock=not every)
    await at.log_access("", "drug vials")
    return found


def _printed(text: str) -> str:
    value = plain_text(text)
    if not 0 < len(value) <= LABEL_MOST:
        raise InputError(f"--drug and --form are what the label says, at most {LABEL_MOST} characters")
    return value


def _last_day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise InputError("--expires is a date such as 2027-06-30") from None
