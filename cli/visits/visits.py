"""Visits from the command line: planning, moving, boosters."""

from typing import Annotated, Literal

from cyclopts import Parameter

from cli.desk import How, act, command, desk, session_id
from cli.visits.freeing import act_freeing
from course.model.terms import SkipCode
from services.typed.times import instant


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
async def no_show(course: str, session: str, *, code: SkipCode | None = None, how: How = How()) -> int:
    """The patient did not come.

    Example: starter.py no-show c-1a2b3c 2
    """
    return await act(course, how, "no_show", session=session_id(session), code=code)


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
