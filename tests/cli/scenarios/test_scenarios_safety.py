"""Scenarios of safety and corrections on the real server in virtual time: what staff were told and what holds."""

from collections.abc import Mapping

import pytest

from course.model.terms import EndCause, Phase
from play.played import Played
from tests.support.lived import (
    SAFETY,
    letters,
    lives_of,
    said,
    statuses,
)

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Played]:
    """All of these scenarios side by side on one server."""
    return await lives_of(SAFETY, tmp_path_factory)


def test_every_step_comes_to_what_its_file_says(lived: Mapping[str, Played]) -> None:
    """No act is applied that should be refused, none refused that should be applied, none in other words."""
    assert {name: played.player.surprises for name, played in lived.items() if played.player.surprises} == {}


def test_too_high_a_pressure_is_not_given_and_a_raised_one_is_signed(lived: Mapping[str, Played]) -> None:
    """172/104 twice is refused in one sentence; the next visit at 146/92 is cleared by the prescriber alone."""
    played = lived["high-blood-pressure"]
    assert [(one.action, one.role) for one in played.player.refusals] == [("check_in", "nurse")]
    record = played.player.record
    assert statuses(record)[:4] == ["given", "given", "not_given", "given"]
    assert (record.sessions[2].code, record.held) == ("blood_pressure", None)
    assert record.sessions[3].signed_for is not None
    assert record.sessions[3].signed_for.signed.role == "prescriber"
    assert sum(1 for one in record.sessions if one.is_open) == 3


def test_a_hold_stops_reminders_until_a_prescriber_releases_it(lived: Mapping[str, Played]) -> None:
    """Two weeks of hold: moves are told, questions go on, no reminder; only a prescriber who asked again ends it."""
    played = lived["hold-and-release"]
    assert letters(played)[6:] == [
        "09 Mar checkin+moved",
        "14 Mar measure",
        "16 Mar moved",
        "21 Mar measure",
        "22 Mar visit_72h",
        "23 Mar visit_24h+visit_2h+visit_72h",
        "25 Mar checkin+visit_24h+visit_2h",
    ]
    assert [one.action for one in played.player.refusals] == ["check_in", "release", "release"]
    entries = said(played)
    assert entries.index("held (psychosis)") < entries.index("hold reviewed and kept") < entries.index("hold released")
    assert statuses(played.player.record)[:3] == ["given", "given", "given"]


def test_item_nine_on_a_saturday_evening_reaches_one_after_the_other(lived: Mapping[str, Played]) -> None:
    """Nobody acknowledges: the next on call is told every thirty minutes, at any hour; no letter names the patient."""
    played = lived["item-nine-on-saturday"]
    zone = played.player.record.zone
    told = [one for one in played.letters if one.audience == "oncall"]
    assert [(f"{zone.local(one.as_of):%a %H:%M}", one.to_account) for one in told] == [
        ("Sat 20:40", "lee"),
        ("Sat 21:10", "okafor"),
        ("Sat 21:40", "ortiz"),
    ]
    assert not any(played.player.place.name.split()[0] in one.body + one.subject for one in told)
    escalation = played.player.record.escalations[0]
    assert (escalation.steps, escalation.acknowledged_by) == (3, "Dr Lee")
    assert escalation.resolved_at is not None


def test_who_is_away_is_passed_over_and_somebody_takes_it_on(lived: Mapping[str, Played]) -> None:
    """Saturday 22:00, Dr Lee away: the next is told, then the nurse, who takes it on; Dr Lee signs on Monday."""
    played = lived["item-nine-owner-on-leave"]
    zone = played.player.record.zone
    told = [one for one in played.letters if one.audience == "oncall"]
    assert [(f"{zone.local(one.as_of):%a %H:%M}", one.to_account) for one in told] == [
        ("Sat 22:00", "okafor"),
        ("Sat 22:30", "ortiz"),
    ]
    escalation = played.player.record.escalations[0]
    assert (escalation.acknowledged_by, escalation.steps) == ("Sam Ortiz, RN", 2)
    assert escalation.resolved_at is not None
    assert f"{zone.local(escalation.resolved_at):%a %H:%M}" == "Mon 08:30"
    assert statuses(played.player.record)[4] == "given"


def test_a_hold_comes_round_until_somebody_releases_it(lived: Mapping[str, Played]) -> None:
    """Five weeks: reviewed every Monday, no visit message, a questionnaire a week, then the series goes on."""
    played = lived["five-weeks-on-hold"]
    record = played.player.record
    reviews = [f"{record.zone.local(one.at):%d %b}" for one in record.entries if one.action == "review"]
    assert reviews == ["15 Mar", "22 Mar", "29 Mar", "05 Apr"]
    since = letters(played).index("09 Mar checkin+moved")
    assert next(one for one in letters(played)[since:] if "visit" in one).startswith("13 Apr")
    asked = [one for one in letters(played) if one.endswith(" measure")]
    assert asked == ["14 Mar measure", "21 Mar measure", "28 Mar measure", "04 Apr measure", "11 Apr measure"]
    assert [f"{record.zone.local(one.at):%d %b}" for one in record.doses] == ["05 Mar", "08 Mar", "14 Apr"]


def test_rising_enzymes_block_alert_and_hold(lived: Mapping[str, Played]) -> None:
    """Pending: no dose that day; twice the first value: a prescriber is told; three times the limit: held."""
    played = lived["crps-rising-enzymes"]
    record = played.player.record
    assert statuses(record)[:8] == ["given", "given", "given", "not_given", "given", "given", "given", "given"]
    assert [(one.action, one.role) for one in played.player.refusals] == [
        ("check_in", "nurse"),
        ("release", "prescriber"),
    ]
    assert "gate liver-panel is pending" in played.player.refusals[0].sentence
    liver = [entry.text for entry in played.player.observed.entries.values() if entry.text.startswith("gate liver")]
    over = "[gate liver-panel, ALT: 3 x the upper limit or more]"
    alerted = "[gate liver-panel, ALT: 2 x the first value or more]"
    rest = "AST 22/40 U/L, ALP 25/40 U/L, GGT 30/40 U/L, bilirubin 0.6/1.2 mg/dL"
    assert liver[1:] == [
        "gate liver-panel: pending",
        f"gate liver-panel: yes (ALT 61/40 U/L, {rest}) {alerted}",
        "gate liver-panel: pending",
        f"gate liver-panel: yes (ALT 124/40 U/L, {rest}), the course is held {over} {alerted}",
        f"gate liver-panel: yes (ALT 74/40 U/L, {rest}) {alerted}",
    ]
    assert record.held is None
    assert {one.analyte: one.first for one in record.gates["liver-panel"].results}["ALT"] == 22


def test_what_happened_is_recorded_late_and_counts(lived: Mapping[str, Played]) -> None:
    """An infusion stopped after fifteen minutes, written down a day later, counts as a dose, alerts and holds."""
    played = lived["stopped-and-written-late"]
    record = played.player.record
    assert statuses(record)[:4] == ["given", "aborted", "given", "not_given"]
    assert [float(dose.mg) for dose in record.doses] == [40.0, 15.0, 40.0]
    entry = next(one for one in played.player.observed.entries.values() if "aborted" in one.text)
    assert (entry.at - record.doses[1].at).total_seconds() > 24 * 3600
    assert "[systolic above 180 mmHg]" in entry.text
    assert "no escort" in played.player.refusals[0].sentence


def test_a_rating_of_14_holds_a_bipolar_course_until_a_calm_one(lived: Mapping[str, Played]) -> None:
    """Rated before each dose; above 12 no dose, the one on call is told; released only after a lower rating."""
    played = lived["bipolar-ymrs-14"]
    record = played.player.record
    assert statuses(record)[:4] == ["given", "given", "not_given", "given"]
    assert [one.total for one in record.scores_of("ymrs")] == [3, 5, 14, 6, 4]
    told = [one for one in played.letters if one.audience == "oncall"]
    assert [one.to_account for one in told] == ["lee"]
    assert "14" not in told[0].body
    assert [(one.action, one.role) for one in played.player.refusals] == [("release", "prescriber")]
    entries = said(played)
    assert entries.index("YMRS: 14") < entries.index("YMRS: 6") < entries.index("hold released")
    assert {one.instrument for one in record.scores} == {"phq9", "asrm", "ymrs", "cssrs_screener", "audit_c"}


def test_a_pregnancy_holds_at_once_and_a_nurse_cannot_release(lived: Mapping[str, Played]) -> None:
    """The two infusions before it stand; no dose after it; a prescriber decides."""
    played = lived["pregnancy-mid-series"]
    record = played.player.record
    assert [one.action for one in played.player.refusals] == ["release"]
    assert "session s3 not cleared: pregnancy since" in said(played)
    assert (len(record.valid_doses), record.end_cause) == (2, EndCause.DISCHARGED)
    assert record.gates["pregnancy"].since > record.doses[-1].at


def test_a_wrong_dose_is_alerted_corrected_by_two_and_stays_readable(lived: Mapping[str, Played]) -> None:
    """53 mg is over the order; 35 mg counts in the end; 154 is asked again, for it may be pounds."""
    played = lived["wrong-dose-corrected"]
    doses = [float(dose.mg) for dose in played.player.record.valid_doses]
    assert doses == [35.0] * len(doses)
    entries = said(played)
    assert entries.index("over the order") < entries.index("dose of s1 corrected to 35 mg")
    assert ["second person" in one.sentence for one in played.player.refusals] == [True, False]
    assert "dose over order" in {trigger.what for one in played.player.record.escalations for trigger in one.triggers}


def test_a_death_after_discharge_is_told_to_staff_and_to_nobody_else(lived: Mapping[str, Played]) -> None:
    """The late entry has its own day; on call is told, a review opens, the farewell stays the last letter."""
    played = lived["death-after-discharge"]
    record = played.player.record
    assert (record.phase, record.end_cause) == (Phase.CLOSED, EndCause.DIED)
    assert letters(played)[-1].endswith("closed")
    assert "late entry for" in said(played)
    assert [one.to_account for one in played.letters if one.audience == "oncall"] == ["lee"]
    assert "death_review" in {kind for kind, _ in played.player.observed.tasks.values()}


def test_a_score_of_another_chart_counts_for_nothing_and_stays(lived: Mapping[str, Played]) -> None:
    """It escalated as it had to; two people void it; the evaluation that stood on it is looked at again."""
    played = lived["wrong-chart-voided"]
    record = played.player.record
    assert [score.total for score in record.scores if score.voided] == [26]
    assert 26 not in {score.total for score in record.primary_scores}
    assert record.escalations[0].resolved_at is not None
    assert record.evaluations[0].inputs_changed
    assert "inputs_changed" in {kind for kind, _ in played.player.observed.tasks.values()}
