"""What the patient said, beside what staff did: how the room was, and what the patient wishes."""

from decimal import Decimal

import pytest

from cli.demo.report import comfort
from cli.work.showing import show_course
from course.model.terms import Role
from tests.cli.conftest import Terminal
from tests.support.life import Life
from tests.support.stories import check_in, scheduled, treated


async def test_how_the_room_was_is_typed_with_the_session_and_shown(terminal: Terminal, course: str) -> None:
    """The number and the word stand with the visit in `show` and on the page; eleven of ten is one sentence."""
    await terminal.sign_in("ortiz")
    given = ("session", course, "1", "--mg", "1", "--started", "now", "--minutes", "1", "--weight-kg", "70")
    refused = await terminal.type(*given, "--comfort", "11")
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert "comfort" in refused.err
    answered = await terminal.type(*given, "--comfort", "7", "--comfort-word", "calm")
    assert answered.code == 0, answered.err
    shown = await terminal.type("show", course)
    row = next(line for line in shown.out.splitlines() if line.strip().startswith("s1 "))
    assert "7 calm" in row
    assert 'comfort in the room 7 of 10 "calm"' in " ".join(shown.out.split())


def test_the_report_has_how_the_room_was_infusion_by_infusion() -> None:
    """A bar and the patient's word for each infusion that has them, nothing where nobody asked."""
    life = scheduled()
    assert comfort(life.record) == ""
    for said in ({"comfort": 4, "comfort_word": "<cold>"}, {}, {"comfort": 9}):
        _dose(life, **said)
    told = comfort(life.record)
    assert told.count("<li>") == 2
    assert 'width:40%"></i></span>4 &lt;cold&gt;' in told
    assert 'width:90%"></i></span>9' in told


def test_show_has_the_wish_beside_the_decision(capsys: pytest.CaptureFixture[str]) -> None:
    """One row an evaluation: what was decided, by whom, and what the patient wished."""
    life = treated()
    life.do("evaluate", decision="maintenance", reason="response", wish="fewer visits")
    show_course(life.record, None, None, (), life.now)
    row = next(line for line in capsys.readouterr().out.splitlines() if "maintenance" in line and "Dr Lee" in line)
    assert "fewer visits" in row


def _dose(life: Life, **fields: object) -> None:
    session = life.record.open_sessions[0]
    life.go_to(session.start)
    check_in(life, session.id)
    life.wait(minutes=40)
    plain = {"session": session.id, "started_at": session.start, "minutes": 40, "mg": Decimal(35)}
    life.do("session", Role.NURSE, **plain, **fields)
