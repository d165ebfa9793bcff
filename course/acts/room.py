"""Acts of the treatment room: the check before a dose, what was given, how the patient was, who let the patient go."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from course.acts.base import BaseAct, Line, Ref
from course.model.base import Instant
from course.model.terms import Severity, SkipCode

Minutes = Annotated[int, Field(gt=0, le=600)]
Mg = Annotated[Decimal, Field(gt=0, le=2000, decimal_places=2)]
WeightKg = Annotated[Decimal, Field(gt=20, lt=400)]
Comfort = Annotated[int, Field(ge=0, le=10)]
Word = Annotated[Line, Field(max_length=40)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reading(_Part):
    """Blood pressure in mmHg, heart rate per minute, SpO2 in percent, at an instant.

    `sedation` is the MOAA/S score, 5 alert to 0 no response; `dissociation` is 0 none to 10 complete.
    """

    at: Instant
    systolic: Annotated[int, Field(ge=40, le=300)]
    diastolic: Annotated[int, Field(ge=20, le=200)]
    heart_rate: Annotated[int, Field(ge=20, le=250)] | None = None
    spo2: Annotated[int, Field(ge=50, le=100)] | None = None
    sedation: Annotated[int, Field(ge=0, le=5)] | None = None
    dissociation: Annotated[int, Field(ge=0, le=10)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.systolic <= self.diastolic:
            raise ValueError("of a blood pressure the first number is the higher one: type it again")
        return self


class Adverse(_Part):
    """An adverse event: what it was, how severe, whether serious, what was done about it."""

    term: Annotated[Line, Field(min_length=1, max_length=80)]
    severity: Severity
    serious: bool = False
    action: Annotated[Line, Field(max_length=200)] = ""


class Leaving(_Part):
    """How the patient was on leaving; `gone` says that the patient left and nobody had let them go."""

    at: Instant
    awake: bool = False
    walking: bool = False
    escort: bool = False
    gone: bool = False


class NoShow(BaseAct):
    """The patient did not come; `code` says why, once that is known."""

    action: Literal["no_show"] = "no_show"
    session: Ref
    code: SkipCode | None = None


class CheckIn(BaseAct):
    """The pre-dose check: identifiers, weight, escort, fasting, vital signs, and what was asked.

    `asked` says that new medicines, a possible pregnancy, illness, substances, elation and urinary symptoms were asked
    about; `changes` names the gates that have changed, from `changed_at` on. `signed_for` is a prescriber's reason to
    dose in spite of vital signs that are missing, old or outside their limits, or of a suicide screen that is.
    """

    action: Literal["check_in"] = "check_in"
    session: Ref
    identifiers: Annotated[int, Field(ge=0, le=4)] = 0
    weight_kg: WeightKg
    weight_confirmed: bool = False
    escort: bool
    fasting: bool
    asked: bool = False
    readings: tuple[Reading, ...]
    changes: tuple[Ref, ...] = ()
    changed_at: Instant | None = None
    planned_mg: Mg | None = None
    measure_waived: Line = ""
    signed_for: Line = ""


class NotGiven(BaseAct):
    """The patient came and was not dosed; this is not a no-show."""

    action: Literal["not_given"] = "not_given"
    session: Ref
    code: SkipCode
    readings: tuple[Reading, ...] = ()


class GivenSession(BaseAct):
    """What was given: mg, minutes, weight, vitals; mg/kg is computed, never typed.

    `comfort` is how the patient found the room, 0 not bearable to 10 wholly comfortable, and `comfort_word` the
    patient's own word for it; they decide nothing.
    """

    action: Literal["session"] = "session"
    session: Ref
    started_at: Instant
    minutes: Minutes
    mg: Mg
    weight_kg: WeightKg | None = None
    readings: tuple[Reading, ...] = ()
    adverse: tuple[Adverse, ...] = ()
    leaving: Leaving | None = None
    comfort: Comfort | None = None
    comfort_word: Word = ""


class AbortSession(BaseAct):
    """An infusion stopped before its end; places a hold. `comfort` is said as in a session."""

    action: Literal["abort"] = "abort"
    session: Ref
    started_at: Instant
    minutes: Annotated[int, Field(ge=0, le=600)]
    mg: Annotated[Decimal, Field(ge=0, le=2000, decimal_places=2)]
    weight_kg: WeightKg | None = None
    readings: tuple[Reading, ...] = ()
    adverse: tuple[Adverse, ...] = ()
    leaving: Leaving | None = None
    comfort: Comfort | None = None
    comfort_word: Word = ""


class PatientLeaves(BaseAct):
    """The patient leaves after an infusion; `readings` may hold the last blood pressure."""

    action: Literal["leave"] = "leave"
    session: Ref
    leaving: Leaving
    readings: tuple[Reading, ...] = ()


class ReportEvent(BaseAct):
    """An adverse event between visits, or one that came out after a visit was recorded; `session` where it belongs."""

    action: Literal["event"] = "event"
    adverse: Adverse
    of_session: Ref | None = None
