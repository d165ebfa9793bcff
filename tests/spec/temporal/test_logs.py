import json
import subprocess
import sys


def test_a_line_tells_ids_types_and_places_and_never_content() -> None:
    """JSON lines off a terminal; the words of foreign exceptions and of libraries are left out, ours are kept."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.spec.temporal.logging_program"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ran.stdout == ""
    assert "PRIVATE" not in ran.stderr
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [line["event"] for line in lines] == [
        "sent: one",
        "could not read",
        "refused",
        "stopped",
        "kept: whole",
        "Task exception was never retrieved",
    ]
    assert (lines[0]["course"], lines[0]["level"], lines[0]["logger"]) == ("c1", "info", "ours")
    assert lines[2]["error"][0].startswith("pydantic_core._pydantic_core.ValidationError at ")
    assert " in read_form at tests/spec/temporal/logging_program.py:" in lines[2]["error"][0]
    assert lines[3]["error"][0].endswith(": The active key is not among the keys: name one that is.")
    assert lines[4]["course"] == "c2"
