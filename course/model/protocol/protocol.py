"""A protocol: the clinic's page for one condition, as data that a medical lead signs and may change."""

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from course.model.base import Carried
from course.model.protocol.adjunct import Integration, LongTerm
from course.model.protocol.gate import Gate
from course.model.protocol.instrument import Total
from course.model.protocol.session import BEFORE_DOSE, DURING, LEAVING, PLAUSIBLE, Doubt, SessionRules, VitalLimits
from course.model.terms import HoldCause


class DoseBasis(StrEnum):
    """What a dose is computed against."""

    MG_PER_KG = "mg/kg"
    MG_PER_KG_PER_HOUR = "mg/kg/h"


class Evidence(Carried):
    """How good the evidence for a protocol is, negative and mixed results included."""

    grade: str
    statement: str
    citations: tuple[str, ...] = ()


class Induction(Carried):
    """The first series: how many sessions, how far apart, on which weekdays (0 = Monday)."""

    sessions: int
    sessions_min: int
    sessions_max: int
    weekdays: tuple[int, ...]
    gap_days_min: int
    gap_days_max: int
    span_days_max: int

    @property
    def is_daily(self) -> bool:
        """Whether sessions follow day upon day, which makes messages fewer."""
        return len(self.weekdays) >= 5  # noqa: PLR2004  Monday to Friday


class DoseRule(Carried):
    """The dose range inside which a prescriber orders."""

    basis: DoseBasis
    amount: Decimal
    low: Decimal
    high: Decimal
    minutes: int
    minutes_min: int
    minutes_max: int
    max_mg: Decimal = Decimal(100)
    max_mg_per_hour: Decimal | None = None


class OutcomeRule(Carried):
    """How the primary measure is read: response is a drop of `response_percent` or of `response_points`.

    `remission_called` is the source's own word for the state from `remission_at_most` down, where it is not remission.
    """

    instrument: str
    response_percent: int | None = None
    response_points: int | None = None
    substantial_percent: int | None = None
    partial_percent: int | None = None
    remission_at_most: int | None = None
    remission_called: str = ""
    source: str = ""


class StopRule(Carried):
    """When a series is reviewed: no improvement after an infusion, or after each of the first `running`.

    The rater's score counts that was taken `hours_min` to `hours_max` after the infusion.
    """

    after_session: int
    running: int
    improvement_percent: int
    hours_min: int
    hours_max: int
    source: str = ""


class Cadence(Carried):
    """From session 1 until `until_week`, the primary measure is asked every `every_days`; without it, from then on."""

    every_days: int
    until_week: int | None = None


class MeasureRules(Carried):
    """When self-reports are asked between visits, what is rated on the day of a visit, how old a baseline may be.

    `also_asked` come in one request with the primary measure; `at_visits` are rated before each dose; `secondary` are
    asked before the first dose and at evaluations, shown beside the primary measure, and decide nothing.
    """

    cadence: tuple[Cadence, ...]
    baseline_days_max: int = 14
    also_asked: tuple[str, ...] = ()
    at_visits: tuple[str, ...] = ()
    also_at_evaluation: tuple[str, ...] = ()
    secondary: tuple[str, ...] = ()


class Screening(Carried):
    """Suicide screens, one of which is asked at baseline and before each dose; what a positive item is followed by.

    Before a dose an answer counts that is `days_max` calendar days old at most and later than the last infusion;
    `at_intake` are asked once, before the first signature.
    """

    suicide: tuple[str, ...] = ()
    follow_up: str = ""
    days_max: int = 1
    at_intake: tuple[str, ...] = ()


class Maintenance(Carried):
    """Boosters: the default interval in days, its range, shorter ones that lead in, and sessions to one booster."""

    interval_days: int
    interval_days_min: int
    interval_days_max: int
    lead_in_days: tuple[int, ...] = ()
    as_needed: bool = True
    early_gap_days_min: int = 7
    early_most_in_28_days: int = 4
    book_days_before: int = 10
    lapse_days: int = 7
    sessions_per_booster: int = 1


class Evaluations(Carried):
    """When a course is evaluated, in days after the last induction session, then by boosters or weeks."""

    first_days_min: int = 3
    first_days_max: int = 7
    again_days_min: int = 14
    again_days_max: int = 31
    every_boosters: int = 3
    every_weeks: int = 12


class HoldRule(Carried):
    """A score of at least `at_least` holds the course for `cause`, escalates, and makes a task for a prescriber."""

    instrument: str
    at_least: Total
    cause: HoldCause
    source: str = ""


class Protocol(Carried):
    """One condition's protocol; a course keeps the copy it started with.

    `rated` says how a rater's score reads where the clinic rates; it decides nothing.
    """

    id: str
    title: str
    version: str
    short: str
    evidence: Evidence
    induction: Induction
    dose: DoseRule
    outcome: OutcomeRule
    rated: OutcomeRule | None = None
    stop_review: StopRule | None = None
    measuring: MeasureRules
    screening: Screening = Screening()
    maintenance: Maintenance
    evaluations: Evaluations = Evaluations()
    session: SessionRules = SessionRules()
    before_dose: VitalLimits = BEFORE_DOSE
    during: VitalLimits = DURING
    leaving: VitalLimits = LEAVING
    plausible: VitalLimits = PLAUSIBLE
    doubt: Doubt = Doubt()
    holds: tuple[HoldRule, ...] = ()
    gates: tuple[Gate, ...] = ()
    instruments: tuple[str, ...] = ()
    long_term: tuple[LongTerm, ...] = ()
    integration: Integration | None = None
    sources: dict[str, str] = Field(default_factory=dict)
    sha256: str = ""

    def gate(self, gate_id: str) -> Gate | None:
        """The gate with this id, or None."""
        return next((gate for gate in self.gates if gate.id == gate_id), None)
