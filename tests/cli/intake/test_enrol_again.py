"""Whose course has closed may be enrolled anew at once."""

from adapters.wiring import Application
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


async def test_a_course_terminated_at_the_server_does_not_stand_in_the_way(
    terminal: Terminal, opened: Application
) -> None:
    """Somebody ended its workflow; the patient is enrolled anew at once, and the access log says what became of it."""
    await terminal.sign_in("cole")
    person = ("Teresa Terminated", "1980-01-02", "anxiety", "--json")
    first = (await terminal.type("enrol", *person)).said
    await opened.client.get_workflow_handle(first["course"]).terminate("by mistake")
    fresh = await terminal.type("enrol", *person[:-1], "--patient", first["patient"], "--json")
    assert fresh.code == 0, fresh.out
    await terminal.sign_in("adler")
    lines = (await terminal.type("access", "--course", first["course"], "--json")).said
    assert any("terminated at the server" in one["what"] for one in lines)
