"""Visits from the command line: planning, moving, boosters."""

from typing import Annotated, Literal

from cyclopts import Parameter

from cli.session import ActOptions, act, act_freeing, command
from course.model.terms import SkipCode
from services.typed.naming import session_id


@command
async def schedule(
    course: str,
    *,
    first: Annotated[str, Parameter(help="the first visit; the rest follow the order's weekdays")] = "",
    on: Annotated[list[str] | None, Parameter(help="one exact time; give it again for each visit")] = None,
    options: ActOptions = ActOptions(),
) -> int:
    """Plan all sessions of the series that are not yet planned.

    Example: starter.py schedule c-1a2b3c --first "2026-11-30 09:00"
    """
    return await act(course, options, "schedule", times={"first": first, "at": tuple(on or ())})


@command
async def confirm(course: str, session: str, *, escort: bool = True, options: ActOptions = ActOptions()) -> int:
    """Record that the patient will come.

    Example: starter.py confirm c-1a2b3c 3
    """
    return await act(course, options, "confirm", session=session_id(session), escort=escort)


@command
async def defer(
    course: str,
    session: str,
    to: str,
    *,
    scope: Literal["only", "rest"] = "only",
    code: SkipCode = SkipCode.OTHER,
    options: ActOptions = ActOptions(),
) -> int:
    """Move a visit, by itself or with those after it.

    Example: starter.py defer c-1a2b3c 3 "2026-12-05 09:00" --scope rest --code illness --reason "a cold"
    """
    return await act_freeing(
        course, options, "defer", times={"to": to}, session=session_id(session), scope=scope, code=code
    )


@command
async def omit(course: str, session: str, *, code: SkipCode, options: ActOptions = ActOptions()) -> int:
    """Leave a visit out for good.

    Example: starter.py omit c-1a2b3c 6 --code cost --reason "the patient cannot pay for it"
    """
    return await act_freeing(course, options, "omit", session=session_id(session), code=code)


@command
async def no_show(
    course: str, session: str, *, code: SkipCode | None = None, options: ActOptions = ActOptions()
) -> int:
    """Record that the patient did not come.

    Example: starter.py no-show c-1a2b3c 2
    """
    return await act(course, options, "no_show", session=session_id(session), code=code)


@command
async def cease(course: str, *, options: ActOptions = ActOptions()) -> int:
    """End the current series early; prescribers only.

    Example: starter.py cease c-1a2b3c --reason "no benefit after five"
    """
    return await act_freeing(course, options, "cease")


@command
async def booster(course: str, when: str, *, early: bool = False, options: ActOptions = ActOptions()) -> int:
    """Book one maintenance session.

    Example: starter.py booster c-1a2b3c "2027-01-11 09:00"
    """
    return await act(course, options, "booster", times={"at": when}, early=early)
