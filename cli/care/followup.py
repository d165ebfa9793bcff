"""Beside the infusions, from the command line: therapies, medicines, checks, requests, late entries."""

from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from cli.session import ActOptions, Second, act, command
from services.errors import InputError


@command
async def therapy(
    course: str,
    name: Annotated[str, Parameter(help="what it is, such as `talk therapy`; or the id of a current one (a1)")],
    *,
    every: Annotated[int | None, Parameter(help="days from one to the next")] = None,
    next: Annotated[str, Parameter(help="when it is next")] = "",  # noqa: A002  the word that people type
    end: Annotated[bool, Parameter(negative="", help="it ends")] = False,
    options: ActOptions = ActOptions(),
) -> int:
    """Begin an adjunctive therapy, change its cadence, or end it.

    Example: starter.py therapy c-1a2b3c "talk therapy" --every 7 --next "tomorrow 15:00"
    """
    known = name.startswith("a") and name[1:].isdigit()
    value = {"therapy": name} if known else {"name": name}
    return await act(course, options, "therapy", times={"next_at": next}, every_days=every, ends=end, **value)


@command
async def attend(
    course: str,
    therapy: Annotated[str, Parameter(help="its id (a1), or `integration`: the contact after an infusion")],
    *,
    came: bool = True,
    next: Annotated[str, Parameter(help="when it is next, if not by its cadence")] = "",  # noqa: A002
    options: ActOptions = ActOptions(),
) -> int:
    """Record whether the patient came to a therapy.

    Example: starter.py attend c-1a2b3c a1 --no-came
    """
    return await act(course, options, "attend", times={"next_at": next}, therapy=therapy, came=came)


@command
async def medicine(
    course: str,
    name: str,
    *,
    was: Annotated[str, Parameter(help="the dose before; leave it out if the medicine is new")] = "",
    now: Annotated[str, Parameter(help="the dose now; leave it out if the medicine was stopped")] = "",
    starts: Annotated[str, Parameter(help="from when")] = "now",
    ordered: Annotated[
        bool, Parameter(negative="", help="a prescriber orders it; without this, it was reported")
    ] = False,
    at_intake: Annotated[
        bool, Parameter(negative="", help="taken as treatment begins; the name `none` records that nothing is")
    ] = False,
    review: Annotated[str, Parameter(help="when a prescriber reviews it; required for an order")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Record a change of medicine, or at intake what is being taken; the software proposes none.

    Example: starter.py medicine c-1a2b3c sertraline --was "100 mg" --now "50 mg" --ordered --review "+28d 09:00"
    """
    times: dict[str, str | None] = {"starts": starts, "review_at": review}
    return await act(
        course, options, "medicine", times=times, name=name, was=was, now=now, ordered=ordered, at_intake=at_intake
    )


@command
async def review_medicine(
    course: str,
    medicine: str,
    *,
    again: Annotated[str, Parameter(help="when to review it again")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Record that an ordered change was reviewed; prescribers only.

    Example: starter.py review-medicine c-1a2b3c d1 --reason "tolerated"
    """
    return await act(course, options, "review_medicine", times={"review_at": again}, medicine=medicine)


@command
async def check(
    course: str,
    check: Annotated[str, Parameter(help="what is asked at intervals, such as `urinary`")],
    answer: Annotated[str, Parameter(help="yes or no")],
    *,
    detail: str = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Record a long-term check, or its baseline at intake; later, a yes becomes a prescriber's task.

    Example: starter.py check c-1a2b3c urinary no
    """
    if answer not in {"yes", "no"}:
        raise InputError("say yes or no")
    return await act(course, options, "check", check=check, positive=answer == "yes", detail=detail)


@command
async def ask_booster(course: str, *, options: ActOptions = ActOptions()) -> int:
    """Record that the patient asks for a booster; this books nothing.

    Example: starter.py ask-booster c-1a2b3c
    """
    return await act(course, options, "ask_booster")


@command
async def late_entry(
    course: str,
    text: str,
    *,
    mg: Decimal | None = None,
    minutes: int | None = None,
    weight_kg: Decimal | None = None,
    serious: Annotated[bool, Parameter(negative="", help="a serious event: it is escalated")] = False,
    died: Annotated[bool, Parameter(negative="", help="the patient has died")] = False,
    second: Second = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Record something that was not written down at the time; for closed courses too.

    Example: starter.py late-entry c-1a2b3c "network down" --at "2026-11-20 09:00" --mg 35 --minutes 40 --weight-kg 70
    """
    return await act(
        course,
        options,
        "late_entry",
        text=text,
        mg=mg,
        minutes=minutes,
        weight_kg=weight_kg,
        serious=serious,
        died=died,
        second=second,
    )
