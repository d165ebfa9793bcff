"""`proof` from a terminal: its exit code is what a night watch can go by."""

from datetime import UTC, date, datetime

from adapters.wiring import Application
from tests.cli.conftest import Terminal


async def test_the_exit_code_says_whether_anything_is_wrong(
    terminal: Terminal, course: str, opened: Application
) -> None:
    """0 while every open course is in order, 1 once a directory row has no workflow, named by its opaque id."""
    await terminal.sign_in("ops")
    well = await terminal.type("proof", "--json")
    assert (well.code, well.said.get("exceptions", [])) == (0, []), well.out
    assert [(one["course_id"], one["what"]) for one in well.said["open"]] == [(course, "visit")]
    patient = await opened.store.directory.add_patient("Nobody Began", date(1990, 1, 1), "")
    row = await opened.store.directory.begin_course(patient.patient_id, "depression", "northside", datetime.now(UTC))
    await opened.store.directory.mark_open(row.course_id)
    orphaned = await terminal.type("proof")
    assert orphaned.code == 1
    assert row.course_id in orphaned.out
    assert "its workflow does not run" in orphaned.out
    assert not any(word in orphaned.out for word in ("Nobody Began", "Quimby", patient.patient_id))
