"""Every shipped scenario on the real server in virtual time: what the patient received, and what came of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.clinic import load_clinic
from cli.play.check import load_scenario
from cli.play.command import known, play_files
from cli.play.results import Played
from cli.play.scenario import Scenario
from course.record import CourseRecord
from course.terms import EndCause, OccasionState, Phase, SessionStatus
from tests.support.records import CLINIC_FOLDER

pytestmark = pytest.mark.timeout(400)

HORIZONS = {
    "straightforward-depression": "46d",
    "no-show-and-rebook": "19d",
    "moved-visit": "15d",
    "high-blood-pressure": "12d",
    "hold-and-release": "24d",
    "five-weeks-on-hold": "46d",
    "item-nine-owner-on-leave": "15d",
    "item-nine-on-saturday": "13d6h",
    "relapse-and-early-booster": "57d",
    "relapse-after-booster-two": "107d",
    "move-across-zones": "44d",
    "anxiety-and-a-taper": "38d",
    "fibromyalgia-moved": "26d",
    "crps-daily": "12d",
    "crps-rising-enzymes": "30d",
    "resistant-depression-lead-in": "31d",
    "stop-messages-but-go-on": "10d",
    "as-needed-boosters": "82d",
    "discharge-after-cancellation": "closed",
    "stopped-and-written-late": "26d",
    "bipolar-ymrs-14": "25d",
    "ptsd": "31d",
    "no-show-then-lapse": "closed",
    "pregnancy-mid-series": "closed",
    "wrong-dose-corrected": "12d",
    "death-after-discharge": "55d",
    "transfer-to-another-clinic": "closed",
    "skipping-for-cost": "31d",
    "wrong-chart-voided": "26d",
}
APART = "killed-worker-and-mail-down"

SIX_INFUSIONS = [
    "01 Mar forms+measure",
    "02 Mar visit_72h",
    "04 Mar visit_24h+visit_2h",
    "05 Mar visit_72h",
    "07 Mar measure+visit_24h+visit_2h+visit_72h",
    "09 Mar checkin+visit_24h+visit_2h+visit_72h",
    "11 Mar checkin+visit_24h+visit_2h",
    "12 Mar visit_72h",
    "14 Mar measure+visit_24h+visit_2h+visit_72h",
    "16 Mar checkin+visit_24h+visit_2h",
    "21 Mar measure",
]
"""What everybody receives who starts on the first Monday of March and misses nothing: one letter a day at most."""


KNOWN = known(load_clinic(CLINIC_FOLDER))


def shipped(name: str, until: str) -> Scenario:
    """A scenario of the repository with a shorter horizon."""
    return load_scenario(CLINIC_FOLDER / "scenarios" / f"{name}.toml", KNOWN).model_copy(update={"until": until})


@pytest.fixture(scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Played]:
    """All scenarios side by side on one server."""
    scenarios = [shipped(name, until) for name, until in HORIZONS.items()]
    folder = tmp_path_factory.mktemp("scenarios")
    played = await play_files(scenarios, folder, CLINIC_FOLDER, progress=False)
    return dict(zip(HORIZONS, played, strict=True))


def letters(played: Played) -> list[str]:
    """The day and the kinds of each letter to the patient."""
    zone = played.player.record.zone
    return [f"{zone.local(one.as_of):%d %b} {'+'.join(sorted(one.kinds))}" for one in played.to_patient]


def statuses(record: CourseRecord) -> list[SessionStatus]:
    """What became of each visit that the record still carries."""
    return [one.status for one in sorted(record.sessions, key=lambda one: one.ordinal)]


def said(played: Played) -> str:
    """All entries, a line each."""
    return "\n".join(entry.text for _, entry in sorted(played.player.seen.entries.items()))


def test_every_shipped_scenario_is_tested() -> None:
    """A scenario that is added to the folder is added here."""
    assert {path.stem for path in Path(CLINIC_FOLDER / "scenarios").glob("*.toml")} == {*HORIZONS, APART}


def test_every_step_comes_to_what_its_file_says(lived: Mapping[str, Played]) -> None:
    """No act is applied that should be refused, none refused that should be applied, none in other words."""
    assert {name: played.player.surprises for name, played in lived.items() if played.player.surprises} == {}


def test_six_infusions_then_a_booster(lived: Mapping[str, Played]) -> None:
    """One letter a day; 09:00 stays 09:00 when the clocks change; the booster is booked inside its window."""
    played = lived["straightforward-depression"]
    assert letters(played) == [
        *SIX_INFUSIONS,
        "28 Mar measure",
        "04 Apr book+measure",
        "11 Apr visit_72h",
        "13 Apr measure+visit_24h+visit_2h",
        "15 Apr checkin",
    ]
    assert [one.subject for one in played.to_patient if "Monday" in one.subject] == [
        "Your visit on Monday 8 March 2027 at 09:00 EST".replace("2027", _year(played)),
        "Getting ready for Monday 8 March 2027 at 09:00 EST".replace("2027", _year(played)),
        "Your visit on Monday 15 March 2027 at 09:00 EDT".replace("2027", _year(played)),
        "Getting ready for Monday 15 March 2027 at 09:00 EDT".replace("2027", _year(played)),
    ]
    record = played.player.record
    assert record.phase is Phase.MAINTENANCE
    assert [dose.series for dose in record.doses] == ["induction"] * 6 + ["booster"]
    assert played.player.refusals == []
    assert sum(one.all_actions for one in played.costs) < 200


def _year(played: Played) -> str:
    return str(played.player.start.year)


def test_an_absence_gets_a_kind_letter_a_call_and_a_seventh_visit(lived: Mapping[str, Played]) -> None:
    """The no-show letter leaves the same day, no check-in follows, the sixth dose comes at the seventh visit."""
    played = lived["no-show-and-rebook"]
    received = letters(played)
    assert received[: len(SIX_INFUSIONS[:6])] == SIX_INFUSIONS[:6]
    assert received[6:8] == ["10 Mar no_show", "11 Mar visit_24h+visit_2h"]
    assert statuses(played.player.record) == [
        SessionStatus.NO_SHOW if number == 3 else SessionStatus.GIVEN for number in range(1, 8)
    ]
    assert "session s3: the patient did not come, call today" in said(played)
    assert len(played.player.record.doses) == 6


def test_a_visit_that_moves_is_told_and_its_reminders_follow(lived: Mapping[str, Played]) -> None:
    """Ten minutes, a day, and back: three notices of change, no reminder twice, none for a time that is gone."""
    played = lived["moved-visit"]
    assert letters(played) == [
        *SIX_INFUSIONS[:7],
        "11 Mar moved",
        "12 Mar visit_72h",
        "12 Mar moved",
        "13 Mar moved",
        *SIX_INFUSIONS[8:10],
    ]
    assert "09:10" in next(one.body for one in played.to_patient if "moved" in one.kinds)
    assert "Tuesday 16" in [one.body for one in played.to_patient if "moved" in one.kinds][1]
    assert not any("Tuesday 16" in one.body for one in played.to_patient if "visit_24h" in one.kinds)


def test_too_high_a_pressure_is_not_given_and_a_raised_one_is_signed(lived: Mapping[str, Played]) -> None:
    """172/104 twice is refused in one sentence; the next visit at 146/92 is cleared by the prescriber alone."""
    played = lived["high-blood-pressure"]
    assert [(one.action, one.role) for one in played.player.refusals] == [("check_in", "nurse")]
    record = played.player.record
    assert statuses(record)[:4] == ["given", "given", "not_given", "given"]
    assert (record.sessions[2].code, record.held) == ("blood_pressure", None)
    assert record.sessions[3].signed_bp is not None
    assert record.sessions[3].signed_bp.role == "prescriber"
    assert sum(1 for one in record.sessions if one.is_open) == 3


def test_a_hold_stops_reminders_until_a_prescriber_releases_it(lived: Mapping[str, Played]) -> None:
    """Two weeks of hold: moves are told, questions go on, no reminder; only a prescriber who asked again ends it."""
    played = lived["hold-and-release"]
    assert letters(played)[5:] == [
        "09 Mar checkin+moved",
        "14 Mar measure",
        "16 Mar moved",
        "21 Mar measure",
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


def test_a_lost_response_leads_to_an_early_booster(lived: Mapping[str, Played]) -> None:
    """The first bad reading asks again within 48 hours; the second makes a task; the prescriber books early."""
    played = lived["relapse-and-early-booster"]
    assert letters(played)[-6:] == [
        "13 Apr measure+visit_24h+visit_2h",
        "15 Apr checkin",
        "20 Apr measure",
        "22 Apr measure",
        "23 Apr visit_72h",
        "25 Apr visit_24h+visit_2h",
    ]
    assert [one.early for one in played.player.record.doses] == [False] * 7 + [True]
    assert [one.role for one in played.player.refusals] == ["coordinator"]


def test_a_response_lost_after_the_second_booster_is_confirmed_first(lived: Mapping[str, Played]) -> None:
    """Twelve days after it the first bad reading, asked again two days later; the early one restarts all."""
    played = lived["relapse-after-booster-two"]
    record = played.player.record
    assert [one.early for one in record.doses[-3:]] == [False, False, True]
    assert [f"{record.zone.local(one.at):%d %b}" for one in record.doses[-3:]] == ["14 Apr", "12 May", "28 May"]
    bad = [f"{record.zone.local(one.at):%d %b}" for one in record.primary_scores if one.total == 15]
    assert bad == ["24 May", "26 May"]
    assert letters(played)[-6:] == [
        "26 May measure",
        "27 May visit_24h+visit_2h",
        "29 May checkin",
        "02 Jun measure",
        "15 Jun book",
        "16 Jun measure",
    ]
    assert f"{record.zone.local(record.open_sessions[0].start):%d %b}" == "25 Jun"


def test_letters_follow_the_patient_and_visits_the_clinic(lived: Mapping[str, Played]) -> None:
    """After the move letters keep the hours of Hawaii, and say visits on the clinic's clock."""
    played = lived["move-across-zones"]
    record = played.player.record
    there = record.messaging.zone
    assert there.name == "Pacific/Honolulu"
    moved = [one for one in played.to_patient if f"{record.zone.local(one.as_of):%m%d}" > "0325"]
    hours = [f"{there.local(one.as_of):%d %b %H:%M}" for one in moved]
    assert hours == ["28 Mar 10:00", "04 Apr 08:00", "11 Apr 08:00", "13 Apr 08:00"]
    assert "Wednesday 14 April 2027 at 09:00 EDT" in moved[-1].body
    assert not any("HST" in one.body for one in played.to_patient)


def test_a_taper_is_ordered_by_a_person_and_asked_about_on_its_day(lived: Mapping[str, Played]) -> None:
    """The benzodiazepine is noted and blocks nothing; its smaller dose is an order with a review that comes round."""
    played = lived["anxiety-and-a-taper"]
    record = played.player.record
    assert record.gates["benzodiazepine"].answer == "yes"
    assert statuses(record)[:5] == ["given", "given", "given", "no_show", "given"]
    assert played.player.refusals == []
    (medicine,) = record.medicines
    assert (medicine.name, medicine.ordered, medicine.by) == ("lorazepam", True, "Dr Lee")
    opened = played.player.seen.needs.values()
    asked = [one.at for one in opened if one.need.text.startswith("review of lorazepam")]
    assert [f"{record.zone.local(at):%d %b %H:%M}" for at in asked] == ["06 Apr 09:00"]
    assert not any("lorazepam" in one.body for one in played.to_patient)


def test_a_cold_moves_the_rest_and_no_letter_speaks_of_the_old_day(lived: Mapping[str, Played]) -> None:
    """The fourth visit and all after it a week later; half-hourly readings over two hours."""
    played = lived["fibromyalgia-moved"]
    record = played.player.record
    assert [f"{record.zone.local(one.start):%d %b}" for one in record.sessions][2:6] == [
        *("15 Mar", "25 Mar", "29 Mar", "01 Apr"),
    ]
    later = [one for one in played.to_patient if "moved" in one.kinds or one.as_of > record.sessions[2].start]
    told = [one for one in later if f"{record.zone.local(one.as_of):%m%d}" > "0316"]
    assert told
    assert not any("18 March" in one.body for one in told)
    assert {len(one.vitals) for one in record.sessions[:3]} == {6}


def test_a_daily_series_has_one_plan_and_one_letter_a_day(lived: Mapping[str, Played]) -> None:
    """All dates at once, then the day before each visit; no check-in between daily sessions."""
    played = lived["crps-daily"]
    assert letters(played) == [
        "01 Mar forms+measure",
        "01 Mar plan",
        "04 Mar visit_24h",
        "07 Mar measure+visit_24h",
        "08 Mar visit_24h",
        "09 Mar visit_24h",
        "10 Mar visit_24h",
        "11 Mar visit_24h",
    ]
    plan = next(one for one in played.to_patient if "plan" in one.kinds)
    assert plan.body.count("at 09:00") == 10
    assert [float(dose.mg) for dose in played.player.record.doses] == [100.0] * 6
    liver = [entry.text for entry in played.player.seen.entries.values() if "gate liver" in entry.text]
    assert len(liver) > 1


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
    liver = [entry.text for entry in played.player.seen.entries.values() if entry.text.startswith("gate liver")]
    over, alerted = "[gate liver-panel: 3 x the upper limit or more]", "[gate liver-panel: 2 x the first value or more]"
    assert liver[1:] == [
        "gate liver-panel: pending",
        f"gate liver-panel: yes (61 U/L, upper limit 40) {alerted}",
        "gate liver-panel: pending",
        f"gate liver-panel: yes (124 U/L, upper limit 40), the course is held {over} {alerted}",
        f"gate liver-panel: yes (74 U/L, upper limit 40) {alerted}",
    ]
    assert record.held is None
    assert record.gates["liver-panel"].first_value == 22


def test_boosters_lead_in_weekly(lived: Mapping[str, Played]) -> None:
    """After treatment-resistant depression's induction the first boosters lie a week apart."""
    doses = [dose.at for dose in lived["resistant-depression-lead-in"].player.record.doses]
    assert [(later - sooner).days for sooner, later in pairwise(doses[5:])] == [7, 7]


def test_after_stop_nothing_is_written_and_treatment_goes_on(lived: Mapping[str, Played]) -> None:
    """STOP counts at once: no letter after it, each one that would have gone is on record, and somebody calls."""
    played = lived["stop-messages-but-go-on"]
    assert letters(played) == SIX_INFUSIONS[:5]
    unsent = {key for key, mark in played.not_sent if mark.reason == "the patient opted out"}
    assert {"s3/visit_24h/1", "s4/visit_72h/1", "s4/visit_24h/1"} <= unsent
    assert "call the patient instead of the visit 24h message: the patient opted out" in said(played)
    assert statuses(played.player.record)[:3] == ["given", "given", "given"]


def test_as_needed_means_no_booking_letters_and_signals_are_read_with_care(lived: Mapping[str, Played]) -> None:
    """Only what the patient asked for is booked; a signal that does not fit is a task, one that fits evaluates."""
    played = lived["as-needed-boosters"]
    assert not any("book" in one for one in letters(played))
    assert [float(dose.mg) for dose in played.player.record.doses] == [40.0] * 6 + [32.0]
    assert [(one.action, one.role) for one in played.player.refusals] == [("order", "nurse")]
    assert "an evaluation came by signal and was not accepted" in said(played)
    assert [one.reason for one in played.player.record.evaluations][-1] == "by the evaluation service"


def test_a_cancellation_ends_nothing_and_a_discharge_does(lived: Mapping[str, Played]) -> None:
    """Cancelled from outside: held, a task, no letter about it; later discharged: one farewell, the booster omitted."""
    played = lived["discharge-after-cancellation"]
    record = played.player.record
    assert "cancelled from outside: held, the course goes on" in said(played)
    assert len(record.doses) == 6
    assert (record.phase, record.end_cause) == (Phase.CLOSED, EndCause.DISCHARGED)
    assert statuses(record)[-1] is SessionStatus.OMITTED
    assert letters(played)[-1] == "26 Apr closed"
    assert len([one for one in letters(played) if "closed" in one]) == 1


def test_what_happened_is_recorded_late_and_counts(lived: Mapping[str, Played]) -> None:
    """An infusion stopped after fifteen minutes, written down a day later, counts as a dose, alerts and holds."""
    played = lived["stopped-and-written-late"]
    record = played.player.record
    assert statuses(record)[:4] == ["given", "aborted", "given", "not_given"]
    assert [float(dose.mg) for dose in record.doses] == [40.0, 15.0, 40.0]
    entry = next(one for one in played.player.seen.entries.values() if "aborted" in one.text)
    assert (entry.at - record.doses[1].at).total_seconds() > 24 * 3600
    assert "[systolic above 180]" in entry.text
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
    assert {one.instrument for one in record.scores} == {"phq9", "asrm", "ymrs"}


def test_fifteen_points_are_a_response_in_ptsd(lived: Mapping[str, Played]) -> None:
    """48 to 33 is a response and 48 to 28 remission, said in points and not in percent."""
    played = lived["ptsd"]
    assert "evaluated: maintenance (response: 48 to 33, down 15 points)" in said(played)
    assert "evaluated: maintenance (remission: 48 to 28, down 20 points)" in said(played)
    assert letters(played)[: len(SIX_INFUSIONS)] == SIX_INFUSIONS


def test_who_answers_nobody_is_written_to_and_called_until_a_person_decides(lived: Mapping[str, Played]) -> None:
    """One, two and four weeks after the window; only a prescriber says `lost`, and one farewell follows."""
    played = lived["no-show-then-lapse"]
    days = [one[:6] for one in letters(played) if "lapsed" in one]
    assert [(date_of(later) - date_of(sooner)).days for sooner, later in pairwise(days)] == [7, 14]
    assert played.player.record.end_cause is EndCause.LOST
    assert letters(played)[-1].endswith("closed")
    assert "no visit booked: call" in {one.need.text for one in played.player.seen.needs.values()}


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
    assert "death_review" in {kind for kind, _ in played.player.seen.tasks.values()}


def test_a_transfer_names_the_clinic_and_the_last_dose(lived: Mapping[str, Played]) -> None:
    """Without a clinic it is refused; with one the page says what the next clinic must know."""
    played = lived["transfer-to-another-clinic"]
    assert len(played.player.refusals) == 1
    assert "transferred to Lakeside Clinic. 6 infusions given, the last on" in said(played)
    assert played.player.record.end_cause is EndCause.TRANSFERRED


def test_skips_carry_their_reason_and_what_goes_on_beside_comes_round(lived: Mapping[str, Played]) -> None:
    """Two visits omitted for their cost; talk therapy once a week; the ordered change reviewed on its day."""
    played = lived["skipping-for-cost"]
    record = played.player.record
    assert [one.code for one in record.sessions if one.status is SessionStatus.OMITTED] == ["cost", "cost"]
    assert len(record.valid_doses) == 4
    assert [(one.name, one.came) for one in record.therapies] == [("talk therapy", 4)]
    assert [one.reviewed_at is not None for one in record.medicines] == [True]


def test_a_score_of_another_chart_counts_for_nothing_and_stays(lived: Mapping[str, Played]) -> None:
    """It escalated as it had to; two people void it; the evaluation that stood on it is looked at again."""
    played = lived["wrong-chart-voided"]
    record = played.player.record
    assert [score.total for score in record.scores if score.voided] == [26]
    assert 26 not in {score.total for score in record.primary_scores}
    assert record.escalations[0].resolved_at is not None
    assert record.evaluations[0].inputs_changed
    assert "inputs_changed" in {kind for kind, _ in played.player.seen.tasks.values()}


def date_of(day: str) -> datetime:
    """A day as `letters` writes it."""
    return datetime.strptime(f"{day} 2028", "%d %b %Y").replace(tzinfo=UTC)


async def test_a_killed_worker_and_a_day_without_mail_lose_and_double_nothing(tmp_path: Path) -> None:
    """Refused for six hours becomes a call; a kill -9 changes no letter; a repeated request is one entry."""
    (played,) = await play_files([shipped(APART, "12d")], tmp_path, CLINIC_FOLDER, progress=False)
    assert played.player.surprises == []
    asked_again = "09 Mar checkin+measure+visit_24h+visit_2h+visit_72h"
    assert letters(played) == [*SIX_INFUSIONS[:4], asked_again, *SIX_INFUSIONS[6:8]]
    failed = {key for key, mark in played.not_sent if mark.state is OccasionState.FAILED}
    assert failed == {"ask2/measure/1", "s2/visit_24h/1", "s2/visit_2h/1", "s3/visit_72h/1"}
    assert "was not delivered: call the patient" in said(played)
    assert said(played).count("asked for a window seat") == 1
    assert statuses(played.player.record)[:4] == ["given"] * 4
