"""What was told stays true or is taken back: small lives on the real server, each with what its patient received."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from course.agenda.booster_booking import booster_number
from course.agenda.evaluations import evaluation_due
from course.model.terms import OccasionState
from play.check import load_scenario
from play.files import play_files
from play.played import Played
from tests.support.lived import KNOWN, letters
from tests.support.records import CLINIC_FOLDER

pytestmark = pytest.mark.timeout(300)

TOLD = sorted((Path(__file__).parent / "told").glob("*.toml"))


@pytest.fixture(scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Played]:
    """All of these lives side by side on one server."""
    scenarios = [load_scenario(path, KNOWN) for path in TOLD]
    names = {scenario.title: path.stem for scenario, path in zip(scenarios, TOLD, strict=True)}
    played = await play_files(scenarios, tmp_path_factory.mktemp("told"), CLINIC_FOLDER)
    return {names[one.player.scenario.title]: one for one in played}


def not_sent(played: Played, occasion: str) -> list[tuple[OccasionState, str]]:
    """What stands on record of an occasion that was put off or did not go out."""
    return [(mark.state, mark.reason) for key, mark in played.not_sent if key == occasion]


def test_every_step_comes_to_what_its_file_says(lived: Mapping[str, Played]) -> None:
    """Every act is applied."""
    assert {name: played.player.surprises for name, played in lived.items() if played.player.surprises} == {}


def test_a_questionnaire_outlives_the_letter_that_is_called_back(lived: Mapping[str, Played]) -> None:
    """Its visit moved while the letter waited: the questionnaire still comes before the visit, once."""
    found = letters(lived["questionnaire-lost-with-its-letter"])
    moved = next(index for index, one in enumerate(found) if one.endswith("moved"))
    asked = [one for one in found[moved:] if "measure" in one]
    assert asked[0][:6] in {"14 Mar", "15 Mar"}
    assert len(asked) == 1
    assert not_sent(lived["questionnaire-lost-with-its-letter"], "ask3/measure/1") == [
        (OccasionState.LATER, "called back with its letter: it goes out anew")
    ]


def test_who_withdraws_is_asked_nothing_more(lived: Mapping[str, Played]) -> None:
    """A questionnaire that waits for mail is called back, with the reason; the farewell goes out."""
    played = lived["withdrawn-and-still-asked"]
    assert [one for one in letters(played) if one >= "22 Mar" and one[3:6] == "Mar"] == ["28 Mar closed"]
    assert not_sent(played, "ask5/measure/1") == [
        (OccasionState.SUPPRESSED, "overtaken by a change before it went out: the course has ended")
    ]


def test_a_farewell_takes_a_visit_back_once(lived: Mapping[str, Played]) -> None:
    """Reopened, the course neither cancels the visit again nor has anybody call about it twice."""
    played = lived["reopened-course-cancels-again"]
    assert [one for one in letters(played) if "cancelled" in one or "closed" in one] == ["11 Mar cancelled+closed"]
    calls = [task for task in played.player.record.tasks if task.session == "s4"]
    assert len(calls) == 1


def test_a_voided_booster_is_asked_for_again(lived: Mapping[str, Played]) -> None:
    """Its window is open: the patient is asked to book within a day, whatever the week has had."""
    found = [one for one in letters(lived["booking-letter-lost-after-void"]) if "book" in one]
    assert found == ["04 Apr book+measure", "16 Apr book"]


def test_a_lost_response_is_asked_about_within_48_hours(lived: Mapping[str, Played]) -> None:
    """The reading of Tuesday 15:10 is asked again on Thursday morning, in a week that has had its three letters."""
    found = letters(lived["lost-reading-asked-again-after-five-days"])
    assert [one for one in found if "11 Apr" <= one[:6] <= "17 Apr" and "Apr" in one] == [
        "11 Apr visit_72h",
        "12 Apr moved",
        "13 Apr measure+visit_24h+visit_2h",
        "15 Apr checkin+measure",
    ]


def test_a_corrected_reading_takes_its_task_back(lived: Mapping[str, Played]) -> None:
    """The second lost reading was a typing error: no prescriber is left with the early booster that it asked for."""
    tasks = [one for one in lived["relapse-task-stays-after-correction"].player.record.tasks if "lost" in one.text]
    assert [(one.kind, one.resolved_at is not None) for one in tasks] == [("early_booster", True)]
    assert tasks[0].text.startswith("no longer holds")


def test_a_booster_of_two_visits_counts_once(lived: Mapping[str, Played]) -> None:
    """Three visits were two boosters: the one to book in May was the second, and nothing is to be evaluated."""
    played = lived["two-visits-count-as-two-boosters"]
    assert booster_number(played.player.record) == 3
    due = evaluation_due(played.player.record)
    assert due is None or "3 boosters" not in due[2]
