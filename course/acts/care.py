"""Acts of care between visits: holds, messages, escalations, tasks, notes, and who answers for the course."""

from typing import Annotated, Literal

from pydantic import Field

from course.acts.base import BaseAct, Line, OccasionRef, Prose, Ref
from course.model.base import Instant
from course.model.calendar import Zone
from course.model.need import CallOutcome
from course.model.terms import HoldCause, NeedKind


class PlaceHold(BaseAct):
    """Stop dosing until somebody releases it; `review_at` is at most seven days off."""

    action: Literal["hold"] = "hold"
    cause: HoldCause
    review_at: Instant | None = None


class ReviewHold(BaseAct):
    """The hold was reviewed and stays; it is looked at again at `review_at`."""

    action: Literal["review"] = "review"
    review_at: Instant


class ReleaseHold(BaseAct):
    """Dosing may go on; `asked_again` says that the absolute gates were asked again."""

    action: Literal["release"] = "release"
    asked_again: bool = False


class ChangeContact(BaseAct):
    """What the patient allows: channels, language, opt-out; and in which zone the patient lives now.

    `perhaps_the_visit` says that the word which opted out may have been meant for a visit.
    """

    action: Literal["contact"] = "contact"
    email: bool | None = None
    sms: bool | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    opt_out: bool | None = None
    perhaps_the_visit: bool = False
    zone: Zone | None = None


class Acknowledge(BaseAct):
    """The escalation has an owner now."""

    action: Literal["acknowledge"] = "acknowledge"


class ResolveItem(BaseAct):
    """A task is done, or an escalation has its signed disposition in `reason`."""

    action: Literal["resolve"] = "resolve"
    item: Ref


class AddNote(BaseAct):
    """A line on the course's page; `doubted` is what was far from plausible in what it tells of."""

    action: Literal["note"] = "note"
    text: Prose
    doubted: Line = ""


class RecordCall(BaseAct):
    """The patient was called about a row of the worklist: what came of it, and when to call again if it still waits."""

    action: Literal["call"] = "call"
    about: NeedKind
    outcome: CallOutcome
    again_at: Instant | None = None


class TakeReply(BaseAct):
    """The patient wrote; the words are in the store's inbox under `item`, and only there."""

    action: Literal["take_reply"] = "take_reply"
    item: Ref


class ReportLost(BaseAct):
    """A message that had been handed over did not arrive: its occasions, the one that it is known by first."""

    action: Literal["report_lost"] = "report_lost"
    occasions: Annotated[tuple[OccasionRef, ...], Field(min_length=1, max_length=20)]


class SignSafetyPlan(BaseAct):
    """A safety plan was made with the patient, and is signed."""

    action: Literal["safety_plan"] = "safety_plan"
    meaning: Line = "I have made or renewed a safety plan with this patient."


class Reassign(BaseAct):
    """Somebody else answers for the course, or only for the escalation `item`; `name` is the account's, as printed."""

    action: Literal["reassign"] = "reassign"
    item: Ref | None = None
    account: Ref
    name: Line
