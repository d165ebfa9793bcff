"""What goes in and out of the workflow and its activities."""

from pydantic import Field

from course.model.base import Carried, Instant
from course.model.calendar import Calendar, Zone
from course.model.parts import Actor, Order
from course.model.protocol.instrument import Instrument
from course.model.protocol.protocol import Protocol
from course.model.record import CourseRecord
from course.model.shared import Shared
from course.model.terms import Audience, EndCause, OccasionKind, OccasionState, Role


class CourseOrder(Carried):
    """What a course starts from; after a page turn `carried`, the record so far, stands for the rest.

    `doubted` is what was far from plausible about the person, and was looked at again by whoever enrolled.
    `asks_apart` is so since questionnaires are asked by an activity of their own; a course keeps to how it began.
    """

    course_id: str
    patient_id: str
    site: str
    owner: str
    owner_name: str = ""
    protocol: Shared[Protocol] | None = None
    instruments: dict[str, Shared[Instrument]] = Field(default_factory=dict)
    calendar: Calendar | None = None
    patient_zone: Shared[Zone] | None = None
    language: str = "en"
    email_consent: bool = False
    sms_consent: bool = False
    order: Order | None = None
    enrolled_by: Actor
    enrolled_at: Instant
    reason: str = ""
    request_id: str = ""
    doubted: str = ""
    amendment_days: int = 30
    safety_plan_days: int = 0
    turn_after_days: int = 30
    asks_apart: bool = False
    carried: CourseRecord | None = None

    def on_a_new_page(self, record: CourseRecord) -> "CourseOrder":
        """What the next run starts from."""
        return self.with_(
            protocol=None,
            instruments={},
            calendar=None,
            patient_zone=None,
            order=None,
            reason="",
            doubted="",
            carried=record,
        )


class CourseSummary(Carried):
    """What remains in the history when a course has ended for good."""

    course_id: str
    end_cause: EndCause | None
    closed_at: Instant | None
    sessions_given: int
    runs: int


class Receipt(Carried):
    """The answer to an act: one sentence, the entry that it made, and what the course now stands at."""

    sentence: str
    entry: int
    before: str = ""
    after: str = ""
    repeated: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def on_the_page(self) -> str:
        """The sentence with its warnings, as the entry has it."""
        return self.sentence + "".join(f" [{warning}]" for warning in self.warnings)


class CalendarEntry(Carried):
    """One visit as a calendar shows it; `sequence` rises with each change, a cancelled one is taken out."""

    session: str
    starts: Instant
    ends: Instant
    sequence: int = 0
    cancelled: bool = False


class Part(Carried):
    """One occasion's share of a message: its kind, the facts that its text names, the visits that it speaks of."""

    occasion: str
    kind: OccasionKind
    facts: dict[str, str] = Field(default_factory=dict)
    calendar: tuple[CalendarEntry, ...] = ()


NOBODY_TO_TELL = "nobody on call can be written to"


class SendOrder(Carried):
    """One message to one person, made of one part or more; addresses are looked up at send time.

    One to the patient is tried `until` then. Of those on call the one after `step` others is told, or the account
    `first`, where it can be; with `waits` nobody could be told before, and it is tried until somebody can.
    """

    course_id: str
    patient_id: str
    site: str
    audience: Audience
    parts: tuple[Part, ...]
    as_of: Instant
    language: str = "en"
    email: bool = True
    sms: bool = False
    until: Instant | None = None
    step: int = 0
    first: str = ""
    resend_unsure: bool = False
    waits: bool = False

    @property
    def key(self) -> str:
        """The identity of the message: its first occasion."""
        return self.parts[0].occasion


class SendOutcome(Carried):
    """What became of a message; `to_*` name staff only, never the patient.

    `left_out` are the occasions that a text message had no room for.
    """

    state: OccasionState
    at: Instant
    channel: str = ""
    reason: str = ""
    to_account: str = ""
    to_name: str = ""
    to_role: Role | None = None
    left_out: tuple[str, ...] = ()


class UnsentMessage(Carried):
    """A message that nobody tries any more, and what would become of it unless it is known to be out, or may be."""

    order: SendOrder
    outcome: SendOutcome


class ArchiveOrder(Carried):
    """A closed run to be archived."""

    course_id: str
    run_id: str


class CalendarOrder(Carried):
    """Which site's calendar to take anew, from when."""

    site: str
    as_of: Instant
    patient_zone: str = ""


class CalendarAnswer(Carried):
    """A fresh snapshot of a site's calendar and of the patient's zone."""

    calendar: Calendar
    patient_zone: Shared[Zone] | None = None
