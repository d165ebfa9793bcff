"""Acts beside the infusions: therapies, medicines, long-term checks, requests, and what is written down late."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from course.acts.base import BaseAct, Line, Prose, Ref
from course.model.base import Instant
from course.model.parts import Actor


class KeepTherapy(BaseAct):
    """Begin an adjunctive therapy, change its cadence (`therapy` names it), or end it."""

    action: Literal["therapy"] = "therapy"
    therapy: Ref | None = None
    name: Annotated[Line, Field(max_length=80)] = ""
    every_days: Annotated[int, Field(ge=1, le=365)] | None = None
    next_at: Instant | None = None
    ends: bool = False


class RecordAttendance(BaseAct):
    """Whether the patient came to a therapy; the next one follows by its cadence, or as said."""

    action: Literal["attend"] = "attend"
    therapy: Ref
    came: bool
    next_at: Instant | None = None


class ChangeMedicine(BaseAct):
    """A change of a medicine: reported by the patient, or ordered by a prescriber with a date of review.

    With `at_intake` it is no change: `now` is what is taken as treatment begins, and `none` is an empty list.
    """

    action: Literal["medicine"] = "medicine"
    name: Annotated[Line, Field(min_length=1, max_length=80)]
    was: Annotated[Line, Field(max_length=80)] = ""
    now: Annotated[Line, Field(max_length=80)] = ""
    starts: Instant
    ordered: bool = False
    at_intake: bool = False
    review_at: Instant | None = None


class ReviewMedicine(BaseAct):
    """A prescriber has looked at an ordered change; `review_at` asks for another look."""

    action: Literal["review_medicine"] = "review_medicine"
    medicine: Ref
    review_at: Instant | None = None


class RecordCheck(BaseAct):
    """A long-term check was asked; `positive` makes it a prescriber's task, but for the baseline at intake."""

    action: Literal["check"] = "check"
    check: Ref
    positive: bool
    detail: Line = ""


class AskBooster(BaseAct):
    """The patient asks for a booster; it books nothing."""

    action: Literal["ask_booster"] = "ask_booster"


class LateEntry(BaseAct):
    """Something that happened and was not written down then, in closed courses too; a dose takes a second signature.

    `effective_at` is when it happened. With `mg` it is an infusion that no visit knows; `died` says that the patient
    has died.
    """

    action: Literal["late_entry"] = "late_entry"
    text: Annotated[Prose, Field(min_length=1)]
    mg: Annotated[Decimal, Field(gt=0, le=2000, decimal_places=2)] | None = None
    minutes: Annotated[int, Field(gt=0, le=600)] | None = None
    weight_kg: Annotated[Decimal, Field(gt=20, lt=400)] | None = None
    serious: bool = False
    died: bool = False
    second: Actor | None = None
