"""Visits from the command line: planning, the treatment room, boosters."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from cli.desk import Desk, How, act, command, desk, session_id
from cli.freeing import act_freeing
from cli.output import USAGE, CliError
from cli.times import instant
from course.terms import SkipCode

BP = Annotated[list[str], Parameter(help="a reading: 128/80, or 128/80@09:05 with its time; give it again for more")]


@command
async def schedule(
    course: str,
    *,
    first: Annotated[str, Parameter(help="the first visit; the rest follow the order's weekdays")] = "",
    on: Annotated[list[str] | None, Parameter(help="one exact time; give it again for each visit")] = None,
    how: How = How(),
) -> int:
    """Plan every session that the series lacks.

    Example: starter.py schedule c-1a2b3c --first "2026-11-30 09:00"
    """
    async with desk() as at:
        zone = await at.zone(course)
        exact = tuple(instant(one, zone, at.now) for one in on or [])
    return await act(course, how, "schedule", times={"first": first}, **({"at": exact} if exact else {}))


@command
async def confirm(course: str, session: str, *, escort: bool = True, how: How = How()) -> int:
    """The patient will come.

    Example: starter.py confirm c-1a2b3c 3
    """
    return await act(course, how, "confirm", session=session_id(session), escort=escort)


@command
async def defer(
    course: str,
    session: str,
    to: str,
    *,
    scope: Literal["only", "rest"] = "only",
    code: SkipCode = SkipCode.OTHER,
    how: How = How(),
) -> int:
    """Move a visit, alone or with those after it.

    Example: starter.py defer c-1a2b3c 3 "2026-12-05 09:00" --scope rest --code illness --reason "a cold"
    """
    return await act_freeing(
        course, how, "defer", times={"to": to}, session=session_id(session), scope=scope, code=code
    )


@command
async def omit(course: str, session: str, *, code: SkipCode, how: How = How()) -> int:
    """Leave a visit out for good.

    Example: starter.py omit c-1a2b3c 6 --code cost --reason "the patient cannot pay for it"
    """
    return await act_freeing(course, how, "omit", session=session_id(session), code=code)


@command
async def no_show(course: str, session: str, *, how: How = How()) -> int:
    """The patient did not come.

    Example: starter.py no-show c-1a2b3c 2
    """
    return await act(course, how, "no_show", session=session_id(session))


@command
async def check_in(
    course: str,
    session: str,
    *,
    weight_kg: Decimal,
    bp: BP,
    identifiers: Annotated[int, Parameter(help="how many were checked: name and birth date make two")] = 0,
    escort: bool = False,
    fasting: bool = False,
    planned_mg: Decimal | None = None,
    changed: Annotated[list[str] | None, Parameter(help="a gate that the patient says has changed")] = None,
    waive_measure: Annotated[str, Parameter(help="why the questionnaire may be missing")] = "",
    sign_bp: Annotated[bool, Parameter(help="a prescriber accepts a raised blood pressure")] = False,
    weight_confirmed: bool = False,
    how: How = How(),
) -> int:
    """The check before dosing: cleared, or every reason why not.

    Example: starter.py check-in c-1a2b3c 1 --weight-kg 70 --bp 128/80 --identifiers 2 --escort --fasting
    """
    async with desk() as at:
        readings = await _readings(at, course, bp)
    return await act(
        course,
        how,
        "check_in",
        session=session_id(session),
        weight_kg=weight_kg,
        readings=readings,
        identifiers=identifiers,
        escort=escort,
        fasting=fasting,
        planned_mg=planned_mg,
        changes=tuple(changed or ()),
        measure_waived=waive_measure,
        signed_bp=sign_bp,
        weight_confirmed=weight_confirmed,
    )


@command
async def not_given(course: str, session: str, *, code: SkipCode, bp: BP | None = None, how: How = How()) -> int:
    """The patient came and was not dosed.

    Example: starter.py not-given c-1a2b3c 3 --code blood_pressure --bp 172/104@09:00 --bp 170/101@09:20 --reason "BP"
    """
    async with desk() as at:
        readings = await _readings(at, course, bp or [])
    return await act(course, how, "not_given", session=session_id(session), code=code, readings=readings)


@command
async def session(
    course: str,
    session: str,
    *,
    mg: Decimal,
    started: Annotated[str, Parameter(help="when the infusion began")],
    minutes: int,
    weight_kg: Decimal | None = None,
    bp: BP | None = None,
    adverse: list[str] | None = None,
    serious: bool = False,
    left: Annotated[str, Parameter(help="when the patient left")] = "",
    how: How = How(),
) -> int:
    """Record what was given; mg/kg is computed.

    Example: starter.py session c-1a2b3c 1 --mg 35 --started "today 09:10" --minutes 40
    """
    async with desk() as at:
        readings = await _readings(at, course, bp or [])
    return await act(
        course,
        how,
        "session",
        times={"started_at": started, "left_at": left},
        session=session_id(session),
        mg=mg,
        minutes=minutes,
        weight_kg=weight_kg,
        readings=readings,
        adverse=tuple(adverse or ()),
        serious=serious,
    )


@command
async def abort(
    course: str,
    session: str,
    *,
    mg: Decimal,
    started: str,
    minutes: int,
    weight_kg: Decimal | None = None,
    serious: bool = False,
    how: How = How(),
) -> int:
    """Record an infusion that was stopped early; the course is held.

    Example: starter.py abort c-1a2b3c 2 --mg 12 --started "today 09:10" --minutes 14 --reason "vomiting"
    """
    return await act(
        course,
        how,
        "abort",
        times={"started_at": started},
        session=session_id(session),
        mg=mg,
        minutes=minutes,
        weight_kg=weight_kg,
        serious=serious,
    )


@command
async def cease(course: str, *, how: How = How()) -> int:
    """End the running series early; a prescriber's.

    Example: starter.py cease c-1a2b3c --reason "no benefit after five"
    """
    return await act_freeing(course, how, "cease")


@command
async def booster(course: str, when: str, *, early: bool = False, how: How = How()) -> int:
    """Book one maintenance session.

    Example: starter.py booster c-1a2b3c "2027-01-11 09:00"
    """
    return await act(course, how, "booster", times={"at": when}, early=early)


async def _readings(at: Desk, course: str, said: list[str]) -> tuple[dict[str, Any], ...]:
    zone = await at.zone(course)
    return tuple(_reading(one, lambda text: instant(f"today {text}", zone, at.now), at.now) for one in said)


def _reading(said: str, on_the_wall: Any, now: Any) -> dict[str, Any]:
    pressure, _, time = said.partition("@")
    systolic, _, diastolic = pressure.partition("/")
    if not (systolic.strip().isdigit() and diastolic.strip().isdigit()):
        raise CliError("--bp is a reading such as 128/80, or 128/80@09:05 with its time", USAGE)
    return {"at": on_the_wall(time) if time else now, "systolic": int(systolic), "diastolic": int(diastolic)}
