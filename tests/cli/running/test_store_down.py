"""The store is full, locked or gone in the middle of a command: one sentence, and what became of the act."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.store import database
from adapters.wiring import Application
from course.acts.catalogue import Act
from course.model.messages import Receipt
from tests.cli.conftest import Terminal


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another program writes to the store and does not finish."""
    other = sqlite3.connect(folder / "store.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits half a minute for a lock."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)


@pytest.mark.usefixtures("impatient")
async def test_a_locked_store_is_one_sentence(terminal: Terminal, course: str, environment: Path) -> None:
    """Looks, which the access log has, acts and `doctor` say that it is locked; nothing was changed."""
    await terminal.sign_in("lee")
    with locked(environment):
        for words in (("show", course), ("note", course, "x"), ("list",), ("needs",), ("login", "lee")):
            answered = await terminal.type(*words)
            assert (answered.code, answered.err.count("\n")) == (4, 1), (words, answered)
            assert "is locked by another program" in answered.err
        assert (await terminal.type("whoami")).out.startswith("Dr Lee")  # it writes nothing, and needs no lock
        found = {one["check"]: one for one in (await terminal.type("doctor", "--json")).said}
    assert not found["store"]["well"]
    assert "is locked by another program" in found["store"]["said"]


@pytest.mark.usefixtures("impatient")
async def test_what_became_of_an_act_is_said(
    terminal: Terminal, course: str, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is locked once the course has taken the note: the sentence says that it stands, and its entry."""
    from services.courses import Courses  # noqa: PLC0415

    await terminal.sign_in("lee")
    sent = Courses.send
    turns = []

    async def then_locked(self: Courses, course_id: str, act: Act) -> Receipt:
        receipt = await sent(self, course_id, act)
        turn = locked(environment)
        turn.__enter__()
        turns.append(turn)
        return receipt

    monkeypatch.setattr(Courses, "send", then_locked)
    answered = await terminal.type("note", course, "stands")
    for turn in turns:
        turn.__exit__(None, None, None)
    assert answered.code == 4
    assert "The act stands all the same" in answered.err
    record = (await terminal.type("show", course, "--json")).said
    entry = next(one for one in record["entries"] if "stands" in one["text"])
    assert f"[entry {entry['number']}]" in answered.err


async def test_doctor_sees_a_full_store(
    terminal: Terminal, opened: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that may not grow is NOT well, before the first command fails."""
    before = database._prepare

    def cramped(connection: sqlite3.Connection, record: object) -> None:
        before(connection, record)
        cursor = connection.cursor()
        cursor.execute("PRAGMA max_page_count=1")
        cursor.close()

    monkeypatch.setattr(database, "_prepare", cramped)
    await terminal.sign_in("ops")
    found = {one["check"]: one for one in (await terminal.type("doctor", "--json")).said}
    assert found["store"] == {
        "check": "store",
        "well": False,
        "said": f"The store at {opened.store.database.shown} is full: make room on its disk.",
    }
