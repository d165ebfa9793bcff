"""A letter that waits for mail is called back once the patient wants no more letters, or has died."""

from pathlib import Path

import pytest

from course.model.terms import OccasionState
from play.check import parse_scenario
from play.files import play_files
from tests.support.lived import KNOWN, said
from tests.support.records import CLINIC_FOLDER

WAITING = """
title = "{name}"
protocol = "depression"
start = "2032-03-01T09:00"
until = "2d20h"
[[answers]]
instrument = "phq9"
silent = [1]
[staff]
reacts_after = "3d"
[[steps]]
do = "mail_refuses"
day = 2
time = "09:30"
lasts = "4h"
[[steps]]
do = "{act}"
day = 2
time = "10:30"
reason = "told by telephone"
details = {details}
"""
ENDS = {
    "opted out": ("contact", "{ opt_out = true }"),
    "e-mail withdrawn": ("contact", "{ email = false }"),
    "died": ("discharge", '{ cause = "died" }'),
}


@pytest.mark.timeout(120)
async def test_a_letter_that_waits_is_called_back(tmp_path: Path) -> None:
    """Chased by a questionnaire that mail refuses: none comes afterwards; whoever lives is called instead."""
    files = [WAITING.format(name=name, act=act, details=details) for name, (act, details) in ENDS.items()]
    scenarios = [parse_scenario(text, "waiting.toml", KNOWN) for text in files]
    for played in await play_files(scenarios, tmp_path, CLINIC_FOLDER):
        name, zone = played.player.scenario.title, played.player.record.zone
        assert (name, played.player.surprises) == (name, [])
        assert [f"{zone.local(one.as_of):%d %b %H:%M}" for one in played.to_patient] == ["01 Mar 09:00"], name
        called_back = [key for key, mark in played.not_sent if mark.state is OccasionState.SUPPRESSED]
        assert {"intake/forms/2", "ask1/measure/2"} <= set(called_back), name
        calls = [task.text for task in played.player.record.tasks if task.kind == "call_instead"]
        assert (name, bool(calls)) == (name, name != "died")
        assert "not delivered" not in said(played), name
