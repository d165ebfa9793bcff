"""What was told stays true or is taken back: small lives on the real server, each with what its patient received."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.play.check import load_scenario
from cli.play.command import play_files
from cli.play.results import Played
from course.terms import OccasionState
from tests.support.lived import KNOWN, letters
from tests.support.records import CLINIC_FOLDER

pytestmark = pytest.mark.timeout(300)

TOLD = sorted((Path(__file__).parent / "told").glob("*.toml"))


@pytest.fixture(scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Played]:
    """All of these lives side by side on one server."""
    scenarios = [load_scenario(path, KNOWN) for path in TOLD]
    names = {scenario.title: path.stem for scenario, path in zip(scenarios, TOLD, strict=True)}
    played = await play_files(scenarios, tmp_path_factory.mktemp("told"), CLINIC_FOLDER, progress=False)
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
