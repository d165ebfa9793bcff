"""Questionnaires from the command line, and putting right or taking out what was recorded."""

from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from cli.output import answer
from cli.session import ActOptions, Second, Times, act, command, signature, staff_session
from services.measures import GivenAnswers, correct_item, record_measure
from services.session import sentence
from services.typed.naming import session_id

Typed = Annotated[str, Parameter(allow_leading_hyphen=True, help="one answer per item, - for a blank")]


@command
async def measure(
    course: str,
    instrument: str,
    *,
    answers: Typed = "",
    total: float | None = None,
    day_only: Annotated[bool, Parameter(help="the time of day in --at is not known")] = False,
    options: ActOptions = ActOptions(),
) -> int:
    """Record a questionnaire's answers, or its total; without commas, each digit is one answer.

    Example: starter.py measure c-1a2b3c phq9 --answers 1,2,0,-,1,0,1,0,0
    """
    given = GivenAnswers(instrument, answers, total, timed=not day_only)
    async with staff_session() as at:
        receipt = await record_measure(at, course, given, options.request("measure"))
    return answer(receipt, sentence(receipt), json_=options.json)


@command
async def correct(
    course: str,
    item: Annotated[str, Parameter(help="a score (m3), a session's dose (s4), or an entry of the page (entry17)")],
    *,
    text: Annotated[str, Parameter(help="how an entry should read")] = "",
    answers: Typed = "",
    total: float | None = None,
    mg: Decimal | None = None,
    weight_kg: Decimal | None = None,
    started: Annotated[str, Parameter(help="when the infusion really began")] = "",
    minutes: int | None = None,
    second: Second = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Correct a score, a dose or an entry; the earlier value stays visible. A dose needs a second signature.

    Example: starter.py correct c-1a2b3c s3 --mg 35 --second lee --reason "typed 53"
    """
    times: Times = {"started_at": started}
    fields = {"text": text or None, "total": total, "mg": mg, "weight_kg": weight_kg, "minutes": minutes}
    request = options.request("correct", times=times, second=signature(second), item=session_id(item), **fields)
    async with staff_session() as at:
        receipt = await correct_item(at, course, answers, request)
    return answer(receipt, sentence(receipt), json_=options.json)


@command
async def void(course: str, item: str, *, second: Second = "", options: ActOptions = ActOptions()) -> int:
    """Void a score, a dose, an adverse event or an entry that belongs to another chart; a second person signs.

    Example: starter.py void c-1a2b3c m3 --second lee --reason "wrong chart"
    """
    return await act(course, options, "void", item=session_id(item), second=second)
