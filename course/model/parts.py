"""The parts of a course record, but for its visits: who acted, answers, scores, requests, tasks, escalations."""

from decimal import Decimal

from course.model.base import Carried, Instant
from course.model.calendar import Zone
from course.model.need import CallOutcome
from course.model.protocol.instrument import Total
from course.model.shared import Shared
from course.model.signing import ActSignature
from course.model.terms import (
    Action,
    Decision,
    GateAnswer,
    HoldCause,
    OccasionState,
    Role,
    TaskKind,
    Urgency,
)


class Actor(Carried):
    """Who acted, in which role, by which way; `signature` is their own, `proof` the installation's."""

    account_id: str
    name: str
    role: Role
    via: str = "cli"
    proof: str = ""
    signature: ActSignature | None = None


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


class LabValue(Carried):
    """The last value of one analyte with its unit, the laboratory's upper limit, and the first one on this course."""

    analyte: str = ""
    value: Decimal
    unit: str = ""
    upper_limit: Decimal | None = None
    drawn: Instant | None = None
    first: Decimal | None = None
    first_unit: str = ""

    @property
    def is_first(self) -> bool:
        """Whether it is the first on this course itself."""
        return (self.value, self.unit) == (self.first, self.first_unit)


class GateState(Carried):
    """The last answer to a gate; `since` is from when it has been true, `values` what the laboratory measured.

    `value` to `first_value` hold the one value of an answer that was given before each analyte had its own.
    """

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
    values: tuple[LabValue, ...] = ()

    @property
    def results(self) -> tuple[LabValue, ...]:
        """The last value of each analyte."""
        if self.values or self.value is None:
            return self.values
        first = self.value if self.first_value is None else self.first_value
        one = LabValue(value=self.value, unit=self.unit, upper_limit=self.upper_limit, drawn=self.since)
        return (one.with_(first=first, first_unit=self.unit),)


class Order(Carried):
    """The prescriber's order: amount in the protocol's dose basis, minutes a session, ceiling in mg."""

    amount: Decimal
    minutes: int
    max_mg: Decimal
    sessions: int
    weekdays: tuple[int, ...]
    signed: Signature | None = None


class Score(Carried):
    """A scored measure; `timed` says whether its time of day counts, `answers` is one place an item or a total only.

    Where its blanks leave no total it has none, and `why` says so; `beside` is what was answered beside the items,
    `pattern` how they read beside the total, `form` what they were asked about where that changes.
    """

    id: str
    instrument: str
    at: Instant
    total: Total | None = None
    band: str = ""
    why: str = ""
    beside: str = ""
    pattern: str = ""
    form: str = ""
    timed: bool = True
    answers: str = ""
    flags: tuple[str, ...] = ()
    by: str = ""
    voided: bool = False

    @property
    def points(self) -> float:
        """The total of a score that has one, as every score has that counts; raises ValueError."""
        if self.total is None:
            raise ValueError("a score without a total was counted")
        return self.total

    @property
    def said(self) -> str:
        """The total, or a dash where there is none."""
        return "-" if self.total is None else str(self.total)

    @property
    def reads(self) -> str:
        """The band, or why there is no total; with what was answered beside the items."""
        return "; ".join(one for one in (self.band or self.why, self.pattern, self.beside, self.form) if one)


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
    """An open item that stays until a person resolves it, or until no score in `of` asks for it any more."""

    id: str
    kind: TaskKind
    opened_at: Instant
    due: Instant
    role: Role
    text: str
    session: str = ""
    resolved_at: Instant | None = None
    of: tuple[str, ...] = ()


class LastCall(Carried):
    """The last call about a kind of need: what came of it, and from when on it waits for somebody again."""

    at: Instant
    outcome: CallOutcome
    again_at: Instant


class Trigger(Carried):
    """One reason to escalate; `subject` is what it came from, never the answer itself."""

    what: str
    subject: str
    at: Instant
    urgency: Urgency


class Escalation(Carried):
    """One open escalation collects triggers until a person resolves it; each step goes to the next on call.

    `first` is the account that it was reassigned to, which is told before the roster; `untold_since` is from when on
    nobody could be told, until somebody was.
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
    untold_since: Instant | None = None

    @property
    def steps_since_clock(self) -> int:
        """How many people were told since the clock last began."""
        return self.steps - self.steps_before_clock

    @property
    def is_open(self) -> bool:
        """Whether nobody has signed a disposition yet."""
        return self.resolved_at is None


class Hold(Carried):
    """A hold: its cause, its owner, and when it is next reviewed."""

    cause: HoldCause
    since: Instant
    review_at: Instant
    owner: str
    owner_role: Role
    reason: str = ""


class Evaluation(Carried):
    """A signed decision, what the patient wished, and the scores that it stood on."""

    at: Instant
    decision: Decision
    by: str
    reason: str = ""
    wish: str = ""
    outcome: str = ""
    stood_on: tuple[str, ...] = ()
    boosters_then: int = 0
    inputs_changed: bool = False


class Messaging(Carried):
    """What the agenda must know to write to the patient: zone, language, consents; never an address."""

    zone: Shared[Zone]
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


class MaintenancePlan(Carried):
    """The maintenance plan: the interval in days (None = as needed), and how far the lead-in has come."""

    since: Instant
    interval_days: int | None
    lead_in_done: int = 0
