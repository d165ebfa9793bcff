"""Vials from the command line: into stock, opened, listed, destroyed."""

from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from adapters.store.drugs.ledger_rules import MoveKind
from cli.drugs.entering import Ml, Witness, entry, entry_options
from cli.output import OK, answer, as_json, table
from cli.session import ActOptions, OutputOptions, command, staff_session
from services.drugs import vials
from services.drugs.vials import Label
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
    label = Label(drug, form, ndc, lot, mg_per_ml, ml, expires, multi_dose)
    async with staff_session() as at:
        kept = await vials.receive(at, label, site, entry_options(options))
    text = f"received: vial {kept.vial_id}, {kept.volume_ml} mL, lot {kept.lot}"
    return answer(vars(kept), text, json_=options.json)


@command
async def open_vial(vial: str, *, options: ActOptions = ActOptions()) -> int:
    """Record when a vial was opened; drawing from an unopened one does so too.

    Example: starter.py vial open v-1a2b3c
    """
    async with staff_session() as at:
        kept = await vials.open_vial(at, vial, entry_options(options))
    return answer(vars(kept), f"opened: vial {vial}", json_=options.json)


@command
async def list_vials(
    *,
    site: str = "",
    every: Annotated[bool, Parameter(help="discarded vials too")] = False,
    output: OutputOptions = OutputOptions(),
) -> int:
    """List the vials in stock, how much each should hold, and until when it may be used.

    Example: starter.py vial list --site northside
    """
    async with staff_session() as at:
        stocked = await vials.stock(at, site, every=every)
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
                    shown(at.site_zone(one.vial.site), one.vial.opened_at),
                    "multi" if one.vial.multi_dose else "single",
                    "discarded" if one.vial.discarded_at else "",
                )
                for one in stocked
            ],
        )
        return OK


@command
async def discard(vial: str, *, ml: Ml, witness: Witness = "", options: ActOptions = ActOptions()) -> int:
    """Destroy what is left in a vial; unless it is empty, this needs a witness.

    Example: starter.py vial discard v-1a2b3c --ml 0.4 --witness lee
    """
    return await entry(MoveKind.DISCARDED, vial, ml, options, witness=witness)
