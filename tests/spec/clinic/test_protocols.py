"""The shipped protocols and instruments say what the clinic's page and the cited sources say."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.clinic.files import load_clinic
from course.model.protocol.gate import Gate, LabLimits
from course.model.protocol.protocol import Cadence, DoseBasis, Evaluations, Protocol
from course.model.protocol.session import SessionRules
from course.model.terms import GateKind, HoldCause, Role

FOLDER = Path("clinic")
CLINIC = load_clinic(FOLDER)
DEPRESSION = CLINIC.protocols["depression"]
TRD = CLINIC.protocols["treatment-resistant-depression"]
CRPS = CLINIC.protocols["crps"]
ANXIETY = CLINIC.protocols["anxiety"]
PTSD = CLINIC.protocols["ptsd"]
BIPOLAR = CLINIC.protocols["bipolar-depression"]
FIBROMYALGIA = CLINIC.protocols["fibromyalgia"]
MOOD = [DEPRESSION, TRD, ANXIETY, PTSD, BIPOLAR]
PAIN = [CRPS, FIBROMYALGIA]
EVERY = [*MOOD, *PAIN]
MONDAY_WEDNESDAY_FRIDAY = (0, 2, 4)
MONDAY_THURSDAY = (0, 3)
WEEKDAYS = (0, 1, 2, 3, 4)


def ids(protocol: Protocol, kind: GateKind) -> list[str]:
    """The gates of one kind."""
    return [gate.id for gate in protocol.gates if gate.kind is kind]


def test_every_protocol_of_the_page_is_here() -> None:
    """Seven protocols, by their names; a clinic may add its own."""
    assert {one.id for one in EVERY} <= set(CLINIC.protocols)
    assert len(EVERY) == 7


@pytest.mark.parametrize("protocol", [DEPRESSION, ANXIETY, PTSD], ids=lambda one: one.id)
def test_six_sessions_over_two_to_three_weeks(protocol: Protocol) -> None:
    """Six, Monday-Wednesday-Friday, 2 to 7 days apart, 21 days at most."""
    rule = protocol.induction
    assert (rule.sessions_min, rule.sessions, rule.sessions_max) == (6, 6, 6)
    assert rule.weekdays == MONDAY_WEDNESDAY_FRIDAY
    assert (rule.gap_days_min, rule.gap_days_max, rule.span_days_max) == (2, 7, 21)


def test_treatment_resistant_depression_is_customised() -> None:
    """Six, four to eight, three a week, in the same windows; four weekly boosters lead in."""
    rule = TRD.induction
    assert (rule.sessions_min, rule.sessions, rule.sessions_max, len(rule.weekdays)) == (4, 6, 8, 3)
    assert (rule.gap_days_min, rule.gap_days_max, rule.span_days_max) == (2, 7, 21)
    assert [one.id for one in EVERY if one.maintenance.lead_in_days == (7, 7, 7, 7)] == [TRD.id, BIPOLAR.id]
    assert DEPRESSION.maintenance.lead_in_days == ()


def test_bipolar_depression_is_customised_and_slower() -> None:
    """Six, four to eight, twice a week, 2 to 7 days apart, 28 days at most."""
    rule = BIPOLAR.induction
    assert (rule.sessions_min, rule.sessions, rule.sessions_max, rule.weekdays) == (4, 6, 8, MONDAY_THURSDAY)
    assert (rule.gap_days_min, rule.gap_days_max, rule.span_days_max) == (2, 7, 28)


def test_fibromyalgia_is_eight_sessions_of_two_hours() -> None:
    """Eight, six to ten, twice a week, 35 days at most; 120 minutes, 0.5 mg/kg/h."""
    rule, dose = FIBROMYALGIA.induction, FIBROMYALGIA.dose
    assert (rule.sessions_min, rule.sessions, rule.sessions_max, rule.weekdays) == (6, 8, 10, MONDAY_THURSDAY)
    assert (rule.gap_days_min, rule.span_days_max) == (1, 35)
    assert (dose.basis, dose.amount, dose.minutes) == (DoseBasis.MG_PER_KG_PER_HOUR, Decimal("0.5"), 120)


def test_crps_is_ten_weekday_sessions_of_four_hours() -> None:
    """Ten weekdays in a row, 240 minutes, 0.35 mg/kg/h, at most 25 mg/h and so 100 mg."""
    rule, dose = CRPS.induction, CRPS.dose
    assert (rule.sessions, rule.weekdays, rule.gap_days_min, rule.is_daily) == (10, WEEKDAYS, 1, True)
    assert (dose.basis, dose.amount, dose.minutes) == (DoseBasis.MG_PER_KG_PER_HOUR, Decimal("0.35"), 240)
    assert (dose.max_mg_per_hour, dose.max_mg) == (Decimal(25), Decimal(100))


@pytest.mark.parametrize("protocol", MOOD, ids=lambda one: one.id)
def test_mood_dose_and_boosters(protocol: Protocol) -> None:
    """0.5 mg/kg (0.2-1.0) in 40 minutes; boosters at 28-42 days, or as needed."""
    dose, boosters = protocol.dose, protocol.maintenance
    assert (dose.basis, dose.minutes) == (DoseBasis.MG_PER_KG, 40)
    assert (dose.low, dose.amount, dose.high) == (Decimal("0.2"), Decimal("0.5"), Decimal(1))
    assert (boosters.interval_days, boosters.interval_days_min, boosters.interval_days_max) == (28, 28, 42)
    assert boosters.as_needed


@pytest.mark.parametrize(
    ("protocol", "instrument"), [(DEPRESSION, "phq9"), (TRD, "phq9"), (BIPOLAR, "phq9"), (ANXIETY, "gad7")]
)
def test_outcome_in_percent(protocol: Protocol, instrument: str) -> None:
    """Half of the PHQ-9, or for anxiety of the GAD-7, is a response, a quarter partial, below 5 remission."""
    outcome = protocol.outcome
    assert (outcome.instrument, outcome.response_percent, outcome.remission_at_most) == (instrument, 50, 4)
    assert (outcome.partial_percent, outcome.substantial_percent, outcome.response_points) == (25, None, None)


def test_outcome_of_ptsd_in_points() -> None:
    """A drop of 15 points on the PCL-5 is a response; with it, 28 or less is remission."""
    outcome = PTSD.outcome
    assert (outcome.instrument, outcome.response_points, outcome.response_percent) == ("pcl5", 15, None)
    assert (outcome.remission_at_most, CLINIC.instruments["pcl5"].reliable_change) == (28, 15)


def test_where_the_clinic_rates() -> None:
    """For treatment-resistant and bipolar depression MADRS is read: half is a response, 10 or less remission."""
    rated = {one.id: one.rated for one in EVERY if one.rated is not None}
    assert set(rated) == {TRD.id, BIPOLAR.id}
    for rule in rated.values():
        assert (rule.instrument, rule.response_percent, rule.remission_at_most) == ("madrs", 50, 10)


def test_elation_holds_bipolar_courses() -> None:
    """YMRS before each dose, holding above 12; a self-rated screen with each questionnaire, holding from 6."""
    assert (BIPOLAR.measuring.at_visits, BIPOLAR.measuring.also_asked) == (("ymrs",), ("asrm",))
    assert [(one.instrument, one.at_least, one.cause) for one in BIPOLAR.holds] == [
        ("ymrs", 12.5, HoldCause.MANIA),
        ("asrm", 6, HoldCause.MANIA),
    ]
    assert [one.id for one in EVERY if one.holds or one.measuring.at_visits or one.measuring.also_asked] == [BIPOLAR.id]


@pytest.mark.parametrize("protocol", PAIN, ids=lambda one: one.id)
def test_pain_outcome_and_boosters(protocol: Protocol) -> None:
    """A drop of 30 percent is a response, of 50 substantial; no remission, no partial; boosters at 28-84 days."""
    outcome, boosters = protocol.outcome, protocol.maintenance
    assert (outcome.instrument, outcome.response_percent, outcome.substantial_percent) == ("nrs_pain", 30, 50)
    assert (outcome.remission_at_most, outcome.partial_percent) == (None, None)
    assert (boosters.interval_days_min, boosters.interval_days_max) == (28, 84)


@pytest.mark.parametrize("protocol", EVERY, ids=lambda one: one.id)
def test_what_all_protocols_share(protocol: Protocol) -> None:
    """Cadence, baseline age, early boosters, evaluations and visit limits are those of the clinical reference."""
    measuring, boosters = protocol.measuring, protocol.maintenance
    long = protocol.id in {"crps", "fibromyalgia"}
    assert measuring.cadence == (
        Cadence(every_days=7, until_week=12),
        Cadence(every_days=14, until_week=26),
        Cadence(every_days=28),
    )
    assert measuring.baseline_days_max == 14
    assert (boosters.early_gap_days_min, boosters.early_most_in_28_days) == (7, 4)
    assert (boosters.book_days_before, boosters.lapse_days) == (10, 7)
    assert protocol.evaluations == Evaluations(
        first_days_min=3, first_days_max=7, again_days_min=14, again_days_max=31, every_boosters=3, every_weeks=12
    )
    assert protocol.session == SessionRules(
        systolic_refuse=160, diastolic_refuse=100, recheck_minutes=15, systolic_sign=140, diastolic_sign=90,
        readings_minutes=30, vitals_minutes=30 if long else 15, leave_minutes=60 if long else 80,
        leave_systolic_over=20,
        fasting_solids_hours=6, fasting_fluids_hours=2, weight_change_percent=10,
        over_order_percent=10,
    )  # fmt: skip


@pytest.mark.parametrize("protocol", EVERY, ids=lambda one: one.id)
def test_every_intake_condition_is_one_gate(protocol: Protocol) -> None:
    """Five consents, nine absolute and seven relative exclusions, nine flags, and an escort who is named."""
    assert ids(protocol, GateKind.CONSENT) == [
        "consent-treatment", "consent-privacy", "messages-email", "messages-sms", "emergency-contact",
        *(["weak-evidence"] if protocol is FIBROMYALGIA else []),
    ]  # fmt: skip
    assert ids(protocol, GateKind.ABSOLUTE) == [
        "heart", "aneurysm", "psychosis", "mania", "pregnancy", "substance-use", "liver-disease", "hypersensitivity",
        "cannot-consent",
    ]  # fmt: skip
    assert ids(protocol, GateKind.RELATIVE) == [
        "raised-pressure", "seizures", "ketamine-misuse", "cystitis", "dementia-or-tbi", "age", "past-psychosis",
    ]  # fmt: skip
    assert ids(protocol, GateKind.FLAG) == [
        "benzodiazepine", "lamotrigine", "maoi", "stimulants", "ssri-stop", "depressants", "theophylline",
        "thyroid-hormones", "sleep-apnoea",
    ]  # fmt: skip
    assert ids(protocol, GateKind.NAMED) == ["escort"]


@pytest.mark.parametrize("protocol", EVERY, ids=lambda one: one.id)
def test_only_messages_are_optional_and_a_test_is_done_or_it_is_said_why_not(protocol: Protocol) -> None:
    """Consent to written messages is never a condition of treatment; each channel has its own."""
    optional = [gate.id for gate in protocol.gates if gate.optional]
    assert optional == ["messages-email", "messages-sms"]
    assert [gate.id for gate in protocol.gates if gate.or_why_not] == ["pregnancy-test", "ecg"]
    assert {gate.channel: gate.id for gate in protocol.gates if gate.channel} == {
        "email": "messages-email", "sms": "messages-sms",
    }  # fmt: skip


def test_extra_gates() -> None:
    """The drug monitoring programme in every arm, the benzodiazepine dose but for pain; what else an arm asks."""
    assert {one.id: ids(one, GateKind.REQUIRED) for one in EVERY if ids(one, GateKind.REQUIRED)} == {
        **{one.id: ["pdmp"] for one in PAIN},
        **{one.id: ["pdmp", "benzodiazepine-dose"] for one in EVERY if one not in PAIN},
        TRD.id: ["pdmp", "benzodiazepine-dose", "failed-trials"],
        BIPOLAR.id: ["pdmp", "benzodiazepine-dose", "mood-stabiliser", "antimanic-plan"],
    }
    notice = FIBROMYALGIA.gate("weak-evidence")
    assert notice is not None
    assert not notice.optional


@pytest.mark.parametrize("protocol", EVERY, ids=lambda one: one.id)
def test_the_liver_panel(protocol: Protocol) -> None:
    """Five values in every arm, at intake and again; in the pain arm before sessions 4 and 8 and before boosters."""
    liver = protocol.gate("liver-panel")
    assert liver is not None
    assert (liver.kind, liver.before_sessions) == (GateKind.LAB, (4, 8) if protocol in PAIN else ())
    assert not liver.optional
    assert liver.expires_days is not None
    if protocol in PAIN:
        assert liver.expires_days <= protocol.maintenance.interval_days_min, "a panel is due before every booster"
    assert liver.expires_days <= 90
    times = {one.name: int(liver.hold_times(one.name) or 0) for one in liver.analytes}
    assert times == {"ALT": 3, "AST": 3, "ALP": 2, "GGT": 3, "bilirubin": 2}
    assert liver.limits == LabLimits(hold_times_upper=Decimal(3), alert_times_first=Decimal(2), cause=HoldCause.LIVER)


def test_gates_that_protocols_share_read_the_same() -> None:
    """A gate id means one thing in the whole clinic; only how often a liver panel is drawn differs."""
    seen: dict[str, Gate] = {}
    for protocol in EVERY:
        for gate in protocol.gates:
            how_often: dict[str, object] = {"expires_days": None, "before_sessions": ()}
            alike = gate.with_(**how_often) if gate.id == "liver-panel" else gate
            assert seen.setdefault(gate.id, alike) == alike


@pytest.mark.parametrize("protocol", EVERY, ids=lambda one: one.id)
def test_what_only_a_clinician_can_judge_is_not_asked_of_the_patient(protocol: Protocol) -> None:
    """Psychosis, mania, capacity, flags, laboratory and failed trials are answered by a nurse or a prescriber."""
    for gate in protocol.gates:
        clinical = gate.id in {"psychosis", "mania", "cannot-consent"} or gate.kind in {
            GateKind.FLAG, GateKind.LAB, GateKind.REQUIRED,
        }  # fmt: skip
        assert (Role.PATIENT not in gate.by) == clinical, gate.id
        assert {Role.NURSE, Role.PRESCRIBER} <= set(gate.by), gate.id


@pytest.mark.parametrize("path", sorted((FOLDER / "protocols").glob("*.toml")), ids=lambda one: one.stem)
def test_every_value_says_where_it_comes_from(path: Path) -> None:
    """Behind each parameter stands [brief], [set] or a source, and [sources] lists each source that is named."""
    protocol = CLINIC.protocols[path.stem]
    body = path.read_text().split("[induction]")[1].split("[sources]")[0]
    values = [line for line in body.split("\n") if re.match(r"\w+ = ", line) and not line.startswith("source = ")]
    assert len(values) > 40
    named = "|".join(re.escape(name) for name in protocol.sources)
    for line in values:
        assert re.search(rf"#.*(\[brief\]|\[set\]|{named})", line), line
    told = body + " ".join(gate.source for gate in protocol.gates)
    assert set(re.findall(r"[A-Z]\w+ (?:19|20)\d\d\b", told)) <= set(protocol.sources)
    assert all(gate.source for gate in protocol.gates)
    everything = path.read_text()
    assert all(everything.count(name) > 1 for name in protocol.sources), "a source is listed that nothing names"


@pytest.mark.parametrize("protocol", EVERY, ids=lambda one: one.id)
def test_evidence_is_graded_and_cites_what_speaks_against(protocol: Protocol) -> None:
    """Use is off-label, and a negative or sobering result is among the citations."""
    assert protocol.evidence.statement.startswith("Off-label.")
    sobering = {"Ionescu 2019", "Sigtermans 2009", "Abdallah 2022", "Taylor 2018", "Diazgranados 2010", "Noppers 2011b"}
    assert sobering & set(protocol.evidence.citations)


def test_the_author_list_of_the_page_is_put_right() -> None:
    """The page misnames the authors of the 2014 study; its DOI is right."""
    cited = DEPRESSION.sources["Shiroma 2014"]
    assert cited.startswith("Shiroma, Johns, Kuskowski, Wels, Thuras, Albott, Lim. ")
    assert cited.endswith("doi:10.1016/j.jad.2013.10.036")


def test_questionnaires_asked_of_patients() -> None:
    """The primary measure, and one more at evaluations."""
    assert {one.id: (one.instruments[:2], one.measuring.also_at_evaluation) for one in EVERY} == {
        "depression": (("phq9", "gad7"), ("gad7",)),
        "treatment-resistant-depression": (("phq9", "gad7"), ("gad7",)),
        "anxiety": (("gad7", "phq9"), ("phq9",)),
        "ptsd": (("pcl5", "phq9"), ("phq9",)),
        "bipolar-depression": (("phq9", "madrs"), ("madrs",)),
        "crps": (("nrs_pain", "phq9"), ("phq9",)),
        "fibromyalgia": (("nrs_pain", "phq9"), ("phq9",)),
    }
    assert {one.id: one.measuring.secondary for one in EVERY} == {
        one.id: ("whodas12", "peg") if one.outcome.instrument == "nrs_pain" else ("whodas12",) for one in EVERY
    }
    assert all("cssrs_screener" in one.instruments for one in EVERY)
