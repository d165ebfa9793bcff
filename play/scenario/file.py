"""A scenario: one synthetic patient's course, and what differs from a staff that does everything right and on time."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from course.model.protocol.instrument import Total
from course.model.terms import (
    Decision,
    EndCause,
    GateAnswer,
    NeedKind,
    OccasionKind,
    Phase,
    Role,
    SessionStatus,
    TaskKind,
)
from play.scenario.when import shorter, span

ALONE = frozenset({"disable", "close_site"})
"""Steps that change the clinic for everybody."""

DAYS_MOST = 20 * 366
"""No scenario looks further."""

CLOSED = "closed"
"""The word that lets a scenario run until its course has closed."""


class Table(BaseModel):
    """The base of every table of a scenario file: strict and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Review(StrEnum):
    """What the staff make of a hold's review."""

    KEEP = "keep"
    RELEASE = "release"


class Expect(StrEnum):
    """What a step is expected to come to."""

    APPLIED = "applied"
    REFUSED = "refused"


class Patient(Table):
    """The patient."""

    name: str = Field("", max_length=100, description="The made-up name. Default: one of a list.")
    born: date = Field(date(1984, 5, 4), description="The date of birth.")
    weight_kg: Decimal = Field(Decimal(80), gt=20, lt=400, description="Weight at every visit that says no other.")
    email: bool = Field(default=True, description="Whether the patient allows e-mail.")
    sms: bool = Field(default=False, description="Whether the patient allows text messages.")
    zone: str | None = Field(None, description="Where the patient lives, for sending hours. Default: the site's zone.")
    language: str = Field("en", pattern=r"^[a-z]{2}$", description="Language of the messages.")
    confirms: bool = Field(default=True, description="Whether the patient confirms visits when asked.")
    wishes: tuple[str, ...] = Field((), description="What the patient wishes at the first, second, ... evaluation.")
    comfort: tuple[str, ...] = Field(
        (), description="How the room was at the first, second, ... infusion, 0 to 10 and a word: `7 calm`."
    )


Count = Annotated[int, Field(ge=0, le=DAYS_MOST)]
"""So many days or sessions."""


Number = Annotated[int, Field(ge=1, le=DAYS_MOST)]


class ExactAnswers(Table):
    """The answers to one request, item by item."""

    number: int = Field(ge=1, description="Which of the patient's answers: 1, 2, ...")
    items: tuple[int, ...] = Field(description="One answer an item.")


class Answers(Table):
    """What the patient answers to one instrument: one of `totals`, `by_day`, `by_session`; else a falling curve."""

    instrument: str = Field(description="Id of the instrument.")
    totals: tuple[Total, ...] = Field((), description="Totals of the first, second, ... answer; the last one goes on.")
    by_day: dict[Count, Total] = Field({}, description="Total from a day on: { 0 = 18, 30 = 7 }.")
    by_session: dict[Count, Total] = Field({}, description="Total once so many sessions were given: { 0 = 18, 3 = 9 }.")
    exactly: tuple[ExactAnswers, ...] = Field((), description="Answers given item by item, a safety item for instance.")
    silent: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (), description="Requests (1, 2, ...) that stay without an answer."
    )
    after: str = Field("6h", description="How long after the message the answer comes.")


class Visit(Table):
    """How one visit differs: the n-th that was ever planned, boosters and visits booked anew included."""

    session: int = Field(ge=1, description="Number of the visit.")
    comes: bool = Field(default=True, description="Whether the patient comes.")
    readings: tuple[str, ...] = Field(
        (), description="Pre-dose readings, `172/104` or `172/104 88 97` (pulse, SpO2); 15 minutes apart."
    )
    weight_kg: Decimal | None = Field(None, gt=20, lt=400, description="Weight at this visit.")
    escort: bool = Field(default=True, description="Whether an escort is there.")
    fasting: bool = Field(default=True, description="Whether the patient has fasted.")
    changes: tuple[str, ...] = Field((), description="What changed since the last visit, as gate ids.")
    mg: Decimal | None = Field(None, gt=0, description="What is given, if not what is ordered.")
    minutes: int | None = Field(None, ge=1, le=600, description="Minutes given, if not those planned.")
    stops_after: int | None = Field(None, ge=1, le=600, description="Minutes after which the infusion is stopped.")
    during: tuple[str, ...] = Field((), description="Readings during the infusion, in order.")
    adverse: tuple[str, ...] = Field(
        (), description="Adverse events: `nausea, mild`, or `syncope, severe serious, sent to hospital`."
    )
    leaves_after: int | None = Field(None, ge=0, le=600, description="Minutes after the end at which the patient goes.")
    checked: bool = Field(default=True, description="Whether there was a pre-dose check.")
    recorded_after: str = Field("0m", description="How long after its end the visit is written down: a late entry.")
    recorded: bool = Field(default=True, description="Whether anybody writes down what happened.")


class Staff(Table):
    """The staff: everything here has the value of a clinic where nobody is late."""

    visit_time: str = Field("09:00", description="Wall time of visits.")
    first_visit_after: str = Field("3d", description="Least time from clearance to the first visit.")
    reacts_after: str = Field("30m", description="How long a need waits for them, in opening hours.")
    acknowledges_after: str = Field("10m", description="How long an escalation waits, at any hour.")
    resolves_after: str = Field("2h", description="How long from there to its signed disposition.")
    decisions: tuple[Decision, ...] = Field(
        (Decision.MAINTENANCE,), description="Decisions of the evaluations, in order; the last one goes on."
    )
    extend_by: int = Field(2, ge=1, le=30, description="Sessions that a decision `extend` adds.")
    interval_days: int | None = Field(None, ge=1, le=365, description="Days between boosters, set at an evaluation.")
    as_needed: bool = Field(default=False, description="Whether the first evaluation makes boosters as needed.")
    hold_reviews: tuple[Review, ...] = Field(
        (Review.KEEP,), description="What becomes of holds at their reviews, in order; the last one goes on."
    )
    gates: dict[str, GateAnswer] = Field({}, description="Answers to gates that differ: { seizures = 'yes' }.")
    leaves: tuple[NeedKind, ...] = Field((), description="Needs that nobody looks after.")


class Step(Table):
    """One thing that happens: `at`, or on a `day`, or around a session, or on a need, a task or a phase."""

    do: str = Field(description="An act (`defer`, `hold`, ...), or a thing that befalls the system.")
    at: str | None = Field(None, description="An instant: 2027-03-05T14:00 in the clinic's zone, or with an offset.")
    day: int | None = Field(None, ge=0, le=DAYS_MOST, description="So many days after the start, with `time`.")
    time: str | None = Field(None, description="Wall time of `day`. Default 09:00.")
    on_session: int | None = Field(None, ge=1, description="When this visit begins.")
    after_session: int | None = Field(None, ge=1, description="When this visit has ended, whatever became of it.")
    on_need: NeedKind | None = Field(None, description="When such a need opens; see `nth`.")
    on_task: TaskKind | None = Field(None, description="When such a task opens; see `nth`.")
    on_phase: Phase | None = Field(None, description="When this phase begins; see `nth`.")
    nth: int = Field(1, ge=1, description="Which of the needs, tasks or phases of that kind.")
    offset: str = Field("0m", description="So long after that, or before: `2h`, `-26h`, `1d`, `1d 14:00`.")
    by: Role | None = Field(None, description="Who acts. Default: the first of coordinator, nurse, prescriber who may.")
    reason: str = Field("", description="The act's reason.")
    details: dict[str, Any] = Field({}, description="The act's own fields.")
    request_id: str | None = Field(None, description="The act's request id, to send one twice in two steps.")
    times: int = Field(1, ge=1, le=10, description="How often the same request is sent.")
    lasts: str | None = Field(None, description="How long mail refuses, or somebody is away.")
    raw: str | None = Field(None, description="A signal's whole content, sent as this text.")
    expect: Expect = Field(Expect.APPLIED, description="What it comes to.")
    says: str = Field("", description="Words that the refusal holds.")


class ExpectedEnd(Table):
    """What must be so at the end of a course; what is not said may be anything."""

    phase: Phase | None = Field(None, description="The phase in which it ends.")
    held: bool | None = Field(None, description="Whether it is held.")
    end_cause: EndCause | None = Field(None, description="Why it ended.")
    doses_mg: tuple[Decimal, ...] | None = Field(None, description="Every dose that stands, in mg, in order.")
    sessions: dict[SessionStatus, int] = Field({}, description="How many visits became of each kind: { given = 6 }.")
    letters: dict[OccasionKind, int] = Field({}, description="How often the patient was told of a kind of thing.")
    tasks: dict[TaskKind, int] = Field({}, description="How many tasks of a kind were ever opened.")
    open_tasks: tuple[TaskKind, ...] | None = Field(None, description="Tasks that wait for a person, in any order.")
    escalations: int | None = Field(None, ge=0, description="How many escalations were ever opened.")
    says: tuple[str, ...] = Field((), description="Words, each of which an entry of the course's page holds.")
    never_says: tuple[str, ...] = Field((), description="Words that no entry of the course's page holds.")
    patient_reads: tuple[str, ...] = Field((), description="Words, each of which a letter to the patient holds.")
    patient_never_reads: tuple[str, ...] = Field((), description="Words that no letter to the patient holds.")


class Life(Table):
    """What is said of one course: its patient, the staff around it, what differs, what happens and what must be so."""

    patient: Patient = Field(Patient(), description="The patient.")
    answers: tuple[Answers, ...] = Field((), description="What the patient answers.")
    staff: Staff = Field(Staff(), description="What the staff do differently.")
    visits: tuple[Visit, ...] = Field((), description="Visits that differ.")
    steps: tuple[Step, ...] = Field((), description="Things that happen.")
    expect: ExpectedEnd = Field(ExpectedEnd(), description="What must be so at the end; else the exit code is 1.")

    def visit(self, number: int) -> Visit:
        """How the n-th visit goes."""
        return next((one for one in self.visits if one.session == number), Visit(session=number))


class OtherCourse(Life):
    """Another course of the same clinic and the same days: everything that happens to all comes in order of time."""

    protocol: str | None = Field(None, description="Id of the protocol. Default: the file's own.")
    same_patient: bool = Field(
        default=False, description="Whether this is a second course of the file's patient, which a prescriber allowed."
    )
    comes_after: str = Field("0m", description="How long after the start this one is enrolled.")
    copies: int = Field(1, ge=1, le=60, description="So many patients, all alike.")


class Scenario(Life):
    """One file."""

    title: str = Field("", description="One line that says what it shows.")
    about: str = Field("", description="A paragraph for people.")
    protocol: str = Field(description="Id of the protocol.")
    site: str | None = Field(None, description="Id of the site. Default: the clinic's first.")
    start: str = Field(
        "Monday 09:00", description="When it begins, in the clinic's zone: `first Monday of March 09:00`, or a date."
    )
    until: str = Field("60d", description="How long it runs: a span, or `closed`.")
    real_chairs: bool = Field(
        default=False, description="Whether visits take the clinic's own chairs; else there is room for all."
    )
    others: tuple[OtherCourse, ...] = Field((), description="Other courses that run beside it.")

    @property
    def has_clinic_alone(self) -> bool:
        """Whether it changes the clinic for everybody, so that no other file can be played in it."""
        own = (self, *self.others)
        return self.real_chairs or any(step.do in ALONE for life in own for step in life.steps)


def lives(scenario: Scenario) -> Iterator[tuple[timedelta, Scenario, bool]]:
    """Each course of a file: how long after the start it begins, what it is, whether it is the first's patient."""
    yield timedelta(), scenario, False
    for other in scenario.others:
        after = span(other.comes_after)
        told = {name: getattr(other, name) for name in Life.model_fields}
        told |= {"protocol": other.protocol or scenario.protocol, "until": shorter(scenario.until, after), "others": ()}
        for _ in range(other.copies):
            yield after, scenario.model_copy(update=told), other.same_patient
