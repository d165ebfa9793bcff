"""The shipped scenarios, played on a real server: each says itself what must come of it."""

from pathlib import Path

import pytest

from adapters.clinic import load_clinic
from cli.play.check import load_scenario
from cli.play.command import known, play_files
from cli.play.results import Played
from tests.support.records import CLINIC_FOLDER

PLAYED = (
    "high-blood-pressure",
    "relapse-and-early-booster",
    "stop-messages-but-go-on",
    "resistant-depression-lead-in",
)


def outcome(played: Played) -> tuple[str, int, list[str]]:
    """Where the course stands, how many infusions were given, and every refusal's sentence."""
    record = played.player.record
    return record.phase, len(record.valid_doses), [refusal.sentence for refusal in played.player.refusals]


@pytest.mark.timeout(240)
async def test_scenarios_come_out_as_they_say(tmp_path: Path) -> None:
    """No step comes to anything but what its file expects, and the courses stand where the stories end."""
    names = known(load_clinic(CLINIC_FOLDER))
    scenarios = [load_scenario(CLINIC_FOLDER / "scenarios" / f"{name}.toml", names) for name in PLAYED]
    played = dict(zip(PLAYED, await play_files(scenarios, tmp_path, CLINIC_FOLDER, progress=False), strict=True))
    assert {name: one.player.surprises for name, one in played.items()} == {name: [] for name in PLAYED}
    pressure = played["high-blood-pressure"].player.record
    assert "not_given" in {one.status for one in pressure.sessions} or len(pressure.valid_doses) == 6
    phase, _, refusals = outcome(played["relapse-and-early-booster"])
    assert phase == "maintenance"
    assert "an early booster takes a prescriber and a reason: add --reason" in refusals
    assert any(dose.early for dose in played["relapse-and-early-booster"].player.record.valid_doses)
    silent = played["stop-messages-but-go-on"]
    opted_out = silent.player.record.messaging.opted_out_at
    assert opted_out is not None
    assert not [one for one in silent.to_patient if one.as_of > opted_out]
    gaps = [
        dose.at for dose in played["resistant-depression-lead-in"].player.record.valid_doses if dose.series == "booster"
    ]
    assert (gaps[1] - gaps[0]).days in range(6, 10)
