"""Forms beside the infusions, and those of the intake: therapies, medicines, checks, gates, clearance, the order."""

from course.model.messages import Receipt
from course.model.terms import Action, GateAnswer
from pages.acts import options
from pages.acts.form import ActForm, Field, Input, Typed, words
from services.gates import answer_gates
from services.session import ActRequest, StaffSession

CHOICE, NUMBER, TEXT, TICK, TIME = Input.CHOICE, Input.NUMBER, Input.TEXT, Input.TICK, Input.TIME


async def _gate(at: StaffSession, course: str, typed: Typed, request: ActRequest) -> Receipt:
    answer = GateAnswer(typed.get("answer", ""))
    return await answer_gates(at, course, typed.get("gate", ""), answer, request, detail=typed.get("detail", ""))


FORMS = (
    ActForm(
        Action.GATE,
        "Answer a gate",
        (
            Field("gate", "Gate", CHOICE, options.gates, required=True),
            Field("answer", "Answer", CHOICE, words(GateAnswer), required=True),
            Field("detail", "Detail", help="who the escort is, which drug, what was seen"),
        ),
        send=_gate,
    ),
    ActForm(
        Action.CLEAR,
        "Sign clearance",
        follows="I have reviewed the intake and clear this patient for treatment.",
        button="Sign",
        dated=False,
    ),
    ActForm(
        Action.ORDER,
        "Change the order",
        (
            Field("amount", "Amount in the protocol's dose basis", NUMBER),
            Field("minutes", "Minutes", NUMBER),
            Field("max_mg", "At most, in mg", NUMBER),
            Field("sessions", "Sessions", NUMBER),
        ),
        button="Sign the order",
        dated=False,
    ),
    ActForm(
        Action.THERAPY,
        "A therapy beside the infusions",
        (
            Field("therapy", "One that runs", CHOICE, options.therapies, help="empty: a new one"),
            Field("name", "Or a new one"),
            Field("every_days", "Days from one to the next", NUMBER),
            Field("next_at", "Next", TIME),
            Field("ends", "It ends", TICK),
        ),
    ),
    ActForm(
        Action.ATTEND,
        "Record attendance",
        (
            Field("therapy", "Therapy", CHOICE, options.therapies, required=True),
            Field("came", "The patient came", TICK),
            Field("next_at", "Next", TIME),
        ),
    ),
    ActForm(
        Action.MEDICINE,
        "A change of a medicine",
        (
            Field("name", "Medicine", required=True),
            Field("was", "Dose before", help="empty: it is new"),
            Field("now", "Dose now", help="empty: it was stopped"),
            Field("starts", "From", TIME, required=True),
            Field("ordered", "Ordered here by a prescriber", TICK),
            Field("at_intake", "Taken as treatment begins", TICK),
            Field("review_at", "Reviewed", TIME, help="an order needs it"),
        ),
    ),
    ActForm(
        Action.REVIEW_MEDICINE,
        "Review a medicine",
        (
            Field("medicine", "Medicine", CHOICE, options.medicines, required=True),
            Field("review_at", "Look again", TIME),
        ),
        button="Sign the review",
    ),
    ActForm(
        Action.CHECK,
        "Record a long-term check",
        (
            Field("check", "Check", CHOICE, options.checks, required=True),
            Field("positive", "The answer is yes", TICK),
            Field("detail", "Detail"),
        ),
    ),
    ActForm(
        Action.LATE_ENTRY,
        "Write down something late",
        (
            Field("text", "What happened", TEXT, required=True),
            Field("mg", "An infusion that no visit knows: mg", NUMBER),
            Field("minutes", "Minutes", NUMBER),
            Field("weight_kg", "Weight in kg", NUMBER),
            Field("serious", "A serious event", TICK),
            Field("died", "The patient has died", TICK),
        ),
        second=True,
    ),
)
"""Beside the infusions, and the intake."""
