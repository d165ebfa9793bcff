"""The command line against a real server, store and worker, as its users run it."""

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.identity.sign_in import first_passphrases
from adapters.settings import Settings
from adapters.temporal.server import EmbeddedServer, embedded_server
from adapters.wiring import Application, open_application
from cli.app import main
from tests.support.records import CLINIC_FOLDER
from tests.support.served import worked
from tests.support.stores import postgres, store_url

__all__ = ["postgres", "store_url"]


@dataclass(frozen=True)
class Answered:
    """What one command line came to."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> Any:
        """What `--json` printed."""
        return json.loads(self.out)


@dataclass
class Terminal:
    """Types command lines."""

    passphrases: dict[str, str]

    async def type(self, *words: str, given: str = "") -> Answered:
        """Run one command line in a thread of its own, with something on standard input."""
        return await asyncio.to_thread(self._run, words, given)

    async def sign_in(self, account: str) -> None:
        """Sign in with the right passphrase."""
        answered = await self.type("login", account, given=self.passphrases[account])
        assert answered.code == 0, answered.err

    @staticmethod
    def _run(words: tuple[str, ...], given: str) -> Answered:
        out, err, before = io.StringIO(), io.StringIO(), sys.stdin
        sys.stdin = io.StringIO(given + "\n")
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = main(list(words))
        finally:
            sys.stdin = before
        return Answered(code, out.getvalue(), err.getvalue())


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on which every row of a table stands on one line."""
    monkeypatch.setenv("COLUMNS", "240")


@pytest.fixture(scope="module")
async def alone() -> AsyncIterator[EmbeddedServer]:
    """A server of its own: `list` shows every course of a server."""
    async with embedded_server() as running:
        yield running


@pytest.fixture(scope="module")
def environment(alone: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder and a server of its own."""
    folder: Path = tmp_path_factory.mktemp("cli")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ST_DATA_FOLDER", str(folder))
        patch.setenv("ST_CLINIC_FOLDER", str(CLINIC_FOLDER))
        patch.setenv("ST_TASK_QUEUE", f"cli-{folder.name}")
        patch.setenv("TEMPORAL_ADDRESS", alone.target)
        patch.setenv("TEMPORAL_NAMESPACE", alone.namespace)
        yield folder


@pytest.fixture(scope="module")
async def opened(environment: Path) -> AsyncIterator[Application]:
    """A worker for whatever the command line enrols; a store with staff."""
    settings = Settings(_env_file=None, data_folder=environment, graceful_shutdown_seconds=1)
    async with open_application(settings) as app, worked(app):
        yield app


@pytest.fixture(scope="module")
async def terminal(opened: Application) -> Terminal:
    """A terminal whose user knows every passphrase."""
    return Terminal(await first_passphrases(opened.store, CLINIC_FOLDER / "staff.toml"))


PANEL = ("ALT=35/40U/L", "AST=30/40 U/L", "ALP=80/120U/L", "GGT=40/60U/L", "bilirubin=0.7/1.2mg/dL")
"""A liver panel as people type it."""


async def planned(terminal: Terminal, *person: str) -> str:
    """Enrol somebody and go as far as six planned visits."""
    await terminal.sign_in("cole")
    enrolled = await terminal.type("enrol", *person, "--new", "--json")
    assert enrolled.code == 0, enrolled.err
    course_id: str = enrolled.said["course"]
    await terminal.sign_in("lee")
    record = (await terminal.type("show", course_id, "--json")).said
    gates = [gate for gate in record["protocol"]["gates"] if not gate.get("optional")]
    for answer, kinds in (("no", {"absolute", "relative", "flag"}), ("yes", {"consent", "lab", "named", "required"})):
        ids = ",".join(gate["id"] for gate in gates if gate["kind"] in kinds and "analytes" not in gate)
        assert (await terminal.type("gate", course_id, ids, answer, "--detail", "as told")).code == 0
    for check in ("urinary", "cognition"):
        assert (await terminal.type("check", course_id, check, "no")).code == 0
    assert (await terminal.type("medicine", course_id, "none", "--at-intake")).code == 0
    assert (await terminal.type("lab", course_id, "liver-panel", *PANEL, "--drawn", "now")).code == 0
    assert (await terminal.type("measure", course_id, "phq9", "--answers", "2,2,2,2,2,2,2,2,0")).code == 0
    assert (await terminal.type("measure", course_id, "audit_c", "--answers", "0,0,0")).code == 0
    assert (await terminal.type("clear", course_id)).code == 0
    for ahead in range(7, 14):
        first = f"+{ahead}d 10:00"
        if (await terminal.type("schedule", course_id, "--first", first, "--reason", "as agreed")).code == 0:
            return course_id
    raise AssertionError("no day of a week is open")


@pytest.fixture(scope="module")
async def course(terminal: Terminal) -> str:
    """A course in induction, six visits planned."""
    person = ("Zebulon Quimby", "1984-05-04", "depression", "--email", "zq@patient.example", "--email-consent")
    return await planned(terminal, *person)
