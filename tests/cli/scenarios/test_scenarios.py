"""Scenarios of treatment and messages on the real server in virtual time: what the patient received."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from course.model.terms import EndCause, OccasionState, Phase, SessionStatus
from play.files import play_files
from play.played import Played
from tests.support.lived import (
    APART,
    SAFETY,
    SIX_INFUSIONS,
    TOGETHER,
    TREATMENT,
    date_of,
    letters,
    lives_of,
    said,
    shipped,
    statuses,
)
from tests.support.records import CLINIC_FOLDER

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Played]:
    """All of these scenarios side by side on one server."""
    return await lives_of(TREATMENT, tmp_path_factory)


def test_every_shipped_scenario_is_tested() -> None:
    """A scenario that is added to the folder is added here."""
    assert {path.stem for path in Path(CLINIC_FOLDER / "scenarios").glob("*.toml")} == {
        *TREATMENT,
        *SAFETY,
        *TOGETHER,
        APART,
    }


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
        "Your visit on Monday 8 March 2032 at 09:00 EST",
        "Getting ready for Monday 8 March 2032 at 09:00 EST",
        "Your visit on Monday 15 March 2032 at 09:00 EDT",
        "Getting ready for Monday 15 March 2032 at 09:00 EDT",
    ]
    record = played.player.record
    assert record.phase is Phase.MAINTENANCE
    assert [dose.series for dose in record.doses] == ["induction"] * 6 + ["booster"]
    assert played.player.refusals == []
    assert sum(one.all_actions for one in played.costs) < 200


def test_an_absence_gets_a_kind_letter_a_call_and_a_seventh_visit(lived: Mapping[str, Played]) -> None:
    """The no-show letter leaves the same day, no check-in follows, the sixth dose comes at the seventh visit."""
    played = lived["no-show-and-rebook"]
    received = letters(played)
    assert received[:7] == SIX_INFUSIONS[:7]
    assert received[7:9] == ["10 Mar no_show", "11 Mar visit_24h+visit_2h"]
    assert statuses(played.player.record) == [
        SessionStatus.NO_SHOW if number == 3 else SessionStatus.GIVEN for number in range(1, 8)
    ]
    assert "session s3: the patient did not come, call today" in said(played)
    assert len(played.player.record.doses) == 6


def test_a_visit_that_moves_is_told_and_its_reminders_follow(lived: Mapping[str, Played]) -> None:
    """Ten minutes, a day, and back: three notices of change, no reminder twice, none for a time that is gone."""
    played = lived["moved-visit"]
    assert letters(played) == [
        *SIX_INFUSIONS[:8],
        "11 Mar moved",
        "12 Mar visit_72h",
        "12 Mar moved",
        SIX_INFUSIONS[9],
        "13 Mar moved",
        *SIX_INFUSIONS[10:12],
    ]
    assert "09:10" in next(one.body for one in played.to_patient if "moved" in one.kinds)
    assert "Tuesday 16" in [one.body for one in played.to_patient if "moved" in one.kinds][1]
    assert not any("Tuesday 16" in one.body for one in played.to_patient if "visit_24h" in one.kinds)


def test_a_lost_response_leads_to_an_early_booster(lived: Mapping[str, Played]) -> None:
    """The first bad reading asks again within 48 hours; the second makes a task; the prescriber books early."""
    played = lived["relapse-and-early-booster"]
    assert letters(played)[-7:] == [
        "13 Apr measure+visit_24h+visit_2h",
        "15 Apr checkin",
        "20 Apr measure",
        "22 Apr measure",
        "23 Apr visit_72h",
        "25 Apr visit_24h+visit_2h",
        "27 Apr checkin",
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
    assert "Wednesday 14 April 2032 at 09:00 EDT" in moved[-1].body
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
    opened = played.player.observed.needs.values()
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
    assert {len(one.vitals) for one in record.sessions[:3]} == {7}


def test_a_daily_series_has_one_plan_and_one_letter_a_day(lived: Mapping[str, Played]) -> None:
    """All dates at once, then the day before each visit; no check-in between daily sessions."""
    played = lived["crps-daily"]
    assert letters(played) == [
        "01 Mar forms+measure",
        "01 Mar plan",
        "04 Mar visit_24h",
        "06 Mar checkin",
        "07 Mar measure+visit_24h",
        "08 Mar visit_24h",
        "09 Mar visit_24h",
        "10 Mar visit_24h",
        "11 Mar visit_24h",
    ]
    plan = next(one for one in played.to_patient if "plan" in one.kinds)
    assert plan.body.count("at 09:00") == 10
    assert [float(dose.mg) for dose in played.player.record.doses] == [100.0] * 6
    liver = [entry.text for entry in played.player.observed.entries.values() if "gate liver" in entry.text]
    assert len(liver) > 1


def test_boosters_lead_in_weekly(lived: Mapping[str, Played]) -> None:
    """After treatment-resistant depression's induction the first boosters lie a week apart."""
    doses = [dose.at for dose in lived["resistant-depression-lead-in"].player.record.doses]
    assert [(later - sooner).days for sooner, later in pairwise(doses[5:])] == [7, 7]


def test_after_stop_nothing_is_written_and_treatment_goes_on(lived: Mapping[str, Played]) -> None:
    """STOP counts at once: no letter after it, each one that would have gone is on record, and somebody calls."""
    played = lived["stop-messages-but-go-on"]
    assert letters(played) == SIX_INFUSIONS[:6]
    unsent = {key for key, mark in played.not_sent if mark.reason == "the patient opted out"}
    assert {"s3/visit_24h/1", "s4/visit_72h/1", "s4/visit_24h/1"} <= unsent
    assert "call the patient instead of the visit 24h (session s4, " in said(played)
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
    assert letters(played)[-1] == "26 Apr cancelled+closed"
    assert len([one for one in letters(played) if "closed" in one]) == 1


def test_fifteen_points_are_a_response_in_ptsd(lived: Mapping[str, Played]) -> None:
    """48 to 33 is a response and 48 to 28 clinically significant change, said in points and not in percent."""
    played = lived["ptsd"]
    assert "evaluated: maintenance (response: 48 to 33, down 15 points)" in said(played)
    assert "evaluated: maintenance (clinically significant change: 48 to 28, down 20 points)" in said(played)
    assert letters(played)[: len(SIX_INFUSIONS)] == SIX_INFUSIONS


def test_who_answers_nobody_is_written_to_and_called_until_a_person_decides(lived: Mapping[str, Played]) -> None:
    """One, two and four weeks after the window; only a prescriber says `lost`, and one farewell follows."""
    played = lived["no-show-then-lapse"]
    days = [one[:6] for one in letters(played) if "lapsed" in one]
    assert [(date_of(later) - date_of(sooner)).days for sooner, later in pairwise(days)] == [7, 14]
    assert played.player.record.end_cause is EndCause.LOST
    assert letters(played)[-1].endswith("closed")
    assert "no visit booked: call" in {one.need.text for one in played.player.observed.needs.values()}


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


async def test_a_killed_worker_and_a_day_without_mail_lose_and_double_nothing(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused for six hours becomes a call; a kill -9 changes no letter; a repeated request is one entry.

    On SQLite and on PostgreSQL, and never in the clinic that the environment names.
    """
    clinic, data = tmp_path / "clinic", tmp_path / "played"
    for name in ("KEY_RING_FILE", "MAILBOX_FOLDER", "DATA_FOLDER"):
        monkeypatch.setenv(f"ST_{name}", str(clinic))
    monkeypatch.setenv("ST_STORE_URL", f"sqlite:///{clinic}")
    data.mkdir()
    (played,) = await play_files([shipped(APART, "12d")], data, CLINIC_FOLDER, store_url=store_url)
    assert not clinic.exists()
    assert played.player.surprises == []
    asked_again = "09 Mar checkin+measure+visit_24h+visit_2h+visit_72h"
    assert letters(played) == [*SIX_INFUSIONS[:5], asked_again, *SIX_INFUSIONS[7:9]]
    failed = {key for key, mark in played.not_sent if mark.state is OccasionState.FAILED}
    assert failed == {"ask2/measure/1", "s2/visit_24h/1", "s2/visit_2h/1", "s3/visit_72h/1"}
    assert "was not delivered: call the patient" in said(played)
    assert said(played).count("asked for a window seat") == 1
    assert statuses(played.player.record)[:4] == ["given"] * 4
