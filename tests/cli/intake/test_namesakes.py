"""Two patients of one name, and two courses of one patient: nothing of the one reaches the other unseen."""

from collections.abc import Sequence

import pytest

from adapters.wiring import Application
from tests.cli.conftest import Terminal, planned

ADA = ("Ada Okonkwo", "1984-05-04", "depression")


async def enrol(terminal: Terminal, person: Sequence[str], *more: str) -> str:
    """A fresh course of a person."""
    enrolled = await terminal.type("enrol", *person, *more, "--json")
    assert enrolled.code == 0, enrolled.err
    course: str = enrolled.said["course"]
    return course


@pytest.mark.timeout(120)
async def test_two_patients_of_one_name(terminal: Terminal, opened: Application) -> None:
    """A like name is named at enrolment, with the same birth date it is refused, and each check-in warns."""
    first = await planned(terminal, *ADA, "--email", "ada@one.example", "--email-consent")
    await terminal.sign_in("cole")
    other = ("Ada  OKONKWÓ", "1990-11-30", "depression", "--email", "ada@two.example", "--email-consent")
    warned = await terminal.type("enrol", *other)
    assert warned.code == 0
    assert "note: Ada Okonkwo, born 1984-05-04, is another patient of a like name" in warned.out
    second = warned.out.split("enrolled: course ")[1].split(",")[0]
    refused = await terminal.type("enrol", *ADA)
    assert refused.code == 1
    assert "enrol with --patient p-" in refused.err
    assert "--new where this is another person" in refused.err
    await terminal.sign_in("ortiz")
    checked = await terminal.type("check-in", first, "1", "--weight-kg", "70", "--bp", "128/80")
    assert f"note: {second} is of another patient of a like name: check name and birth date" in checked.err
    rows = [await opened.store.directory.course(course) for course in (first, second)]
    assert len({row.patient_id for row in rows if row is not None}) == 2
    found = await terminal.type("list", "--name", "okonkwo", "--json")
    assert {one["course_id"] for one in found.said} == {first, second}


async def test_two_courses_of_one_patient(terminal: Terminal, opened: Application) -> None:
    """A second open course takes a prescriber and a reason; each has its own page; one person takes both on."""
    await terminal.sign_in("cole")
    person = ("Bela Twofold", "1979-02-03")
    first = await enrol(terminal, (*person, "depression"))
    row = await opened.store.directory.course(first)
    assert row is not None
    beside = ("Bela Twofold", "1979-02-03", "crps", "--patient", row.patient_id)
    plain = await terminal.type("enrol", *beside)
    assert (plain.code, f"has the open course {first}" in plain.err) == (1, True)
    by_coordinator = await terminal.type("enrol", *beside, "--beside", "--reason", "pain as well")
    assert (by_coordinator.code, "takes a prescriber and --reason" in by_coordinator.err) == (3, True)
    await terminal.sign_in("lee")
    second = await enrol(terminal, beside, "--beside", "--reason", "pain as well")
    both = [await opened.store.directory.course(course) for course in (first, second)]
    assert {one.patient_id for one in both if one is not None} == {row.patient_id}
    assert (await terminal.type("note", second, "begins after the series")).code == 0
    pages = [(await terminal.type("show", course, "--json")).said["entries"] for course in (first, second)]
    assert ["begins after" in str(page) for page in pages] == [False, True]
    for course in (first, second):
        assert (await terminal.type("measure", course, "phq9", "--answers", "2,2,2,2,2,2,2,2,3")).code == 0
    taken = await terminal.type("acknowledge", first, "--json")
    assert (taken.code, taken.said["warnings"]) == (0, [f"also on {second}, of the same patient"])
    records = [(await terminal.type("show", course, "--json")).said for course in (first, second)]
    assert [one["escalations"][0]["acknowledged_by"] for one in records] == ["Dr Lee", "Dr Lee"]
    held = await terminal.type("hold", first, "--cause", "psychosis", "--reason", "hears voices")
    assert held.code == 0
    await terminal.sign_in("ortiz")
    checked = await terminal.type("check-in", second, "1", "--weight-kg", "70", "--bp", "122/78")
    assert f"the patient's course {first} at northside is held (psychosis)" in checked.err
    opted = await terminal.type("contact", second, "--opt-out")
    assert f"note: also on {first}, of the same patient" in opted.out
    await terminal.sign_in("lee")
    died = await terminal.type("discharge", second, "--cause", "died", "--reason", "told by the family", "--json")
    assert died.said["warnings"] == [f"also on {first}, of the same patient"]
    ended = [(await terminal.type("show", course, "--json")).said for course in (first, second)]
    assert [(one["phase"], one["end_cause"]) for one in ended] == [("closed", "died")] * 2
    assert [one["messaging"]["stopped"] for one in ended] == [True, True]
    again = await terminal.type("enrol", *beside)
    assert (again.code, f"{row.patient_id} has died, course c-" in again.err) == (1, True)
