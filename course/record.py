"""The course record: the whole truth of one course, in the shape in which it is carried for years."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from course.adjunct import Medicine, Therapy
from course.calendar import Calendar, Zone
from course.carried import Carried, Instant
from course.instrument import Instrument
from course.protocol import Protocol
from course.terms import (
    Action,
    Decision,
    EndCause,
    GateAnswer,
    HoldCause,
    OccasionState,
    Phase,
    Role,
    Series,
    SessionStatus,
    Severity,
    SkipCode,
    TaskKind,
    Urgency,
)

SCHEMA = 1
"""Version of the carried shape; raised only when an older build would misread what a newer one wrote."""


def _readable(version: int) -> int:
    if version > SCHEMA:
        raise ValueError(
            f"this record has schema {version}, this build reads up to {SCHEMA}: run it under a newer build"
        )
    return version


Readable = Annotated[int, AfterValidator(_readable)]
"""A version of the carried shape that this build understands."""


class Actor(Carried):
    """Who acted, in which role, by which way; `proof` is checked by the audit, not here."""

    account_id: str
    name: str
    role: Role
    via: str = "cli"
    proof: str = ""


COURSE = Actor(account_id="course", name="course", role=Role.COURSE, via="course")


class Signature(Carried):
    """A signed statement: printed name, time, meaning."""

    name: str
    account_id: str
    role: Role
    at: Instant
    meaning: str


class Entry(Carried):
    """One line of the course's page; `number` is stable for ever."""

    number: int
    at: Instant
    made_at: Instant | None = None
    by: str
    role: Role
    action: Action | None = None
    text: str
    reason: str = ""


class GateState(Carried):
    """The last answer to a gate; `since` is from when it has been true, `first_value` the first on this course."""

    answer: GateAnswer
    since: Instant
    by: str = ""
    reason: str = ""
    expires: Instant | None = None
    detail: str = ""
    value: Decimal | None = None
    unit: str = ""
    upper_limit: Decimal | None = None
    first_value: Decimal | None = None


class Order(Carried):
    """The prescriber's order: amount in the protocol's dose basis, minutes a session, ceiling in mg."""

    amount: Decimal
    minutes: int
    max_mg: Decimal
    sessions: int
    weekdays: tuple[int, ...]
    signed: Signature | None = None


class Vitals(Carried):
    """Blood pressure in mmHg, heart rate per minute, SpO2 in percent, MOAA/S, dissociation 0-10, at an instant."""

    at: Instant
    systolic: int
    diastolic: int
    heart_rate: int | None = None
    spo2: int | None = None
    sedation: int | None = None
    dissociation: int | None = None


class Departure(Carried):
    """When the patient left, who let them go, and what of the criteria was not met."""

    at: Instant
    by: str
    unmet: tuple[str, ...] = ()


class Event(Carried):
    """One adverse event; `session` where it belongs to a visit, `action` what was done about it."""

    id: str
    at: Instant
    term: str
    severity: Severity
    serious: bool = False
    action: str = ""
    session: str = ""
    by: str = ""


class Session(Carried):
    """One visit; `id` is never reused or renumbered, `start` moves with it."""

    id: str
    ordinal: int
    series: Series
    series_number: int = 1
    start: Instant
    minutes: int
    planned_at: Instant
    moved_at: Instant | None = None
    moved_from: Instant | None = None
    status: SessionStatus = SessionStatus.PLANNED
    ended_at: Instant | None = None
    told: Instant | None = None
    confirmed_at: Instant | None = None
    arrived_at: Instant | None = None
    early: bool = False
    mg: Decimal | None = None
    weight_kg: Decimal | None = None
    vitals: tuple[Vitals, ...] = ()
    signed_bp: Signature | None = None
    still_here: bool = False
    departure: Departure | None = None
    code: SkipCode | None = None
    reason: str = ""
    deviation: str = ""
    checks: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the visit still lies ahead or is under way."""
        return self.status.is_open

    @property
    def is_cut_off(self) -> bool:
        """Whether the visit was taken away before it could happen."""
        return self.status is SessionStatus.OMITTED

    @property
    def end(self) -> datetime:
        """When the visit is planned to end."""
        from course.carried import minutes  # noqa: PLC0415  the field hides the helper's name

        return self.start + minutes(self.minutes)


class Dose(Carried):
    """What was given in one session, kept for ever."""

    session: str
    at: Instant
    mg: Decimal
    minutes: int
    weight_kg: Decimal
    status: SessionStatus = SessionStatus.GIVEN
    series: Series = Series.INDUCTION
    series_number: int = 1
    by: str = ""
    early: bool = False
    voided: bool = False


class Score(Carried):
    """A scored measure; `timed` says whether its time of day counts, `answers` is one digit string or a total only."""

    id: str
    instrument: str
    at: Instant
    total: int
    band: str
    timed: bool = True
    answers: str = ""
    flags: tuple[str, ...] = ()
    by: str = ""
    voided: bool = False


class Ask(Carried):
    """One request for a questionnaire; closed by an answer or by the next one falling due."""

    number: int
    instruments: tuple[str, ...]
    opened_at: Instant
    closed_at: Instant | None = None
    answered: bool = False


class Mark(Carried):
    """What has become of one occasion; `about` is the visit time that it spoke of."""

    state: OccasionState
    at: Instant
    about: Instant | None = None
    until: Instant | None = None
    reason: str = ""
    to: str = ""
    channel: str = ""


class Task(Carried):
    """An open item that stays until a person resolves it."""

    id: str
    kind: TaskKind
    opened_at: Instant
    due: Instant
    role: Role
    text: str
    session: str = ""
    resolved_at: Instant | None = None


class Trigger(Carried):
    """One reason to escalate; `subject` is what it came from, never the answer itself."""

    what: str
    subject: str
    at: Instant
    urgency: Urgency


class Escalation(Carried):
    """One open escalation collects triggers until a person resolves it; each step goes to the next on call.

    `first` is the account that it was reassigned to, which is told before the roster.
    """

    id: str
    opened_at: Instant
    clock_from: Instant
    triggers: tuple[Trigger, ...]
    steps: int = 0
    steps_before_clock: int = 0
    told: tuple[str, ...] = ()
    acknowledged_by: str = ""
    acknowledged_account: str = ""
    acknowledged_at: Instant | None = None
    first: str = ""
    resolved_at: Instant | None = None

    @property
    def steps_since_clock(self) -> int:
        """How many people were told since the clock last began."""
        return self.steps - self.steps_before_clock

    @property
    def is_open(self) -> bool:
        """Whether nobody has signed a disposition yet."""
        return self.resolved_at is None


class Held(Carried):
    """A hold: its cause, its owner, and when it is next reviewed."""

    cause: HoldCause
    since: Instant
    review_at: Instant
    owner: str
    owner_role: Role
    reason: str = ""


class Evaluation(Carried):
    """A signed decision, and the scores that it stood on."""

    at: Instant
    decision: Decision
    by: str
    reason: str = ""
    outcome: str = ""
    stood_on: tuple[str, ...] = ()
    boosters_then: int = 0
    inputs_changed: bool = False


class Messaging(Carried):
    """What the agenda must know to write to the patient: zone, language, consents; never an address."""

    zone: Zone
    language: str = "en"
    email: bool = False
    sms: bool = False
    opted_out_at: Instant | None = None
    stopped: bool = False

    @property
    def allowed(self) -> bool:
        """Whether any written message may be sent."""
        return (self.email or self.sms) and self.opted_out_at is None and not self.stopped


class Applied(Carried):
    """A request that was applied: what it said, and the answer that it got."""

    at: Instant
    digest: str
    answer: str
    entry: int


class Maintained(Carried):
    """The maintenance plan: the interval in days (None = as needed), and how far the lead-in has come."""

    since: Instant
    interval_days: int | None
    lead_in_done: int = 0


class CourseRecord(Carried):
    """All that a course knows; every field has a default or is set at enrolment, so any later build can read it."""

    schema_version: Readable = SCHEMA
    course_id: str
    patient_id: str
    opened_at: Instant
    phase: Phase = Phase.INTAKE
    phase_since: Instant | None = None
    site: str
    owner: str
    owner_name: str = ""
    protocol: Protocol
    instruments: dict[str, Instrument] = Field(default_factory=dict)
    calendar: Calendar
    messaging: Messaging
    order: Order
    gates: dict[str, GateState] = Field(default_factory=dict)
    clearance: Signature | None = None
    series_number: int = 1
    series_target: int = 0
    ceased: bool = False
    sessions: tuple[Session, ...] = ()
    session_count: int = 0
    doses: tuple[Dose, ...] = ()
    scores: tuple[Score, ...] = ()
    score_count: int = 0
    asks: tuple[Ask, ...] = ()
    ask_count: int = 0
    evaluations: tuple[Evaluation, ...] = ()
    induction_ended_at: Instant | None = None
    maintained: Maintained | None = None
    decided: Decision | None = None
    extend_by: int | None = None
    held: Held | None = None
    events: tuple[Event, ...] = ()
    event_count: int = 0
    escalations: tuple[Escalation, ...] = ()
    escalation_count: int = 0
    tasks: tuple[Task, ...] = ()
    task_count: int = 0
    occasions: dict[str, Mark] = Field(default_factory=dict)
    sent_on: tuple[Instant, ...] = ()
    entries: tuple[Entry, ...] = ()
    entry_count: int = 0
    applied: dict[str, Applied] = Field(default_factory=dict)
    closed_at: Instant | None = None
    end_cause: EndCause | None = None
    archive_due: tuple[str, ...] = ()
    amendment_days: int = 30
    safety_plan_days: int = 0
    safety_plan: Signature | None = None
    amend_until: Instant | None = None
    released_at: Instant | None = None
    calendar_count: int = 0
    therapies: tuple[Therapy, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    checks: dict[str, Instant] = Field(default_factory=dict)
    requests: tuple[Instant, ...] = ()
    adjunct_count: int = 0
    runs: int = 1

    @property
    def closed(self) -> bool:
        """Whether the course has ended."""
        return self.phase is Phase.CLOSED

    @property
    def zone(self) -> Zone:
        """The clinic's zone, in which visit times are printed."""
        return self.calendar.zone

    def session(self, session_id: str) -> Session | None:
        """The live session with this id, or None."""
        return next((session for session in self.sessions if session.id == session_id), None)

    @property
    def open_sessions(self) -> tuple[Session, ...]:
        """Visits that still lie ahead or are under way, soonest first."""
        return tuple(sorted((one for one in self.sessions if one.is_open), key=lambda one: (one.start, one.ordinal)))

    @property
    def open_escalation(self) -> Escalation | None:
        """The one escalation that nobody has resolved, or None."""
        return next((one for one in self.escalations if one.is_open), None)

    @property
    def valid_doses(self) -> tuple[Dose, ...]:
        """Doses that stand, in order of time."""
        return tuple(sorted((dose for dose in self.doses if not dose.voided), key=lambda dose: dose.at))

    @property
    def last_infusion_at(self) -> datetime | None:
        """When drug was last given."""
        doses = self.valid_doses
        return doses[-1].at if doses else None

    @property
    def primary_scores(self) -> tuple[Score, ...]:
        """Standing scores of the protocol's primary measure, in order of time."""
        return self.scores_of(self.protocol.outcome.instrument)

    def scores_of(self, instrument: str) -> tuple[Score, ...]:
        """Standing scores of one instrument, in order of time."""
        mine = (score for score in self.scores if score.instrument == instrument and not score.voided)
        return tuple(sorted(mine, key=lambda score: score.at))

    def with_session(self, session: Session) -> "CourseRecord":
        """The record with one session replaced by its new state."""
        return self.with_(sessions=tuple(session if one.id == session.id else one for one in self.sessions))
