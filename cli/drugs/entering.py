"""What commands that enter into the drug ledger share: their options, and the answer."""

from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from adapters.store.drugs.ledger import Entered
from adapters.store.drugs.ledger_rules import MoveKind
from cli.output import answer
from cli.session import ActOptions, signature, staff_session
from services.drugs.drug_room import EntryOptions, EntryRequest, enter, entry_sentence

Ml = Annotated[Decimal, Parameter(help="mL, with at most 3 decimals")]
Witness = Annotated[str, Parameter(help="account of the witness, who types their own passphrase")]


async def entry(
    kind: MoveKind,
    container: str,
    ml: Decimal,
    options: ActOptions,
    *,
    course: str = "",
    session: str = "",
    witness: str = "",
) -> int:
    """Add an entry of whoever has signed in, and print what it came to."""
    asked = EntryRequest(kind, container, ml, entry_options(options), course, session, signature(witness))
    async with staff_session() as at:
        entered = await enter(at, asked)
    return answer(_plain(entered), entry_sentence(entered), json_=options.json)


def entry_options(options: ActOptions) -> EntryOptions:
    """What every entry may say."""
    return EntryOptions(options.at, options.reason, options.request_id)


def _plain(entered: Entered) -> dict[str, object]:
    found = entered.discrepancy
    return {
        **vars(entered.move),
        "vial_left": entered.vial_left,
        "syringe_left": entered.syringe_left,
        "discrepancy": None if found is None else vars(found),
        "chart": [vars(one) for one in entered.chart],
        "repeated": entered.repeated,
    }
