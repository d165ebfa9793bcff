"""Putting right who a patient is, and where they are reached."""

from typing import Annotated

from cyclopts import Parameter

from cli.intake.intake import OrRead
from cli.output import answer, typed
from cli.session import ActOptions, Second, command, signature, staff_session
from services.people.patients import Correction, put_right


@command
async def patient(
    course: Annotated[str, Parameter(help="any course of the patient")],
    *,
    name: OrRead = "",
    born: Annotated[OrRead, Parameter(help="date of birth, 1984-05-04")] = "",
    mrn: OrRead = "",
    email: Annotated[OrRead, Parameter(help="address, or `none`")] = "",
    phone: Annotated[OrRead, Parameter(help="number with its country, or `none`")] = "",
    second: Second = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Correct a name, birth date, MRN, address or telephone number; a change of identity needs a second signature.

    What is given as `-` is read from standard input, one line each in the order name, born, mrn, email, phone, or asked
    for at a terminal, so that nobody else on the machine sees it in the list of processes.

    Example: starter.py patient c-1a2b3c --email ayla.demir@example.org --reason "typed wrongly"
    """
    name, born, mrn = typed(name, "name"), typed(born, "date of birth"), typed(mrn, "MRN")
    email, phone = typed(email, "e-mail"), typed(phone, "phone")
    request = options.request("note", second=signature(second))
    async with staff_session() as at:
        found = await put_right(at, course, Correction(name, born, mrn, email, phone), request)
    return answer(found.receipt, found.sentence, json_=options.json)
