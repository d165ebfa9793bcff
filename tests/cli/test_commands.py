"""What staff can do from a terminal, and what one sentence they get when it is wrong."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.clinic.files import load_clinic
from adapters.wiring import Application
from cli.app import COMMANDS, NOUNS
from tests.cli.conftest import Terminal
from tests.support.records import CLINIC_FOLDER

ALL = [name for commands in COMMANDS.values() for name in commands]
LONG = "x" * 100_000
RTL = "Ada \u202egnol"
AHEAD = datetime.now(UTC).date() + timedelta(days=30)
CLOSED = f"{min(day for day in load_clinic(CLINIC_FOLDER).sites['northside'].closed if day > AHEAD)} 10:00"


def sunday(month: int, number: int) -> date:
    """The next first or second Sunday of a month."""
    firsts = (date(year, month, 1) for year in (AHEAD.year, AHEAD.year + 1))
    sundays = (first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1)) for first in firsts)
    return next(day for day in sundays if day > AHEAD)


GAP, TWICE = f"{sunday(3, 2)} 02:30", f"{sunday(11, 1)} 01:30"
"""Times that the clocks of New York skip and repeat."""


async def test_a_course_is_read_in_every_way(terminal: Terminal, course: str) -> None:
    """Lists name the patient, the page shows visits and letters, the forecast what comes, the timeline who did what."""
    await terminal.sign_in("lee")
    listed = await terminal.type("list", "--json")
    assert [(row["course_id"], row["name"]) for row in listed.said] == [(course, "Zebulon Quimby")]
    shown = await terminal.type("show", course)
    assert "Zebulon Quimby" in shown.out
    assert "s6" in shown.out
    assert (await terminal.type("judge", course, "--json")).said["relapse"]["state"] == "none"
    ahead = (await terminal.type("forecast", course, "--json")).said["as_it_is"]
    assert {"visit", "message"} <= {one["kind"] for one in ahead}
    told = (await terminal.type("timeline", course, "--json")).said
    assert told[0]["who"] == "Cole Young"
    assert told[0]["what"].startswith("enrolled on depression")
    assert "clearance signed" in {line["what"] for line in told}
    assert all(line["event"] > 0 for line in told)


async def test_what_if_changes_nothing(terminal: Terminal, course: str) -> None:
    """A supposed move shows other dates, and the record stays as it was."""
    before = (await terminal.type("show", course, "--json")).said
    asked = await terminal.type("forecast", course, "--if", "omit 6", "--json")
    assert len(asked.said["if"]) < len(asked.said["as_it_is"])
    assert (await terminal.type("show", course, "--json")).said == before


async def test_the_same_request_is_answered_the_same(terminal: Terminal, course: str) -> None:
    """Once is once; other words under the same id are refused."""
    first = await terminal.type("note", course, "seen", "--request-id", "note-0001", "--json")
    again = await terminal.type("note", course, "seen", "--request-id", "note-0001", "--json")
    assert first.said["entry"] == again.said["entry"]
    assert again.said["repeated"]
    other = await terminal.type("note", course, "not seen", "--request-id", "note-0001")
    assert (other.code, "was used for another act" in other.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("show", "c-nobody"), 1, "there is no course c-nobody"),
        (("note", "C", LONG), 2, "--text is wrong: string should have at most 8000 characters"),
        (("note", "C", "a\u202eb"), 2, "control or direction characters"),
        (("note", "C", ""), 1, "the note is empty"),
        (("clear", "C"), 1, "clear belongs to intake, this course is in induction"),
        (("discharge", "C"), 1, "discharge needs a reason"),
        (("confirm", "C", "s99"), 1, "there is no session s99 on this course"),
        (("defer", "C", "1", "2026-13-40 99:99", "--reason", "x"), 2, "is no time"),
        (("defer", "C", "1", "3026-01-05 09:00", "--reason", "x"), 2, "the year 3026 cannot be meant"),
        (("defer", "C", "1", "2036-01-05", "--reason", "x"), 2, "a time of day is missing"),
        (("defer", "C", "1", GAP, "--reason", "x"), 2, "does not exist in America/New_York"),
        (("defer", "C", "1", TWICE, "--reason", "x"), 2, "happens twice in America/New_York"),
        (("defer", "C", "1", CLOSED, "--reason", "x"), 1, "is a closed day at northside"),
        (("defer", "C", "1", "2020-01-06 10:00", "--reason", "x"), 1, "lies in the past"),
        (("schedule", "C", "--first", "+9d 10:00"), 1, "every session of this series is planned"),
        (("measure", "C", "phq9", "--answers", "1,2"), 1, "has 9 items, 2 answers came"),
        (("measure", "C", "phq9", "--answers", "1,2,0,3,1,0,1,0,0,1,1"), 1, "has 9 items"),
        (("measure", "C", "phq9", "--answers", "1,2,0,7,1,0,1,0,0"), 1, "item 4 is out of range"),
        (("measure", "C", "phq9", "--answers", "1,2,x"), 2, "answers are whole numbers with commas"),
        (("measure", "C", "phq9", "--answers", "1,1,1,1,1,1,1,1,1", "--total", "3"), 1, "contradicts its items"),
        (("measure", "C", "phq9", "--answers", "000000000", "--at", "+2d 09:00"), 1, "cannot lie in the future"),
        (("measure", "C", "pcl5", "--total", "3"), 1, "this course has no instrument pcl5"),
        (("lab", "C", "urine-drug-screen", "--drawn", "now"), 2, "--value, --seen, --pending and --not-done"),
        (("lab", "C", "urine-drug-screen", "--drawn", "+2d 09:00", "--seen"), 1, "cannot lie in the future"),
        (("lab", "C", "heart", "--drawn", "now", "--value", "3"), 1, "takes no value"),
        (("lab", "C", "urine-drug-screen", "--drawn", "now", "--value", "-3"), 2, "--value is wrong"),
        (("order", "C", "--amount", "9", "--reason", "x"), 1, "allows 0.2 to 1 mg/kg"),
        (("booster", "C", "+9d 10:00"), 1, "booster belongs to maintenance"),
        (("no-show", "C", "1"), 1, "has not begun"),
        (("check-in", "C", "1", "--weight-kg", "70", "--bp", "high"), 2, "--bp: write a reading as 122/78"),
        (("leave", "C", "1", "--awake"), 1, "leave needs it to be aborted or given"),
        (("event", "C", "nausea"), 2, "write an event as `nausea, mild`"),
        (("event", "C", "nausea, mild", "--session", "99"), 1, "there is no session s99"),
        (("check-in", "C", "1", "--weight-kg", "70", "--bp", "128/80"), 1, "is not today"),
        (("resolve", "C", "t99", "--reason", "x"), 1, "there is no open item t99"),
        (("void", "C", "m1", "--reason", "x"), 1, "a second person must sign it"),
        (("list", "--phase", "nowhere"), 2, "phase"),
        (("enrol", RTL, "1984-05-04", "depression"), 2, "the name is wrong"),
        (("enrol", "Ada", "2984-05-04", "depression"), 2, "does not lie in the future"),
        (("enrol", "Ada", "tomorrow", "depression"), 2, "--born is a date"),
        (("enrol", "Ada", "1984-05-04", "gout"), 2, "there is no protocol gout"),
        (("enrol", "Ada", "1984-05-04", "depression", "--zone", "Mars/Base"), 2, "Mars/Base"),
        (("score", "phq9"), 2, "give the 9 answers"),
        (("login", "lee"), 3, "passphrase"),
        (("fly",), 2, "fly"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
async def test_bad_input_is_one_sentence_and_changes_nothing(
    terminal: Terminal, course: str, words: tuple[str, ...], code: int, sentence: str
) -> None:
    """The exit code says which kind of wrong it is, the sentence what would be right, and the record stays."""
    await terminal.sign_in("lee")
    before = (await terminal.type("show", course, "--json")).said
    answered = await terminal.type(*(course if word == "C" else word for word in words), given="wrong")
    assert answered.code == code, answered.err
    assert sentence in answered.err
    assert len(answered.err.strip().splitlines()) == 1
    assert LONG[:200] not in answered.err
    await terminal.sign_in("lee")
    assert (await terminal.type("show", course, "--json")).said == before


async def test_a_role_is_who_signed_in_and_nothing_else(terminal: Terminal, course: str, opened: Application) -> None:
    """A coordinator may not sign; the refusal is in the access log, for it leaves no history."""
    await terminal.sign_in("cole")
    refused = await terminal.type("cease", course, "--reason", "x", "--json")
    assert refused.code == 3
    assert refused.said["error"] == "refused: a coordinator may not cease: it takes prescriber"
    log_access = await opened.store.access.of_course(course)
    assert ("cole", "refused cease") in {(one.account_id, one.what) for one in log_access}


async def test_nobody_reads_without_signing_in(terminal: Terminal, course: str) -> None:
    """Signed out, every look is refused with the next step."""
    await terminal.sign_in("lee")
    assert (await terminal.type("logout")).code == 0
    for words in (("list",), ("show", course), ("note", course, "x")):
        answered = await terminal.type(*words)
        assert answered.code == 3
        assert "login" in answered.err


async def test_no_server_is_said(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 4, and how to start one."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    answered = await terminal.type("list")
    assert answered.code == 4
    assert "start it" in answered.err


@pytest.mark.parametrize("name", [*ALL, *(f"{noun} {verb}" for noun in NOUNS for verb in NOUNS[noun])])
async def test_every_command_explains_itself(terminal: Terminal, name: str) -> None:
    """--help ends with an example that begins with the command itself."""
    helped = await terminal.type(*name.split(), "--help")
    assert helped.code == 0
    assert f"starter.py {name}" in " ".join(helped.out.split())


async def test_scores_are_computed_without_a_server(terminal: Terminal) -> None:
    """Total, band and flags, as the instrument's file says."""
    scored = await terminal.type("score", "phq9", "--answers", "1,2,0,3,1,0,1,0,1", "--json")
    assert scored.said == {"instrument": "phq9", "total": 9, "band": "mild", "flags": ["item 9"]}
