"""The course record: the whole truth of one course, in the shape in which it is carried for years."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from course.model.base import Carried, Instant
from course.model.calendar import Calendar, Zone
from course.model.memoize import memoized
from course.model.parts import (
    Applied,
    Ask,
    Entry,
    Escalation,
    Evaluation,
    GateState,
    Hold,
    LastCall,
    MaintenancePlan,
    Mark,
    Messaging,
    Order,
    Score,
    Signature,
    Task,
)
from course.model.protocol.adjunct import Baseline, Medicine, TakenMedicine, Therapy
from course.model.protocol.instrument import Instrument
from course.model.protocol.protocol import Protocol
from course.model.shared import Shared
from course.model.terms import (
    Decision,
    EndCause,
    Phase,
    Series,
)
from course.model.visit import Dose, Event, Session

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
    protocol: Shared[Protocol]
    instruments: dict[str, Shared[Instrument]] = Field(default_factory=dict)
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
    maintained: MaintenancePlan | None = None
    decided: Decision | None = None
    extend_by: int | None = None
    held: Hold | None = None
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
    calls: dict[str, LastCall] = Field(default_factory=dict)
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
    baselines: dict[str, Baseline] = Field(default_factory=dict)
    taken: tuple[TakenMedicine, ...] = ()
    medicines_listed_at: Instant | None = None
    contacted_at: Instant | None = None
    contacts: int = 0
    contacts_missed: int = 0
    requests: tuple[Instant, ...] = ()
    forced_since: Instant | None = None
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

    def why_not_open(self, start: datetime, infusion_minutes: int) -> str:
        """Why an infusion and the watch after it cannot stand here, in one sentence, or an empty string."""
        return self.calendar.why_not_open(start, self.visit_minutes(infusion_minutes))

    def visit_minutes(self, infusion_minutes: int) -> int:
        """How long a visit takes: the infusion and the watch after it."""
        return infusion_minutes + self.protocol.session.leave_minutes

    def session(self, session_id: str) -> Session | None:
        """The live session with this id, or None."""
        return next((session for session in self.sessions if session.id == session_id), None)

    @property
    def open_sessions(self) -> tuple[Session, ...]:
        """Visits that still lie ahead or are under way, soonest first."""
        return _open_sessions(self)

    @property
    def open_escalation(self) -> Escalation | None:
        """The one escalation that nobody has resolved, or None."""
        return next((one for one in self.escalations if one.is_open), None)

    @property
    def valid_doses(self) -> tuple[Dose, ...]:
        """Doses that stand, in order of time."""
        return _valid_doses(self)

    @property
    def series_doses(self) -> tuple[Dose, ...]:
        """Doses of the running series that stand, in order of time."""
        number = self.series_number
        return tuple(one for one in self.valid_doses if one.series is Series.INDUCTION and one.series_number == number)

    @property
    def last_infusion_at(self) -> datetime | None:
        """When drug was last given."""
        doses = self.valid_doses
        return doses[-1].at if doses else None

    @property
    def primary_scores(self) -> tuple[Score, ...]:
        """Standing scores of the protocol's primary measure, in order of time."""
        return _primary_scores(self)

    def scores_of(self, instrument: str) -> tuple[Score, ...]:
        """Standing scores of one instrument that have a total, in order of time."""
        if instrument == self.protocol.outcome.instrument:
            return _primary_scores(self)
        return _scores_of(self, instrument)

    def with_escalation(self, changed: Escalation) -> "CourseRecord":
        """The record with one escalation replaced by its new state."""
        return self.with_(escalations=tuple(changed if one.id == changed.id else one for one in self.escalations))

    def with_session(self, session: Session) -> "CourseRecord":
        """The record with one session replaced by its new state."""
        return self.with_(sessions=tuple(session if one.id == session.id else one for one in self.sessions))


@memoized
def _open_sessions(record: CourseRecord) -> tuple[Session, ...]:
    return tuple(sorted((one for one in record.sessions if one.is_open), key=lambda one: (one.start, one.ordinal)))


@memoized
def _valid_doses(record: CourseRecord) -> tuple[Dose, ...]:
    return tuple(sorted((dose for dose in record.doses if not dose.voided), key=lambda dose: dose.at))


@memoized
def _primary_scores(record: CourseRecord) -> tuple[Score, ...]:
    return _scores_of(record, record.protocol.outcome.instrument)


def _scores_of(record: CourseRecord, instrument: str) -> tuple[Score, ...]:
    standing = (score for score in record.scores if score.instrument == instrument and not score.voided)
    mine = (score for score in standing if score.total is not None)
    return tuple(sorted(mine, key=lambda score: score.at))
