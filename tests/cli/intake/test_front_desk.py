"""What a front desk meets every day: odd names, wrong addresses, ages, and lists that say whose they are."""

from datetime import date

import pytest

from adapters.wiring import Application
from tests.cli.conftest import Terminal


async def test_what_was_typed_is_shown_as_it_was_typed(terminal: Terminal, course: str) -> None:
    """Brackets are no markup: no list falls over them, and none of them vanishes."""
    await terminal.sign_in("cole")
    note = "[mild] ache [/b]"
    assert (await terminal.type("note", course, note)).code == 0
    for command in ("show", "timeline"):
        assert note in (await terminal.type(command, course)).out
    enrolled = await terminal.type("enrol", "Bra [/b] Cket", "1970-05-04", "anxiety", "--json")
    listed = await terminal.type("list")
    assert (listed.code, "Bra [/b] Cket" in listed.out) == (0, True)
    assert enrolled.said["course"] in listed.out


async def test_a_wrong_address_is_put_right_and_a_name_by_two(
    terminal: Terminal, course: str, opened: Application
) -> None:
    """Letters go to the new address; who somebody is takes a second signature; the page says that it was done."""
    await terminal.sign_in("cole")
    right = ("patient", course, "--email", "zeb@right.example", "--reason", "typed wrongly")
    assert (await terminal.type(*right)).code == 0
    row = await opened.store.directory.course(course)
    assert row is not None
    contact = await opened.store.contacts.of(row.patient_id)
    assert contact is not None
    assert contact.email == "zeb@right.example"
    renamed = ("patient", course, "--name", "Zebulon Quimby-Hall", "--reason", "married")
    alone = await terminal.type(*renamed)
    assert (alone.code, "a second person must sign" in alone.err) == (1, True)
    signed = await terminal.type(*renamed, "--second", "ortiz", given=terminal.passphrases["ortiz"])
    assert signed.code == 0, signed.err
    patient = await opened.store.directory.patient(row.patient_id)
    assert patient is not None
    assert patient.name == "Zebulon Quimby-Hall"
    shown = (await terminal.type("show", course)).out
    assert "put right in the directory: name, second signature by Sam Ortiz, RN" in shown
    (mine,) = [one for one in shown.splitlines() if "zeb@right.example" in one]
    assert mine.startswith("Reached by: ")
    assert "zeb@right.example" not in (await terminal.type("timeline", course, "--json")).out


async def test_who_somebody_is_need_not_stand_among_the_processes(terminal: Terminal, opened: Application) -> None:
    """What is given as `-` comes line by line from standard input, the second's passphrase after it."""
    await terminal.sign_in("cole")
    lines = "Perdita Private\n1971-02-03\npp@patient.example\n+1 212 555 0177"
    enrolled = await terminal.type(
        "enrol", "-", "-", "anxiety", "--phone", "-", "--email", "-", "--email-consent", "--json", given=lines
    )
    assert enrolled.code == 0, enrolled.err
    (patient,) = await opened.store.directory.alike("Perdita Private")
    assert (patient.patient_id, patient.birth_date) == (enrolled.said["patient"], date(1971, 2, 3))
    contact = await opened.store.contacts.of(patient.patient_id)
    assert contact is not None
    assert (contact.email, contact.phone) == ("pp@patient.example", "+12125550177")
    right = ("patient", enrolled.said["course"], "--name", "-", "--phone", "-", "--second", "ortiz", "--reason", "wed")
    answered = await terminal.type(*right, given=f"Perdita Hush\n+12125550178\n{terminal.passphrases['ortiz']}")
    assert answered.code == 0, answered.err
    renamed = await opened.store.directory.patient(patient.patient_id)
    assert renamed is not None
    assert renamed.name == "Perdita Hush"
    short = await terminal.type("enrol", "-", "-", "anxiety", given="Nobody Further")
    assert (short.code, short.err) == (
        2, "date of birth is read from standard input, and no line came: give one line for each -\n",
    )  # fmt: skip


async def test_a_correction_is_whole_or_none(terminal: Terminal, course: str, opened: Application) -> None:
    """A right name beside a wrong address, or an MRN that is taken, changes nothing, and the page says nothing."""
    await terminal.sign_in("cole")
    row = await opened.store.directory.course(course)
    assert row is not None
    before = await opened.store.directory.patient(row.patient_id)
    entries = (await terminal.type("show", course, "--json")).said["entry_count"]
    both = ("patient", course, "--name", "Half Done", "--email", "nobody", "--reason", "x", "--second", "ortiz")
    await opened.store.directory.add_patient("Somebody Else", date(1960, 1, 2), "M-1")
    taken = ("patient", course, "--mrn", "M-1", "--phone", "+12125550199", "--reason", "x", "--second", "ortiz")
    for said, why in ((both, "An e-mail address looks like"), (taken, "MRN")):
        refused = await terminal.type(*said, given=terminal.passphrases["ortiz"])
        assert (refused.code, why in refused.err) == (1, True), refused.err
    contact = await opened.store.contacts.of(row.patient_id)
    assert contact is not None
    assert contact.phone != "+12125550199"
    assert await opened.store.directory.patient(row.patient_id) == before
    assert (await terminal.type("show", course, "--json")).said["entry_count"] == entries


@pytest.mark.parametrize(
    ("lines", "code", "sentence"),
    [
        ((), 2, "nothing to put right"),
        (("--phone", "+1 212 555 0199"), 2, "a correction needs a reason"),
        (("--email", "nobody", "--reason", "x"), 1, "An e-mail address looks like"),
        (("--name", "two\nlines", "--reason", "x"), 1, "a second person must sign"),
    ],
)
async def test_a_correction_that_is_none_is_refused(
    terminal: Terminal, course: str, lines: tuple[str, ...], code: int, sentence: str
) -> None:
    """One sentence each."""
    await terminal.sign_in("cole")
    answered = await terminal.type("patient", course, *lines)
    assert (answered.code, sentence in answered.err) == (code, True), answered.err


async def test_an_age_outside_the_range_cannot_be_denied(terminal: Terminal) -> None:
    """The birth date says it at enrolment, and again where somebody answers that it is inside."""
    await terminal.sign_in("cole")
    child = ("enrol", "Kid Young", "2016-06-01", "depression")
    enrolled = await terminal.type(*child, "--sure")
    assert "gate age is answered yes" in enrolled.out
    course = enrolled.out.split("course ")[1].split(",")[0]
    denied = await terminal.type("gate", course, "age", "no")
    assert (denied.code, "born 2016-06-01, which makes" in denied.err) == (1, True)
    assert (await terminal.type("gate", course, "age", "yes")).code == 0


async def test_a_birth_date_far_from_plausible_is_asked_once_more(terminal: Terminal, opened: Application) -> None:
    """Nobody is enrolled or put right at first; sure of it, a prescriber's task says how old, and never the date."""
    await terminal.sign_in("cole")
    old = ("enrol", "Methuselah Moss", "1890-01-02", "depression")
    refused = await terminal.type(*old)
    assert refused.code == 1
    assert "where 18 to 100 are expected; look again, and add --sure if it is so" in refused.err
    assert await opened.store.directory.alike("Methuselah Moss") == ()
    course = (await terminal.type(*old, "--sure", "--json")).said["course"]
    (task,) = [one for one in (await terminal.type("show", course, "--json")).said["tasks"] if one["kind"] == "alert"]
    assert task["role"] == "prescriber"
    assert task["text"].startswith("enrolled by Cole Young, who was sure: a birth date that makes ")
    assert "1890" not in task["text"]

    put_right = ("patient", course, "--born", "2020-01-02", "--second", "lee", "--reason", "typed wrongly")
    refused = await terminal.type(*put_right, given=terminal.passphrases["lee"])
    assert (refused.code, "add --sure if it is so" in refused.err) == (1, True), refused.err
    (patient,) = await opened.store.directory.alike("Methuselah Moss")
    assert patient.birth_date.year == 1890
    fits = (*put_right[:3], "1980-01-02", *put_right[4:])
    assert (await terminal.type(*fits, given=terminal.passphrases["lee"])).code == 0
    assert (await terminal.type(*put_right, "--sure", given=terminal.passphrases["lee"])).code == 0
    tasks = (await terminal.type("show", course, "--json")).said["tasks"]
    assert [one["text"].partition(" years ")[0].split(", who")[0] for one in tasks if one["kind"] == "alert"] == [
        "enrolled by Cole Young", "note by Cole Young",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (("--language", "xx"), "--language is one that the clinic writes: en"),
        (("--email-consent",), "a consent to messages needs where they go"),
    ],
)
async def test_what_could_reach_nobody_is_refused_at_enrolment(
    terminal: Terminal, lines: tuple[str, ...], sentence: str
) -> None:
    """A language without texts, a consent without an address."""
    await terminal.sign_in("cole")
    refused = await terminal.type("enrol", "Una Reached", "1980-01-02", "anxiety", *lines)
    assert (refused.code, sentence in refused.err) == (2, True)


async def test_an_empty_list_says_whose_it_is(terminal: Terminal, course: str) -> None:
    """A nurse sees what waits at the own site; who sees nothing is told how much waits elsewhere."""
    assert course
    await terminal.sign_in("cole")
    assert (await terminal.type("enrol", "Nora Waits", "1980-01-02", "anxiety")).code == 0
    await terminal.sign_in("ortiz")
    assert "Nora Waits" in (await terminal.type("needs")).out
    await terminal.sign_in("haas")
    elsewhere = (await terminal.type("needs")).out
    assert elsewhere.startswith("Nothing waits for you. ")
    assert "elsewhere: --everybody" in elsewhere
    wrong = await terminal.type("list", "--site", "bogus")
    assert (wrong.code, "there is no site bogus: northside" in wrong.err) == (2, True)
    assert (await terminal.type("list", "--phase", "closed", "--held")).out == "No open course matches.\n"
