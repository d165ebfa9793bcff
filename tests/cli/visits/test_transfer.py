"""What another clinic is told of a patient is on record as a disclosure."""

from adapters.wiring import Application
from tests.cli.conftest import Terminal


async def test_a_transfer_is_logged_as_a_disclosure(terminal: Terminal, course: str, opened: Application) -> None:
    """The page names the clinic and what it was told; the access log names who told it, and no words of the patient."""
    await terminal.sign_in("lee")
    value = ("--cause", "transferred", "--to", "Lakeside Clinic", "--reason", "moves there", "--json")
    receipt = (await terminal.type("discharge", course, *value)).said
    assert receipt["sentence"].startswith("course ended: transferred to Lakeside Clinic. No infusion was given")
    looks = [(one.account_id, one.what) for one in await opened.store.access.of_course(course)]
    assert ("lee", "disclosure to another clinic") in looks
