"""Acts: everything that a person can do to a course, one strict model each."""

import hashlib
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from course.acts.base import BaseAct, Line, Ref, clean
from course.acts.care import (
    Acknowledge,
    AddNote,
    ChangeContact,
    PlaceHold,
    Reassign,
    RecordCall,
    ReleaseHold,
    ReportLost,
    ResolveItem,
    ReviewHold,
    SignSafetyPlan,
    TakeReply,
)
from course.acts.followup import (
    AskBooster,
    ChangeMedicine,
    KeepTherapy,
    LateEntry,
    RecordAttendance,
    RecordCheck,
    ReviewMedicine,
)
from course.acts.room import (
    AbortSession,
    CheckIn,
    GivenSession,
    NoShow,
    NotGiven,
    PatientLeaves,
    ReportEvent,
)
from course.model.base import Instant
from course.model.parts import Actor
from course.model.protocol.instrument import Answers, Total
from course.model.terms import Decision, EndCause, GateAnswer, SkipCode

Measured = Annotated[Decimal, Field(ge=0, le=100_000)]
Unit = Annotated[str, Field(max_length=16), AfterValidator(clean)]
UpperLimit = Annotated[Decimal, Field(gt=0, le=100_000)]


class LabResult(BaseModel):
    """One analyte of a laboratory result, with its unit and the laboratory's upper limit in that unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    analyte: Annotated[str, Field(max_length=32), AfterValidator(clean)] = ""
    value: Measured
    unit: Unit = ""
    upper_limit: UpperLimit | None = None


class RecordGate(BaseAct):
    """Answer an intake gate, and `also` others alike; `detail` names the escort or the drug.

    A laboratory result has its `value`, or `results` where it is a panel; the act is effective from the draw.
    """

    action: Literal["gate"] = "gate"
    gate: Ref
    also: tuple[Ref, ...] = Field((), max_length=100)
    answer: GateAnswer
    detail: Line = ""
    value: Measured | None = None
    unit: Unit = ""
    upper_limit: UpperLimit | None = None
    results: tuple[LabResult, ...] = Field((), max_length=20)


class SignClearance(BaseAct):
    """A prescriber signs that the course may begin."""

    action: Literal["clear"] = "clear"
    meaning: Line = "I have reviewed the intake and clear this patient for treatment."


class AmendOrder(BaseAct):
    """A prescriber changes the order: amount in the dose basis, minutes, ceiling in mg, sessions, weekdays.

    `no_chair` names the visits for which the site has no chair at that length: who sends the act has looked.
    """

    action: Literal["order"] = "order"
    amount: Decimal | None = None
    minutes: int | None = None
    max_mg: Decimal | None = None
    sessions: int | None = None
    weekdays: tuple[int, ...] | None = None
    no_chair: tuple[str, ...] = ()


class ScheduleSeries(BaseAct):
    """Plan the series from its first visit, or at the exact instants in `at`."""

    action: Literal["schedule"] = "schedule"
    first: Instant | None = None
    at: tuple[Instant, ...] = ()


class ConfirmVisit(BaseAct):
    """The patient will come; `escort` names nobody, it says that one is arranged."""

    action: Literal["confirm"] = "confirm"
    session: Ref
    escort: bool = True


class DeferVisit(BaseAct):
    """Move a visit, alone or with those after it; the session keeps its id."""

    action: Literal["defer"] = "defer"
    session: Ref
    to: Instant
    scope: Literal["only", "rest"] = "only"
    code: SkipCode = SkipCode.OTHER


class OmitVisit(BaseAct):
    """Leave a visit out for good; the series gets shorter by one."""

    action: Literal["omit"] = "omit"
    session: Ref
    code: SkipCode


class CeaseSeries(BaseAct):
    """End the running series early; what is planned is cancelled."""

    action: Literal["cease"] = "cease"


class RecordMeasure(BaseAct):
    """A questionnaire's answers, None where one is blank, or its total.

    `timed` says whether the time of day in `effective_at` is known.
    """

    action: Literal["measure"] = "measure"
    instrument: Ref
    answers: Answers = ()
    total: Total | None = None
    timed: bool = True


class Evaluate(BaseAct):
    """A prescriber's signed decision, and beside it what the patient wishes, in the patient's words."""

    action: Literal["evaluate"] = "evaluate"
    decision: Decision
    sessions: Annotated[int, Field(ge=1, le=30)] | None = None
    interval_days: Annotated[int, Field(ge=1, le=365)] | None = None
    as_needed: bool = False
    wish: Annotated[Line, Field(max_length=400)] = ""


class BookBooster(BaseAct):
    """Book one maintenance session; `early` before its window."""

    action: Literal["booster"] = "booster"
    at: Instant
    early: bool = False


class ChangeInterval(BaseAct):
    """Change the days between boosters; None makes them as needed."""

    action: Literal["interval"] = "interval"
    interval_days: Annotated[int, Field(ge=1, le=365)] | None = None


class Discharge(BaseAct):
    """End the course by a prescriber's decision; `to` is the clinic that a transferred patient goes to."""

    action: Literal["discharge"] = "discharge"
    cause: EndCause = EndCause.DISCHARGED
    to: Line = ""


class Withdraw(BaseAct):
    """The patient ends the course."""

    action: Literal["withdraw"] = "withdraw"
    code: SkipCode = SkipCode.CHOICE


class Correct(BaseAct):
    """Put a score, a dose or an entry (`entry17`, by `text`) right; the earlier value stays visible on the page."""

    action: Literal["correct"] = "correct"
    item: Ref
    text: Line = ""
    answers: Answers = ()
    total: Total | None = None
    mg: Annotated[Decimal, Field(gt=0, le=2000, decimal_places=2)] | None = None
    weight_kg: Annotated[Decimal, Field(gt=20, lt=400)] | None = None
    started_at: Instant | None = None
    minutes: Annotated[int, Field(ge=0, le=600)] | None = None
    second: Actor | None = None


class VoidItem(BaseAct):
    """A score, a dose, an adverse event or an entry that belongs to another chart."""

    action: Literal["void"] = "void"
    item: Ref
    second: Actor | None = None


class Reopen(BaseAct):
    """Take a closed course up again inside its amendment period; a death that was none takes a second signature."""

    action: Literal["reopen"] = "reopen"
    second: Actor | None = None


Act = Annotated[
    RecordGate | SignClearance | AmendOrder | ScheduleSeries | ConfirmVisit | DeferVisit | OmitVisit | NoShow | CheckIn
    | NotGiven | GivenSession | AbortSession | CeaseSeries | RecordMeasure | Evaluate | PlaceHold | ReviewHold
    | ReleaseHold | BookBooster | ChangeInterval | ChangeContact | Acknowledge | ResolveItem | AddNote | RecordCall
    | TakeReply | ReportLost | Reassign | SignSafetyPlan | PatientLeaves | ReportEvent | Discharge | Withdraw | Correct
    | VoidItem | Reopen | KeepTherapy | RecordAttendance | ChangeMedicine | ReviewMedicine | RecordCheck | AskBooster
    | LateEntry,
    Field(discriminator="action"),
]  # fmt: skip
ACT: TypeAdapter[Act] = TypeAdapter(Act)


class ActEnvelope(BaseModel):
    """The one argument of the `act` update."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    act: Act


def digest(act: BaseAct) -> str:
    """A short fingerprint of what an act says, without when, by which proof, and to how full a site it was sent."""
    proofs = {"proof", "signature"}
    value = act.model_dump_json(
        exclude={"request_id": True, "made_at": True, "actor": proofs, "second": proofs, "no_chair": True},
        exclude_defaults=True,
    )
    return hashlib.sha256(value.encode()).hexdigest()[:16]
