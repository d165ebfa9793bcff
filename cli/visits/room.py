"""The treatment room from the command line: the check, the infusion, how the patient was, leaving."""

import sys
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from cli.output import answer
from cli.session import ActOptions, act, command, staff_session
from course.model.terms import SkipCode
from services.session import ActRequest, sentence
from services.typed.naming import session_id
from services.typed.vitals import SAY_EVENT
from services.visits.treatment_room import Leaving, RoomNotes, adverse_event, namesakes, record_in_room

BP = Annotated[
    list[str],
    Parameter(help="a reading: 128/80, 128/80 72 98 s5 d0 with pulse, SpO2, MOAA/S, dissociation; @09:05"),
]
Adverse = Annotated[list[str], Parameter(help=f"{SAY_EVENT}; again for more")]


@Parameter(name="*")
@dataclass(frozen=True)
class LeavingOptions:
    """How the patient left."""

    left: Annotated[str, Parameter(help="when the patient left")] = ""
    awake: Annotated[bool, Parameter(negative="", help="awake on leaving")] = False
    walking: Annotated[bool, Parameter(negative="", help="walking safely on leaving")] = False
    with_escort: Annotated[bool, Parameter(negative="", help="the escort was there")] = False
    gone: Annotated[bool, Parameter(negative="", help="the patient left before anybody had let them go")] = False

    def leaving(self, otherwise: str = "") -> Leaving:
        """How the patient left; `otherwise` is when, if that was not said."""
        return Leaving(self.left or otherwise, self.awake, self.walking, self.with_escort, self.gone)


@Parameter(name="*")
@dataclass(frozen=True)
class Infusion:
    """What was given, how the patient was in the room, and how they left."""

    mg: Decimal
    started: Annotated[str, Parameter(help="when the infusion began")]
    minutes: int
    weight_kg: Decimal | None = None
    bp: BP | None = None
    adverse: Adverse | None = None
    left: LeavingOptions = LeavingOptions()
    comfort: Annotated[int | None, Parameter(help="in the room, from 0 (unbearable) to 10 (entirely comfortable)")] = (
        None
    )
    comfort_word: Annotated[str, Parameter(help="the patient's own word for it")] = ""


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
    asked: Annotated[
        bool,
        Parameter(help="asked: new medicines, possible pregnancy, illness, substances, elation, urinary symptoms"),
    ] = False,
    planned_mg: Decimal | None = None,
    changed: Annotated[
        list[str] | None, Parameter(help="a gate that has changed; an absolute exclusion holds the course at once")
    ] = None,
    changed_at: Annotated[str, Parameter(help="since when, if not now")] = "",
    waive_measure: Annotated[str, Parameter(help="why the questionnaire may be missing")] = "",
    sign_for: Annotated[
        str,
        Parameter(help="why a prescriber doses although signs or a suicide screen are missing, old or out of range"),
    ] = "",
    weight_confirmed: bool = False,
    options: ActOptions = ActOptions(),
) -> int:
    """The check before dosing: cleared, or every reason why not.

    Example: starter.py check-in c-1a2b3c 1 --weight-kg 70 --bp "128/80 72 98 s5 d0" --identifiers 2 --escort --fasting
    --asked
    """
    request = options.request(
        "check_in",
        times={"changed_at": changed_at},
        session=session_id(session),
        weight_kg=weight_kg,
        identifiers=identifiers,
        escort=escort,
        fasting=fasting,
        asked=asked,
        planned_mg=planned_mg,
        changes=tuple(changed or ()),
        measure_waived=waive_measure,
        signed_for=sign_for,
        weight_confirmed=weight_confirmed,
    )
    async with staff_session() as at:
        for one in () if options.json else await namesakes(at, course):
            print(f"note: {one} is of another patient of a like name: check name and birth date", file=sys.stderr)
        receipt = await record_in_room(at, course, RoomNotes(tuple(bp)), request)
    return answer(receipt, sentence(receipt), json_=options.json)


@command
async def not_given(
    course: str, session: str, *, code: SkipCode, bp: BP | None = None, options: ActOptions = ActOptions()
) -> int:
    """Record that the patient came and was not dosed.

    Example: starter.py not-given c-1a2b3c 3 --code blood_pressure --bp 172/104@09:00 --bp 170/101@09:20 --reason "BP"
    """
    request = options.request("not_given", session=session_id(session), code=code)
    return await _in_room(course, RoomNotes(tuple(bp or ())), request, options)


@command
async def session(course: str, session: str, *, given: Infusion, options: ActOptions = ActOptions()) -> int:
    """Record what was given; mg/kg is calculated.

    Example: starter.py session c-1a2b3c 1 --mg 35 --started "today 09:10" --minutes 40 --bp "134/84 80 98@09:25"
    """
    return await _infused("session", course, session, given, options)


@command
async def abort(course: str, session: str, *, given: Infusion, options: ActOptions = ActOptions()) -> int:
    """Record an infusion that was stopped early; the course is held.

    Example: starter.py abort c-1a2b3c 2 --mg 12 --started "today 09:10" --minutes 14 --reason "vomiting"
    """
    return await _infused("abort", course, session, given, options)


@command
async def leave(
    course: str,
    session: str,
    *,
    bp: BP | None = None,
    left: LeavingOptions = LeavingOptions(),
    options: ActOptions = ActOptions(),
) -> int:
    """Let the patient leave after an infusion; refused, saying what is missing, until the criteria are met.

    Example: starter.py leave c-1a2b3c 1 --left now --awake --walking --with-escort --bp "124/80 70 98 s5 d0"
    """
    notes = RoomNotes(tuple(bp or ()), leaving=left.leaving("now"))
    return await _in_room(course, notes, options.request("leave", session=session_id(session)), options)


@command
async def event(
    course: str,
    what: Annotated[str, Parameter(help=SAY_EVENT)],
    *,
    session: Annotated[str, Parameter(help="the visit that it belongs to")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Report an adverse event, between visits or after one was recorded; serious ones hold and escalate.

    Example: starter.py event c-1a2b3c "headache, mild" --session 3
    """
    return await act(course, options, "event", adverse=adverse_event(what), of_session=session_id(session) or None)


async def _infused(action: str, course: str, session: str, given: Infusion, options: ActOptions) -> int:
    request = options.request(
        action,
        times={"started_at": given.started},
        session=session_id(session),
        mg=given.mg,
        minutes=given.minutes,
        weight_kg=given.weight_kg,
        comfort=given.comfort,
        comfort_word=given.comfort_word,
    )
    notes = RoomNotes(tuple(given.bp or ()), tuple(given.adverse or ()), given.left.leaving())
    return await _in_room(course, notes, request, options)


async def _in_room(course: str, notes: RoomNotes, request: ActRequest, options: ActOptions) -> int:
    async with staff_session() as at:
        receipt = await record_in_room(at, course, notes, request)
    return answer(receipt, sentence(receipt), json_=options.json)
