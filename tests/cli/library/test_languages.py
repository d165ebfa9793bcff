"""The language of letters, from the command line."""

from adapters.wiring import Application
from tests.cli.conftest import Terminal


async def test_a_language_that_nobody_writes_is_refused(terminal: Terminal, course: str) -> None:
    """When a patient is enrolled, and when a contact changes; nothing is changed by it."""
    await terminal.sign_in("cole")
    before = (await terminal.type("show", course, "--json")).said["entry_count"]
    enrolled = await terminal.type("enrol", "Ines Made-Up", "1984-05-04", "depression", "--language", "fr")
    changed = await terminal.type("contact", course, "--language", "fr")
    for refused in (enrolled, changed):
        assert (refused.code, "--language is one that the clinic writes: en, es" in refused.err) == (2, True)
    assert (await terminal.type("show", course, "--json")).said["entry_count"] == before


async def test_a_language_that_is_written_counts_for_letters_and_answers(
    terminal: Terminal, course: str, opened: Application
) -> None:
    """The course writes Spanish from now on, and so does the answer to a text message."""
    await terminal.sign_in("cole")
    changed = await terminal.type("contact", course, "--language", "es")
    assert (changed.code, "messages: language es" in changed.out) == (0, True)
    assert (await terminal.type("show", course, "--json")).said["messaging"]["language"] == "es"
    row = await opened.store.directory.course(course)
    assert row is not None
    contact = await opened.store.contacts.of(row.patient_id)
    assert contact is not None
    assert contact.language == "es"
