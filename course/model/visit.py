"""A visit on the record: what was planned, how the patient was, what was given."""

from datetime import datetime
from decimal import Decimal

from course.model.base import Carried, Instant
from course.model.parts import Signature
from course.model.terms import (
    Series,
    SessionStatus,
    Severity,
    SkipCode,
)


class Vitals(Carried):
    """Blood pressure in mmHg, heart rate per minute, SpO2 in percent, MOAA/S, dissociation 0-10, at an instant."""

    at: Instant
    systolic: int
    diastolic: int
    heart_rate: int | None = None
    spo2: int | None = None
    sedation: int | None = None
    dissociation: int | None = None


class SignedFor(Carried):
    """What stood against a dose and was given all the same: a prescriber signed for it, with a reason."""

    signed: Signature
    what: tuple[str, ...]
    reason: str


class Departure(Carried):
    """When the patient left, who let them go, what of the criteria was not met, and why a prescriber signed for it."""

    at: Instant
    by: str
    unmet: tuple[str, ...] = ()
    signed: Signature | None = None
    reason: str = ""


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
    voided: bool = False


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
    signed_for: SignedFor | None = None
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
        from course.model.base import minutes  # noqa: PLC0415  the field hides the helper's name

        return self.start + minutes(self.minutes)


class Dose(Carried):
    """What was given in one session, kept for ever; with how the patient found the room, 0 to 10 and a word."""

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
    comfort: int | None = None
    comfort_word: str = ""
    voided: bool = False

    @property
    def comfort_said(self) -> str:
        """How comfortable the patient was in the room, as it is read: `7 calm`; empty where nobody asked."""
        return " ".join(one for one in ("" if self.comfort is None else str(self.comfort), self.comfort_word) if one)
