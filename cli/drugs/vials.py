"""Vials from the command line: into stock, opened, listed, destroyed."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from adapters.store.drugs.ledger_rules import MoveKind, Vial
from adapters.store.people.directory import new_id
from cli.drugs.drug_room import HANDS, DrugRoom, Ml, Witness, clock, drug_room, handled, witnessed, worded
from cli.output import OK, answer, as_json, table
from cli.session import ActOptions, OutputOptions, command, staff_session
from course.model.terms import Role
from services.errors import InputError
from services.session import StaffSession
from services.typed.times import shown


@command
async def receive(
    *,
    ndc: Annotated[str, Parameter(help="as on the label, 12345-678-90")],
    lot: str,
    mg_per_ml: Decimal,
    ml: Ml,
    expires: Annotated[str, Parameter(help="the last day of use, 2027-06-30")],
    multi_dose: bool = False,
    drug: str = "ketamine hydrochloride",
    form: str = "injection",
    site: str = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Take a vial into stock.

    Example: starter.py vial receive --ndc 12345-678-90 --lot A7 --mg-per-ml 50 --ml 10 --expires 2027-06-30
    """
    async with staff_session() as at:
        handled(at)
        at_bench = DrugRoom(at, _site(at, site), options)
        received = at_bench.move(MoveKind.RECEIVED, ml)
        vial = Vial(
            vial_id=new_id("v"),
            site=at_bench.site,
            drug=_label(drug),
            form=_label(form),
            ndc=ndc,
            lot=lot,
            mg_per_ml=mg_per_ml,
            volume_ml=ml,
            expires_on=_day(expires),
            multi_dose=multi_dose,
            received_at=received.at,
        )
        kept = await at.app.store.drugs.receive(vial, received, at_bench.day)
        await at.log_access("", "drug received")
        return answer(
            vars(kept), f"received: vial {kept.vial_id}, {kept.volume_ml} mL, lot {kept.lot}", json_=options.json
        )


@command
async def open_vial(vial: str, *, options: ActOptions = ActOptions()) -> int:
    """Date a vial that was opened; drawing from a closed one does so too.

    Example: starter.py vial open v-1a2b3c
    """
    async with staff_session() as at:
        here = await drug_room(at, options, vial)
        kept = await at.app.store.drugs.open(vial, here.when, here.day)
        await at.log_access("", "drug vial opened")
        return answer(vars(kept), f"opened: vial {vial}", json_=options.json)


@command
async def list_vials(
    *,
    site: str = "",
    every: Annotated[bool, Parameter(help="discarded vials too")] = False,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Vials in stock, what each holds on paper, and until when it may be used.

    Example: starter.py vial list --site northside
    """
    async with staff_session() as at:
        handled(at, HANDS | {Role.AUDITOR})
        stocked = await at.app.store.drug_log.vials(site, in_stock=not every)
        await at.log_access("", "drug vials")
        if output.json:
            as_json([{**vars(one.vial), "ml": vars(one.sum)} for one in stocked])
            return OK
        heads = ("vial", "site", "drug", "NDC", "lot", "holds", "of", "discrepancy", "expires", "opened", "doses", "")
        table(
            heads,
            [
                (
                    one.vial.vial_id,
                    one.vial.site,
                    f"{one.vial.drug} {one.vial.mg_per_ml} mg/mL",
                    one.vial.ndc,
                    one.vial.lot,
                    f"{one.sum.left} mL",
                    f"{one.sum.contents} mL",
                    f"{one.sum.discrepancy}",
                    f"{one.vial.expires_on}",
                    shown(clock(at, one.vial.site), one.vial.opened_at),
                    "multi" if one.vial.multi_dose else "single",
                    "discarded" if one.vial.discarded_at else "",
                )
                for one in stocked
            ],
        )
        return OK


@command
async def discard(vial: str, *, ml: Ml, witness: Witness = "", options: ActOptions = ActOptions()) -> int:
    """Destroy what is left of a vial; more than nothing takes a witness.

    Example: starter.py vial discard v-1a2b3c --ml 0.4 --witness lee
    """
    async with staff_session() as at:
        here = await drug_room(at, options, vial)
        seen = await witnessed(at, witness)
        return await here.enter(here.move(MoveKind.DISCARDED, ml, vial_id=vial, witness=seen), "discarded")


def _site(at: StaffSession, site: str) -> str:
    sites = at.app.clinic.sites
    wanted = site or at.account.site or at.app.settings.site or next(iter(sites))
    if wanted not in sites:
        raise InputError(f"there is no such site: {', '.join(sites)}")
    return wanted


def _label(text: str) -> str:
    said = worded(text)
    if not 0 < len(said) <= 64:  # noqa: PLR2004  as wide as the column
        raise InputError("--drug and --form are what the label says, at most 64 characters")
    return said


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("--expires is a date such as 2027-06-30") from None
