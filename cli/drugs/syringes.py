"""Syringes from the command line: drawn, given, wasted before a witness; physical counts."""

from typing import Annotated

from cyclopts import Parameter

from adapters.store.drugs.ledger_rules import MoveKind
from cli.drugs.drug_room import SYRINGE, Ml, Witness, drug_room, witnessed
from cli.session import ActOptions, command, staff_session
from services.errors import ServiceError
from services.typed.naming import session_id


@command
async def draw(
    vial: str,
    *,
    ml: Ml,
    course: str,
    session: str,
    options: ActOptions = ActOptions(),
) -> int:
    """Draw a syringe out of a vial for one session.

    Example: starter.py draw v-1a2b3c --ml 1.4 --course c-1a2b3c --session 1
    """
    async with staff_session() as at:
        here = await drug_room(at, options, vial)
        record = await at.courses.record(course)
        wanted = session_id(session)
        if wanted not in {*(one.id for one in record.sessions), *(one.session for one in record.doses)}:
            raise ServiceError(
                f"there is no such session on this course: `starter.py show {record.course_id}` shows them"
            )
        drawn = here.move(
            MoveKind.DRAWN,
            ml,
            vial_id=vial,
            course_id=record.course_id,
            session_id=wanted,
            patient_id=record.patient_id,
        )
        return await here.enter(drawn, "drawn")


@command
async def give(syringe: str, *, ml: Ml, options: ActOptions = ActOptions()) -> int:
    """Record what was given out of a syringe; whoever gave it signs in.

    Example: starter.py give y-1a2b3c --ml 1.4
    """
    async with staff_session() as at:
        here = await drug_room(at, options, syringe)
        return await here.enter(here.move(MoveKind.GIVEN, ml, syringe_id=syringe), "given")


@command
async def waste(syringe: str, *, ml: Ml, witness: Witness, options: ActOptions = ActOptions()) -> int:
    """Destroy what is left in a syringe; the witness types the own passphrase, or it is read from standard input.

    Example: starter.py waste y-1a2b3c --ml 0.2 --witness lee --reason "spilt"
    """
    async with staff_session() as at:
        here = await drug_room(at, options, syringe)
        seen = await witnessed(at, witness)
        return await here.enter(here.move(MoveKind.WASTED, ml, syringe_id=syringe, witness=seen), "wasted")


@command
async def count(
    vial: Annotated[str, Parameter(help="a vial, or a syringe that is put aside")],
    *,
    ml: Ml,
    options: ActOptions = ActOptions(),
) -> int:
    """Write down what a vial or a syringe really holds; what that lacks becomes a discrepancy, due in 24 hours.

    Example: starter.py count v-1a2b3c --ml 7.4
    """
    async with staff_session() as at:
        here = await drug_room(at, options, vial)
        named = {"syringe_id": vial} if vial.startswith(SYRINGE) else {"vial_id": vial}
        return await here.enter(here.move(MoveKind.COUNTED, ml, **named), "counted")
