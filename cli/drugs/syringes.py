"""Syringes from the command line: drawn, given, wasted before a witness; physical counts."""

from typing import Annotated

from cyclopts import Parameter

from adapters.store.drugs.ledger_rules import MoveKind
from cli.drugs.entering import Ml, Witness, entry
from cli.session import ActOptions, command


@command
async def draw(
    vial: str,
    *,
    ml: Ml,
    course: str,
    session: str,
    options: ActOptions = ActOptions(),
) -> int:
    """Draw a syringe from a vial for one session.

    Example: starter.py draw v-1a2b3c --ml 1.4 --course c-1a2b3c --session 1
    """
    return await entry(MoveKind.DRAWN, vial, ml, options, course=course, session=session)


@command
async def give(syringe: str, *, ml: Ml, options: ActOptions = ActOptions()) -> int:
    """Record what was given from a syringe; whoever gave it must be the one signed in.

    Example: starter.py give y-1a2b3c --ml 1.4
    """
    return await entry(MoveKind.GIVEN, syringe, ml, options)


@command
async def waste(syringe: str, *, ml: Ml, witness: Witness, options: ActOptions = ActOptions()) -> int:
    """Destroy what is left in a syringe; the witness types their passphrase, or it is read from standard input.

    Example: starter.py waste y-1a2b3c --ml 0.2 --witness lee --reason "spilt"
    """
    return await entry(MoveKind.WASTED, syringe, ml, options, witness=witness)


@command
async def count(
    vial: Annotated[str, Parameter(help="a vial, or a syringe that was set aside")],
    *,
    ml: Ml,
    options: ActOptions = ActOptions(),
) -> int:
    """Record what a vial or syringe really holds; any shortfall becomes a discrepancy, due in 24 hours.

    Example: starter.py count v-1a2b3c --ml 7.4
    """
    return await entry(MoveKind.COUNTED, vial, ml, options)
