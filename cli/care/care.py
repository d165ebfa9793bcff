"""Care between visits from the command line: decisions, holds, contact, items, the end."""

from typing import Annotated

from cyclopts import Parameter

from cli.output import answer
from cli.session import ActOptions, Second, act, act_freeing, command, staff_session
from course.model.need import CallOutcome
from course.model.terms import Decision, EndCause, HoldCause, NeedKind, SkipCode
from services.errors import InputError
from services.people.contact import ContactWishes, record_contact
from services.session import sentence


@command
async def evaluate(
    course: str,
    decision: Decision,
    *,
    sessions: Annotated[int | None, Parameter(help="how many more, for extend and reinduct")] = None,
    interval_days: int | None = None,
    as_needed: bool = False,
    wish: Annotated[str, Parameter(help="what the patient wishes, in their own words; kept beside it")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Sign the decision of an evaluation; prescribers only.

    Example: starter.py evaluate c-1a2b3c maintenance --wish "a longer gap, if it holds" --reason "response"
    """
    return await act(
        course,
        options,
        "evaluate",
        decision=decision,
        sessions=sessions,
        interval_days=interval_days,
        as_needed=as_needed,
        wish=wish,
    )


@command
async def hold(course: str, cause: HoldCause, *, review: str = "", options: ActOptions = ActOptions()) -> int:
    """Hold the course: no dosing until somebody releases it.

    Example: starter.py hold c-1a2b3c patient --review "+3d 09:00" --reason "asked for a pause"
    """
    return await act(course, options, "hold", times={"review_at": review}, cause=cause)


@command
async def review(course: str, next_review: str, *, options: ActOptions = ActOptions()) -> int:
    """Keep a hold, and say when to review it next.

    Example: starter.py review c-1a2b3c "+7d 09:00" --reason "still waiting for the laboratory"
    """
    return await act(course, options, "review", times={"review_at": next_review})


@command
async def release(course: str, *, asked_again: bool = False, options: ActOptions = ActOptions()) -> int:
    """Release a hold: dosing may go on.

    Example: starter.py release c-1a2b3c --asked-again --reason "laboratory normal"
    """
    return await act(course, options, "release", asked_again=asked_again)


@command
async def interval(
    course: str, every: Annotated[str, Parameter(help="days, or `needed`")], *, options: ActOptions = ActOptions()
) -> int:
    """Change the days between boosters; prescribers only.

    Example: starter.py interval c-1a2b3c 35 --reason "holds for five weeks"
    """
    if every != "needed" and not every.isdigit():
        raise InputError("say a number of days, or `needed`")
    return await act(course, options, "interval", interval_days=None if every == "needed" else int(every))


@command
async def contact(
    course: str,
    *,
    email: bool | None = None,
    sms: bool | None = None,
    language: str | None = None,
    zone: Annotated[str, Parameter(help="where the patient lives now, for sending hours: Europe/Berlin")] = "",
    opt_out: Annotated[bool | None, Parameter(negative="--opt-in")] = None,
    options: ActOptions = ActOptions(),
) -> int:
    """Record which messages the patient allows, and where they live; an opt-out takes effect at once.

    Example: starter.py contact c-1a2b3c --opt-out
    """
    wishes = ContactWishes(email, sms, language, opt_out, zone)
    async with staff_session() as at:
        receipt = await record_contact(at, course, wishes, options.request("contact"))
    return answer(receipt, sentence(receipt), json_=options.json)


@command
async def acknowledge(course: str, *, options: ActOptions = ActOptions()) -> int:
    """Acknowledge the open escalation, along with those of the patient's other courses.

    Example: starter.py acknowledge c-1a2b3c
    """
    return await act(course, options, "acknowledge")


@command
async def safety_plan(course: str, *, options: ActOptions = ActOptions()) -> int:
    """Sign that a safety plan was made with the patient, or renewed.

    Example: starter.py safety-plan c-1a2b3c
    """
    return await act(course, options, "safety_plan")


@command
async def resolve(course: str, item: str, *, options: ActOptions = ActOptions()) -> int:
    """Close a task, or an escalation with its disposition.

    Example: starter.py resolve c-1a2b3c e1 --reason "seen today, safe, plan signed"
    """
    return await act(course, options, "resolve", item=item)


@command
async def note(course: str, text: str, *, options: ActOptions = ActOptions()) -> int:
    """Write a line on the course's page.

    Example: starter.py note c-1a2b3c "sleeps better"
    """
    return await act(course, options, "note", text=text)


@command
async def call(
    course: str,
    about: NeedKind,
    outcome: CallOutcome,
    *,
    again: Annotated[str, Parameter(help="when to call again if it is still waiting; by default in a week")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Record a call to the patient about what is waiting, and its outcome; it waits for nobody until the next call.

    Example: starter.py call c-1a2b3c lapsed no_answer --again "+3d 10:00"
    """
    return await act(course, options, "call", times={"again_at": again}, about=about, outcome=outcome)


@command
async def discharge(
    course: str,
    *,
    cause: EndCause = EndCause.DISCHARGED,
    to: Annotated[str, Parameter(help="the clinic that a transferred patient goes to")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """End the course; prescribers only. A transfer prints what the next clinic must know about the last dose.

    Example: starter.py discharge c-1a2b3c --cause transferred --to "Lakeside Clinic" --reason "moved there"
    """
    return await act_freeing(course, options, "discharge", cause=cause, to=to)


@command
async def withdraw(course: str, *, code: SkipCode = SkipCode.CHOICE, options: ActOptions = ActOptions()) -> int:
    """Record that the patient ends the course.

    Example: starter.py withdraw c-1a2b3c --code choice --reason "moves to another city"
    """
    return await act_freeing(course, options, "withdraw", code=code)


@command
async def reopen(course: str, *, second: Second = "", options: ActOptions = ActOptions()) -> int:
    """Reopen a closed course within its amendment period; prescribers only.

    Example: starter.py reopen c-1a2b3c --reason "came back"
    """
    return await act(course, options, "reopen", second=second)
