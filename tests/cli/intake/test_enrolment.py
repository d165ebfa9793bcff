"""Who is enrolled: never somebody else's course, nothing forgotten, and nothing left half done."""

from datetime import UTC, date, datetime

import pytest

from activities.ports import Contact, Medium
from adapters.store.people.directory import CourseState
from adapters.wiring import Application
from services.courses import Courses, NoServerError
from tests.cli.conftest import Terminal


async def test_a_patient_id_of_somebody_else_is_refused(terminal: Terminal, opened: Application) -> None:
    """Another name, birth date or MRN than the directory's: refused with whose id it is; theirs in any case fits."""
    theirs = await opened.store.directory.add_patient("Ada Lovell", date(1984, 5, 4), "M-1")
    await terminal.sign_in("cole")
    for person in (("Olga Brandt", "1999-12-31"), ("Ada Lovell", "1984-04-05"), ("Olga Brandt", "1984-05-04")):
        refused = await terminal.type("enrol", *person, "depression", "--patient", theirs.patient_id)
        assert refused.code == 1
        assert f"{theirs.patient_id} is Ada Lovell, born 1984-05-04" in refused.err
    assert await opened.store.directory.courses(patient_id=theirs.patient_id) == ()
    nobody = await terminal.type("enrol", "Ada Lovell", "1984-05-04", "depression", "--patient", "p-none")
    assert (nobody.code, "there is no patient p-none" in nobody.err) == (2, True)
    fits = await terminal.type("enrol", "LOVELL ADA", "1984-05-04", "depression", "--patient", theirs.patient_id)
    assert fits.code == 0, fits.err


async def test_a_second_course_changes_only_what_was_given(terminal: Terminal, opened: Application) -> None:
    """The e-mail, its language and what is preferred stay where a phone is added; consents are of their course."""
    await terminal.sign_in("lee")
    person = ("Berta Both", "1970-02-03")
    mail = ("--email", "b@patient.example", "--email-consent")
    first = (await terminal.type("enrol", *person, "depression", *mail, "--json")).said
    again = ("--patient", first["patient"], "--beside", "--reason", "pain too")
    second = await terminal.type("enrol", *person, "crps", *again, "--phone", "+12125550177", "--json")
    assert second.code == 0, second.out
    kept = await opened.store.contacts.of(first["patient"])
    assert kept == Contact(email="b@patient.example", phone="+12125550177", language="en", preferred=Medium.EMAIL)
    without = await terminal.type("enrol", "Nora Nowhere", "1970-02-03", "crps", "--sms-consent")
    assert (without.code, "needs where they go" in without.err) == (2, True)


async def test_who_answers_for_a_course_is_a_prescriber(terminal: Terminal) -> None:
    """Somebody else is refused by name, with who could."""
    await terminal.sign_in("cole")
    refused = await terminal.type("enrol", "Otto Owned", "1970-02-03", "depression", "--owner", "ortiz")
    assert (refused.code, refused.out) == (2, "")
    assert "ortiz is no prescriber in service: give one with --owner: lee, okafor" in refused.err


async def test_a_consent_given_at_enrolment_is_an_entry(terminal: Terminal) -> None:
    """Who wrote it down, when, and to which words; `show` says that the gate is answered."""
    await terminal.sign_in("cole")
    mail = ("--email", "c@patient.example", "--email-consent")
    course = (await terminal.type("enrol", "Carl Consents", "1970-02-03", "depression", *mail, "--json")).said["course"]
    record = (await terminal.type("show", course, "--json")).said
    entry = record["entries"][-1]
    assert (entry["by"], entry["action"]) == ("Cole Young", "enrol")
    assert entry["text"].endswith(', with consent to "Messages by e-mail" (messages-email)')
    story = (await terminal.type("timeline", course, "--json")).said
    assert story[0]["what"].endswith(', with consent to "Messages by e-mail" (messages-email)')
    state = record["gates"]["messages-email"]
    assert (state["answer"], state["by"], state["since"]) == ("yes", "Cole Young", entry["at"])
    assert "messages-sms" not in record["gates"]


async def test_an_enrolment_that_was_cut_off_is_finished_by_repeating_it(
    terminal: Terminal, opened: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is not there at the first try, which says what is begun; the same words finish that course."""

    async def gone(*_: object) -> None:
        raise NoServerError("the Temporal server does not answer")

    await terminal.sign_in("cole")
    words = ("enrol", "Dora Delayed", "1970-02-03", "depression", "--email", "d@patient.example", "--email-consent")
    with monkeypatch.context() as patch:
        patch.setattr(Courses, "enrol", gone)
        cut = await terminal.type(*words)
    assert cut.code == 4
    (row,) = await opened.store.directory.courses(state=CourseState.OPENING)
    assert f"The enrolment is begun as {row.course_id}, and the same command finishes it." in cut.err
    again = await terminal.type(*words)
    assert again.code == 0, again.err
    assert f"enrolled: course {row.course_id}" in again.out
    assert "is finished now" in again.out
    assert (await terminal.type("show", row.course_id)).code == 0
    twice = await terminal.type(*words)
    assert (twice.code, "has a like name and that birth date" in twice.err) == (1, True)


async def test_a_closed_course_is_no_earlier_try(terminal: Terminal, opened: Application) -> None:
    """The id of a course that has closed starts no second workflow under it."""
    await terminal.sign_in("cole")
    person = ("Ella Ended", "1970-02-03", "depression")
    value = (await terminal.type("enrol", *person, "--json")).said
    await opened.store.directory.mark_closed(value["course"], datetime.now(UTC))
    again = await terminal.type("enrol", *person, "--patient", value["patient"], "--request-id", value["course"])
    assert (again.code, "has closed: enrol without --request-id" in again.err) == (1, True)
