"""Whose course has closed may be enrolled anew at once."""

from tests.cli.conftest import Terminal


async def test_a_closed_course_does_not_stand_in_the_way(terminal: Terminal, course: str) -> None:
    """The day after a discharge the patient begins anew; the old course is not reopened beside the new one."""
    await terminal.sign_in("lee")
    patient = (await terminal.type("show", course, "--json")).said["patient_id"]
    again = ("enrol", "--patient", patient, "Zebulon Quimby", "1984-05-04", "anxiety", "--json")
    refused = await terminal.type(*again)
    assert (refused.code, "has the open course" in refused.out) == (1, True)
    assert (await terminal.type("discharge", course, "--reason", "in remission")).code == 0
    fresh = await terminal.type(*again)
    assert fresh.code == 0, fresh.out
    reopened = await terminal.type("reopen", course, "--reason", "came back")
    assert reopened.code == 1
    assert f"has the open course {fresh.said['course']}: close that one first" in reopened.err
