"""Forms of care between visits: questionnaires, decisions, holds, calls, tasks, the end."""

from course.model.messages import Receipt
from course.model.need import CallOutcome
from course.model.terms import Action, Decision, EndCause, HoldCause, SkipCode
from pages.acts import options
from pages.acts.form import ActForm, Field, Input, Typed, number, without, words, yes_or_no
from services.measures import GivenAnswers, correct_item, record_measure
from services.people.contact import ContactWishes, record_contact
from services.people.staffing import reassign
from services.session import ActRequest, StaffSession

CHOICE, NUMBER, TEXT, TICK, TIME = Input.CHOICE, Input.NUMBER, Input.TEXT, Input.TICK, Input.TIME
YES_NO = (("true", "yes"), ("false", "no"))


async def _measure(at: StaffSession, course: str, typed: Typed, request: ActRequest) -> Receipt:
    given = GivenAnswers(
        typed.get("instrument", ""),
        typed.get("answers", ""),
        number(typed.get("total", ""), "a total"),
        timed=typed.get("day_only") != "yes",
    )
    return await record_measure(at, course, given, without(request, "instrument", "answers", "total", "day_only"))


async def _contact(at: StaffSession, course: str, typed: Typed, request: ActRequest) -> Receipt:
    email, sms, out = (yes_or_no(typed.get(name, "")) for name in ("email", "sms", "opt_out"))
    wishes = ContactWishes(email, sms, typed.get("language") or None, out, typed.get("zone", "").strip())
    return await record_contact(at, course, wishes, request)


async def _correct(at: StaffSession, course: str, typed: Typed, request: ActRequest) -> Receipt:
    return await correct_item(at, course, typed.get("answers", ""), without(request, "answers"))


async def _reassign(at: StaffSession, course: str, typed: Typed, request: ActRequest) -> Receipt:
    return await reassign(at, course, typed.get("account", "").strip(), typed.get("item") or None, request)


FORMS = (
    ActForm(
        Action.MEASURE,
        "Enter a questionnaire",
        (
            Field("instrument", "Questionnaire", CHOICE, options.instruments, required=True),
            Field("answers", "Answers", help="one for each item, in order: 1,2,0,-,1 with - for a blank"),
            Field("total", "Or the total", NUMBER),
            Field("day_only", "Only the day is known, not the time", TICK),
        ),
        send=_measure,
    ),
    ActForm(
        Action.EVALUATE,
        "Evaluate",
        (
            Field("decision", "Decision", CHOICE, words(Decision), required=True),
            Field("sessions", "How many sessions more", NUMBER, help="for extend and reinduct"),
            Field("interval_days", "Days between boosters", NUMBER, help="for maintenance"),
            Field("as_needed", "Boosters as needed", TICK),
            Field("wish", "What the patient wishes, in their words"),
        ),
        follows="The computed outcome decides nothing: what you sign is your own decision.",
        button="Sign the decision",
        beside=options.readings,
    ),
    ActForm(
        Action.HOLD,
        "Hold the course",
        (
            Field("cause", "Cause", CHOICE, words(HoldCause), required=True),
            Field("review_at", "Review it", TIME, help="at most seven days off"),
        ),
        follows="No dose is given until somebody releases the hold.",
        button="Hold",
    ),
    ActForm(
        Action.REVIEW,
        "Review the hold",
        (Field("review_at", "Look again", TIME, required=True),),
        button="Keep the hold",
    ),
    ActForm(
        Action.RELEASE,
        "Release the hold",
        (Field("asked_again", "The absolute exclusions were asked again", TICK),),
        follows="Dosing may go on.",
        button="Release",
    ),
    ActForm(
        Action.INTERVAL,
        "Change the interval",
        (Field("interval_days", "Days between boosters", NUMBER, help="empty: as needed"),),
    ),
    ActForm(
        Action.CONTACT,
        "What the patient allows",
        (
            Field("email", "Letters by e-mail", CHOICE, YES_NO),
            Field("sms", "Text messages", CHOICE, YES_NO),
            Field("opt_out", "Wants no messages at all", CHOICE, YES_NO),
            Field("language", "Language of letters", help="two letters: en, es"),
            Field("zone", "Lives in another time zone", help="Europe/Berlin"),
        ),
        send=_contact,
    ),
    ActForm(
        Action.ACKNOWLEDGE,
        "Acknowledge the escalation",
        follows="You answer for it now; the escalations of the patient's other courses too.",
        button="Acknowledge",
        dated=False,
    ),
    ActForm(
        Action.SAFETY_PLAN, "Sign a safety plan", button="Sign", follows="A plan was made or renewed with the patient."
    ),
    ActForm(
        Action.RESOLVE,
        "Close a task or an escalation",
        (Field("item", "Which", CHOICE, options.items, required=True),),
        follows="An escalation takes its disposition as the reason.",
        button="Close it",
        reasoned=True,
    ),
    ActForm(Action.NOTE, "Write a note", (Field("text", "Note", TEXT, required=True),)),
    ActForm(
        Action.CALL,
        "Record a call",
        (
            Field("about", "About", CHOICE, options.waiting, required=True),
            Field("outcome", "Outcome", CHOICE, words(CallOutcome), required=True),
            Field("again_at", "Call again", TIME, help="by default in a week, if it still waits"),
        ),
    ),
    ActForm(
        Action.REASSIGN,
        "Give the course to somebody else",
        (
            Field("account", "Account of the prescriber", required=True),
            Field("item", "Only this escalation", CHOICE, options.items),
        ),
        send=_reassign,
    ),
    ActForm(
        Action.DISCHARGE,
        "Discharge",
        (
            Field("cause", "Cause", CHOICE, words(EndCause), required=True),
            Field("to", "Clinic that a transferred patient goes to"),
        ),
        follows="The course ends; what is planned is cancelled, and the patient is told.",
        button="Discharge",
    ),
    ActForm(
        Action.WITHDRAW,
        "The patient ends the course",
        (Field("code", "Why", CHOICE, words(SkipCode), required=True),),
        follows="The course ends; what is planned is cancelled.",
        button="End the course",
    ),
    ActForm(Action.REOPEN, "Reopen the course", second=True, button="Reopen"),
    ActForm(
        Action.CORRECT,
        "Put something right",
        (
            Field("item", "What", CHOICE, options.recorded, required=True),
            Field("text", "How the entry should read"),
            Field("answers", "Answers"),
            Field("total", "Total", NUMBER),
            Field("mg", "Dose in mg", NUMBER),
            Field("weight_kg", "Weight in kg", NUMBER),
            Field("started_at", "The infusion began", TIME),
            Field("minutes", "Minutes", NUMBER),
        ),
        follows="The earlier value stays visible. A dose takes a second signature.",
        second=True,
        send=_correct,
    ),
    ActForm(
        Action.VOID,
        "Void what belongs to another chart",
        (Field("item", "What", CHOICE, options.recorded, required=True),),
        second=True,
        button="Void",
    ),
)
"""Care between visits."""
