"""Forms of visits: planning, confirming, moving, and what became of one."""

from dataclasses import replace
from typing import Any

from course.model.messages import Receipt
from course.model.terms import Action, SessionStatus, SkipCode
from pages.acts import options
from pages.acts.form import ActForm, Field, Input, Typed, several, without, words
from services.session import ActRequest, StaffSession
from services.visits.freed_chairs import perform_freeing
from services.visits.treatment_room import Leaving, RoomNotes, adverse_event, record_in_room

CHOICE, NUMBER, TICK, TIME = Input.CHOICE, Input.NUMBER, Input.TICK, Input.TIME
PLANNED, CONFIRMED, ARRIVED = SessionStatus.PLANNED, SessionStatus.CONFIRMED, SessionStatus.ARRIVED
SCOPES = (("only", "this visit alone"), ("rest", "this visit and those after it"))
CODES = words(SkipCode)
ASKED = "Asked: new medicines, possible pregnancy, illness, substances, elation, urinary symptoms"
BP = Field("bp", "Blood pressure", help='several with ; between them: "128/80 72 98 s5 d0 @09:05"')
GIVEN = (
    Field("mg", "Dose given, in mg", NUMBER, required=True),
    Field("started_at", "The infusion began", TIME, required=True),
    Field("minutes", "Minutes", NUMBER, required=True),
    Field("weight_kg", "Weight in kg", NUMBER),
    BP,
    Field("events", "Adverse events", help='several with ; between them: "nausea, mild"'),
    Field("comfort", "How the patient found the room, 0 to 10", NUMBER),
    Field("comfort_word", "In a word"),
    Field("left", "The patient left", TIME),
    Field("awake", "Awake", TICK),
    Field("walking", "Walking", TICK),
    Field("with_escort", "With the escort", TICK),
)


def _which(*statuses: SessionStatus) -> Field:
    return Field("session", "Visit", CHOICE, options.visits(*statuses), required=True)


async def _freeing(at: StaffSession, course: str, _: Typed, request: ActRequest) -> Receipt:
    return (await perform_freeing(at, course, request)).receipt


async def _in_room(at: StaffSession, course: str, typed: Typed, request: ActRequest) -> Receipt:
    ticked = {name: typed.get(name) == "yes" for name in ("awake", "walking")}
    leaving = Leaving(typed.get("left", "").strip(), **ticked, escort=typed.get("with_escort") == "yes")
    notes = RoomNotes(several(typed.get("bp", "")), several(typed.get("events", "")), leaving)
    own = without(request, "bp", "events", "awake", "walking", "with_escort")
    times = {name: value for name, value in own.times.items() if name != "left"}
    return await record_in_room(at, course, notes, replace(own, times=times))


async def _event(at: StaffSession, course: str, typed: Typed, request: ActRequest) -> Receipt:
    adverse: dict[str, Any] = {"adverse": adverse_event(typed.get("what", ""))}
    return await at.perform(course, replace(request, details={**without(request, "what").details, **adverse}))


FORMS = (
    ActForm(
        Action.SCHEDULE,
        "Plan the visits",
        (Field("first", "First visit", TIME, required=True, help="the others follow on the order's weekdays"),),
        button="Plan",
        dated=False,
    ),
    ActForm(
        Action.CONFIRM,
        "Confirm a visit",
        (_which(PLANNED), Field("escort", "An escort is arranged", TICK)),
        button="Confirm",
    ),
    ActForm(
        Action.DEFER,
        "Move a visit",
        (
            _which(PLANNED, CONFIRMED),
            Field("to", "To", TIME, required=True),
            Field("scope", "Move", CHOICE, SCOPES, required=True),
            Field("code", "Why", CHOICE, CODES, required=True),
        ),
        follows="The patient is told of the new day.",
        button="Move",
        send=_freeing,
    ),
    ActForm(
        Action.OMIT,
        "Leave a visit out",
        (_which(PLANNED, CONFIRMED, ARRIVED), Field("code", "Why", CHOICE, CODES, required=True)),
        follows="The series gets shorter by one.",
        button="Leave out",
        send=_freeing,
    ),
    ActForm(
        Action.NO_SHOW,
        "The patient did not come",
        (_which(PLANNED, CONFIRMED), Field("code", "Why, if known", CHOICE, CODES)),
    ),
    ActForm(
        Action.NOT_GIVEN,
        "Came, and was not dosed",
        (_which(PLANNED, CONFIRMED, ARRIVED), Field("code", "Why", CHOICE, CODES, required=True), BP),
        send=_in_room,
    ),
    ActForm(
        Action.CHECK_IN,
        "Check before the dose",
        (
            _which(PLANNED, CONFIRMED, ARRIVED),
            Field("weight_kg", "Weight in kg", NUMBER, required=True),
            Field("weight_confirmed", "The weight was taken twice", TICK),
            Field("identifiers", "Identifiers checked", NUMBER, help="how many: name, birth date, ..."),
            Field("escort", "An escort is here or will come", TICK),
            Field("fasting", "Fasting as asked", TICK),
            Field(
                "asked",
                "Asked: new medicines, possible pregnancy, illness, substances, elation, urinary symptoms",
                TICK,
            ),
            BP,
            Field("planned_mg", "Planned dose in mg", NUMBER),
            Field("measure_waived", "Why the questionnaire may be missing"),
            Field("signed_for", "Why a prescriber doses all the same"),
        ),
        button="Check",
        send=_in_room,
    ),
    ActForm(Action.SESSION, "Record an infusion", (_which(PLANNED, CONFIRMED, ARRIVED), *GIVEN), send=_in_room),
    ActForm(
        Action.ABORT,
        "Record an infusion that was stopped",
        (_which(PLANNED, CONFIRMED, ARRIVED), *GIVEN),
        follows="The course is held.",
        send=_in_room,
    ),
    ActForm(
        Action.LEAVE,
        "The patient leaves",
        (
            _which(SessionStatus.GIVEN, SessionStatus.ABORTED),
            Field("left", "Left", TIME, required=True),
            Field("awake", "Awake", TICK),
            Field("walking", "Walking", TICK),
            Field("with_escort", "With the escort", TICK),
            BP,
        ),
        send=_in_room,
    ),
    ActForm(
        Action.EVENT,
        "Report an adverse event",
        (
            Field("what", "What happened", required=True, help='"headache, mild"; add "serious" where it is'),
            Field("of_session", "Belongs to", CHOICE, options.visits()),
        ),
        send=_event,
    ),
    ActForm(
        Action.CEASE, "End the series early", follows="What is planned is cancelled.", button="End it", send=_freeing
    ),
    ActForm(
        Action.BOOSTER,
        "Book a booster",
        (Field("at", "When", TIME, required=True), Field("early", "Before its window", TICK)),
        button="Book",
        dated=False,
    ),
    ActForm(Action.ASK_BOOSTER, "The patient asks for a booster", follows="This books nothing."),
)
"""What happens with visits."""
