"""What `simulate` says of a life that did not come out as its file says."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cli.app import main

LIFE = """
title = "Some of it never happens"
protocol = "depression"
start = "first Monday of March 09:00"
until = "12d"

[patient]
email = false
sms = true

[[visits]]
session = 99

[[steps]]
do = "note"
on_session = 98
details = { text = "x" }

[[steps]]
do = "note"
day = 60
details = { text = "x" }
expect = "refused"

[expect]
phase = "maintenance"
held = false
doses_mg = [40, 40, 40]
sessions = { given = 3, no_show = 1 }
says = ["clearance signed", "the moon"]
never_says = ["clearance signed"]
"""


def test_what_the_file_says_and_was_not_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Steps and visits that never came, and each expectation that is not met, one line each; the exit code is 1.

    With text messages alone, what opens for a person is seen at the instant at which it opens.
    """
    file = tmp_path / "never.toml"
    file.write_text(LIFE)
    code = main(["simulate", str(file), "--json"])
    (played,) = json.loads(capsys.readouterr().out)
    assert code == 1
    surprises = played["surprises"]
    assert surprises[:3] == [
        "step 1 (note, on_session = 98) never happened",
        "step 2 (note, day = 60) never happened",
        "visit 99 of the file was never planned",
    ]
    expected = {one.partition(":")[0]: one for one in surprises[3:]}
    assert expected["expect phase"] == "expect phase: maintenance is expected, induction is so"
    assert expected["expect sessions no_show"] == "expect sessions no_show: 1 is expected, 0 is so"
    assert expected["expect says"].startswith('expect says: "the moon" stands in none of ')
    assert expected["expect never_says"].startswith('expect never_says: "clearance signed" stands in one of ')
    assert "expect held" not in expected
    for need in played["needs"]:
        opened = next((one["opened_at"] for one in played["record"]["tasks"] if one["id"] == need["subject"]), None)
        if opened is not None:
            late = datetime.fromisoformat(need["at"]) - datetime.fromisoformat(opened)
            assert late < timedelta(minutes=5), need["text"]
