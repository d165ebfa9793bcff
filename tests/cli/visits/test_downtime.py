"""A page for each visit, to write on while the network is away."""

from pathlib import Path

from adapters.wiring import Application
from services.courses import Courses
from services.typed.times import shown
from tests.cli.conftest import Terminal


async def test_a_page_a_visit_with_what_is_ordered_and_what_is_missing(
    terminal: Terminal, opened: Application, course: str, environment: Path
) -> None:
    """Who comes, the order, what stands against the dose, a row a reading; private, and the look is on record."""
    record = await Courses(opened).record(course)
    visit = record.open_sessions[1]
    day = f"{record.zone.local(visit.start):%Y-%m-%d}"
    await terminal.sign_in("ortiz")
    assert (await terminal.type("hold", course, "--cause", "psychosis", "--reason", "hears voices")).code == 0
    while not (answered := await terminal.type("downtime-sheet", "northside", day, "--json")).said["visits"]:
        assert answered.code == 0, answered.err
    assert answered.said["visits"] == [{"course": course, "session": "s2", "at": str(visit.start)}]
    file = environment / "sheets" / f"northside-{day}.html"
    assert answered.said["file"] == str(file)
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    assert "<h1>Zebulon Quimby, born 1984-05-04</h1>" in text
    assert f"{shown(record.zone, visit.start)}: session 2 of course {course}" in text
    assert "0.5 mg/kg over 40 minutes, at most 100 mg, signed by Dr Lee. No weight is known yet." in text
    assert "<li>the course is held (psychosis): release it first" in text
    assert [f"<tr><td>{row}<td>" in text for row in ("before", "again", "15", "30", "40, end", "leaving")] == [True] * 6
    assert "160 or more systolic, or 100 or more diastolic" in text
    assert "Comfort in the room, as the patient says it; it decides nothing" in text
    assert "http" not in text
    looks = {(one.account_id, one.what) for one in await opened.store.access.of_course(course)}
    assert ("ortiz", "downtime sheet") in looks


async def test_what_cannot_be_printed_is_one_sentence(terminal: Terminal, tmp_path: Path) -> None:
    """A role that treats nobody, no such site, no such day, no such place for a file; and a day without visits."""
    cases = [
        ("adler", ("northside", "2026-12-01"), 3, "the role auditor may not print sheets"),
        ("ortiz", ("moon", "2026-12-01"), 2, "there is no site moon"),
        ("ortiz", ("northside", "soon"), 2, "is no time"),
        ("ortiz", ("northside", "+3d", "--out", f"{tmp_path}"), 1, "cannot be written"),
    ]
    for who, words, code, sentence in cases:
        await terminal.sign_in(who)
        answered = await terminal.type("downtime-sheet", *words)
        assert (answered.code, len(answered.err.splitlines())) == (code, 1)
        assert sentence in answered.err
    empty = tmp_path / "empty.html"
    assert (await terminal.type("downtime-sheet", "northside", "2099-12-01", "--out", str(empty))).code == 0
    assert "No visit at Northside on 01 December 2099." in empty.read_text()
