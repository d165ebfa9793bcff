"""A protocol: the clinic's page for one condition, as data that a medical lead signs and may change."""

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from course.model.adjunct import Integration, LongTerm
from course.model.carried import Carried
from course.model.instrument import Total
from course.model.terms import GateKind, HoldCause, Role


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


class VitalLimits(Carried):
    """Limits of vital signs, both ends inside: mmHg, beats a minute, percent, MOAA/S 0-5, dissociation 0-10.

    A sign without a limit is not asked for.
    """

    systolic_min: int | None = None
    systolic_max: int | None = None
    diastolic_min: int | None = None
    diastolic_max: int | None = None
    heart_rate_min: int | None = None
    heart_rate_max: int | None = None
    spo2_min: int | None = None
    sedation_min: int | None = None
    dissociation_max: int | None = None


BEFORE_DOSE = VitalLimits(
    systolic_min=90, diastolic_min=50, heart_rate_min=50, heart_rate_max=110, spo2_min=94, sedation_min=5,
    dissociation_max=0,
)  # fmt: skip
DURING = VitalLimits(
    systolic_min=90, systolic_max=180, diastolic_max=110, heart_rate_min=50, heart_rate_max=120, spo2_min=92
)
LEAVING = VitalLimits(
    systolic_min=90, systolic_max=160, diastolic_max=100, heart_rate_min=50, heart_rate_max=120, spo2_min=94,
    sedation_min=5, dissociation_max=0,
)  # fmt: skip
"""What counts where a protocol leaves its table out. [set]"""


PLAUSIBLE = VitalLimits(
    systolic_min=60, systolic_max=230, diastolic_min=30, diastolic_max=140, heart_rate_min=30, heart_rate_max=180,
    spo2_min=75,
)  # fmt: skip
"""What is asked once more where a protocol leaves its table out. [set]"""


class Doubt(Carried):
    """How far from what is expected a value is asked once more before it is written.

    A first weight outside `weight_kg_min` to `weight_kg_max`; a dose or a rate more than `dose_over_percent` over the
    order; a laboratory value above `lab_times_upper` x its upper limit; a birth date that makes fewer years than
    `age_years_min` or more than `age_years_max`.
    """

    weight_kg_min: int = 40
    weight_kg_max: int = 130
    dose_over_percent: int = 50
    lab_times_upper: int = 20
    age_years_min: int = 18
    age_years_max: int = 100


class SessionRules(Carried):
    """What a visit needs: blood pressure limits in mmHg, fasting hours, minutes watched after the end.

    Before a dose a reading counts for `readings_minutes`; during an infusion vital signs are taken every
    `vitals_minutes`. Who leaves is at most `leave_systolic_over` and
    `leave_diastolic_over` mmHg above the pressure before the dose.
    """

    systolic_refuse: int = 160
    diastolic_refuse: int = 100
    recheck_minutes: int = 15
    readings_minutes: int = 30
    systolic_sign: int = 140
    diastolic_sign: int = 90
    vitals_minutes: int = 15
    leave_minutes: int = 80
    leave_systolic_over: int = 20
    leave_diastolic_over: int = 20
    fasting_solids_hours: int = 6
    fasting_fluids_hours: int = 2
    weight_change_percent: int = 10
    over_order_percent: int = 10


class HoldRule(Carried):
    """A score of at least `at_least` holds the course for `cause`, escalates, and makes a task for a prescriber."""

    instrument: str
    at_least: Total
    cause: HoldCause
    source: str = ""


class LabLimits(Carried):
    """A value from `hold_times_upper` x its upper limit holds, from `alert_times_first` x the first one alerts."""

    hold_times_upper: Decimal
    alert_times_first: Decimal
    cause: HoldCause


class Analyte(Carried):
    """One value of a panel, as laboratories print its unit; it may have its own multiple of the upper limit."""

    name: str
    unit: str
    hold_times_upper: Decimal | None = None


class Gate(Carried):
    """One intake condition: who may answer it, when it expires, and for a consent to messages its channel.

    One with `or_why_not` is open too where it is declined with a reason. A laboratory gate with `limits` needs its
    value and upper limit, one with `analytes` those of each.
    """

    id: str
    text: str
    kind: GateKind
    by: tuple[Role, ...] = (Role.NURSE, Role.PRESCRIBER)
    expires_days: int | None = None
    before_sessions: tuple[int, ...] = ()
    optional: bool = False
    or_why_not: bool = False
    limits: LabLimits | None = None
    analytes: tuple[Analyte, ...] = ()
    channel: str = ""
    source: str = ""

    def hold_times(self, analyte: str) -> Decimal | None:
        """The multiple of its upper limit from which an analyte holds, where the gate has limits."""
        own = next((one.hold_times_upper for one in self.analytes if one.name == analyte), None)
        return own if own is not None or self.limits is None else self.limits.hold_times_upper


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
