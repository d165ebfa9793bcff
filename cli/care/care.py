"""Care between visits from the command line: measures, decisions, holds, contact, items, the end."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from adapters.clinic.zones import zone_snapshot
from adapters.identity.sign_in import IdentityError, recognised
from cli.output import answer, read_passphrase
from cli.session import ActOptions, act, act_freeing, command, staff_session
from course.model.instrument import Answers, Instrument
from course.model.need import CallOutcome
from course.model.parts import Actor
from course.model.terms import Decision, EndCause, HoldCause, NeedKind, SkipCode
from course.scores.answers import typed
from course.scores.scoring import ScoringError
from services.errors import InputError, NotAllowedError
from services.session import StaffSession, sentence, written_language
from services.typed.naming import instrument_named, session_id

Typed = Annotated[str, Parameter(allow_leading_hyphen=True, help="one answer an item, - where one is blank")]
Second = Annotated[str, Parameter(help="account of a second person, who enters a passphrase here")]


async def signed(account: str) -> Actor | None:
    """The second person, once the passphrase is right."""
    if not account:
        return None
    async with staff_session() as at:
        said = read_passphrase(f"Passphrase of {account}: ")
        try:
            return (await recognised(at.app.store, account, said, at.now)).actor()
        except IdentityError:
            raise NotAllowedError("the second signature is refused: unknown account or wrong passphrase") from None


def _answers(said: str, instrument: Instrument | None) -> Answers:
    try:
        return typed(said, instrument) if said else ()
    except ScoringError as wrong:
        raise InputError(f"--answers: {wrong}") from None


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
    """Record a questionnaire's answers, or its total; of answers without commas each digit is one.

    Example: starter.py measure c-1a2b3c phq9 --answers 1,2,0,-,1,0,1,0,0
    """
    async with staff_session() as at:
        instrument = instrument_named(tuple(at.app.clinic.instruments), instrument)
        given = _answers(answers, at.app.clinic.instruments.get(instrument))
        request = options.request("measure", instrument=instrument, answers=given, total=total, timed=not day_only)
        receipt = await at.perform(course, request)
        return answer(receipt, sentence(receipt), json_=options.json)


@command
async def evaluate(
    course: str,
    decision: Decision,
    *,
    sessions: Annotated[int | None, Parameter(help="how many more, for extend and reinduct")] = None,
    interval_days: int | None = None,
    as_needed: bool = False,
    wish: Annotated[str, Parameter(help="what the patient wishes, in the patient's words; it stands beside it")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Sign what the evaluation decides; a prescriber's.

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
    """Stop dosing until somebody releases it.

    Example: starter.py hold c-1a2b3c patient --review "+3d 09:00" --reason "asked for a pause"
    """
    return await act(course, options, "hold", times={"review_at": review}, cause=cause)


@command
async def review(course: str, next_review: str, *, options: ActOptions = ActOptions()) -> int:
    """Keep a hold, and look at it again.

    Example: starter.py review c-1a2b3c "+7d 09:00" --reason "still waiting for the laboratory"
    """
    return await act(course, options, "review", times={"review_at": next_review})


@command
async def release(course: str, *, asked_again: bool = False, options: ActOptions = ActOptions()) -> int:
    """Let dosing go on.

    Example: starter.py release c-1a2b3c --asked-again --reason "laboratory normal"
    """
    return await act(course, options, "release", asked_again=asked_again)


@command
async def interval(
    course: str, every: Annotated[str, Parameter(help="days, or `needed`")], *, options: ActOptions = ActOptions()
) -> int:
    """Change the days between boosters; a prescriber's.

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
    """Record what the patient allows, and where they live; an opt-out counts at once.

    Example: starter.py contact c-1a2b3c --opt-out
    """
    async with staff_session() as at:
        lives = zone_snapshot(zone, at.now, at.app.clinic.limits.calendar_years) if zone else None
        if language is not None:
            written_language(at.app, language)
        request = options.request("contact", email=email, sms=sms, language=language, opt_out=opt_out, zone=lives)
        receipt = await at.perform(course, request)
        if language is not None:
            await _answered_in(at, course, language)
        return answer(receipt, sentence(receipt), json_=options.json)


async def _answered_in(at: StaffSession, course: str, language: str) -> None:
    """What a patient writes is answered in the language of their letters."""
    contacts, row = at.app.store.contacts, await at.app.store.directory.course(course)
    before = await contacts.of(row.patient_id) if row is not None else None
    if row is not None and before is not None:
        await contacts.put(row.patient_id, replace(before, language=language))


@command
async def acknowledge(course: str, *, options: ActOptions = ActOptions()) -> int:
    """Take on the open escalation, and those of the patient's other courses with it.

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
    """Close a task, or an escalation by its disposition.

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
    again: Annotated[str, Parameter(help="when to call again if it still waits; in a week if not said")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """The patient was called about what waits, and what came of it; until the next call it waits for nobody.

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
    """End the course; a prescriber's. A transfer prints what the receiving clinic must know of the last dose.

    Example: starter.py discharge c-1a2b3c --cause transferred --to "Lakeside Clinic" --reason "moved there"
    """
    return await act_freeing(course, options, "discharge", cause=cause, to=to)


@command
async def withdraw(course: str, *, code: SkipCode = SkipCode.CHOICE, options: ActOptions = ActOptions()) -> int:
    """The patient ends the course.

    Example: starter.py withdraw c-1a2b3c --code choice --reason "moves to another city"
    """
    return await act_freeing(course, options, "withdraw", code=code)


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
    """Put a score, a dose or an entry right; the earlier value stays visible. A dose takes a second signature.

    Example: starter.py correct c-1a2b3c s3 --mg 35 --second lee --reason "typed 53"
    """
    return await act(
        course,
        options,
        "correct",
        times={"started_at": started},
        minutes=minutes,
        item=session_id(item),
        text=text or None,
        second=await signed(second),
        answers=await _corrected(course, item, answers),
        total=total,
        mg=mg,
        weight_kg=weight_kg,
    )


async def _corrected(course: str, item: str, answers: str) -> Answers:
    """The answers of a score that is put right, by its instrument."""
    if not answers:
        return ()
    async with staff_session() as at:
        record = await at.courses.record(course)
    score = next((one for one in record.scores if one.id == item), None)
    return _answers(answers, record.instruments.get(score.instrument) if score is not None else None)


@command
async def void(course: str, item: str, *, second: Second = "", options: ActOptions = ActOptions()) -> int:
    """Take a score, a dose, an adverse event or an entry of another chart out of what counts; a second person signs.

    Example: starter.py void c-1a2b3c m3 --second lee --reason "wrong chart"
    """
    return await act(course, options, "void", item=session_id(item), second=await signed(second))


@command
async def reopen(course: str, *, second: Second = "", options: ActOptions = ActOptions()) -> int:
    """Take a closed course up again inside its amendment period; a prescriber's.

    Example: starter.py reopen c-1a2b3c --reason "came back"
    """
    return await act(course, options, "reopen", second=await signed(second))
