"""The how-to pages, done as they are written, by a clinic that begins with a copy of `clinic/`."""

import json
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typing_extensions import override

from activities.ports import Channel, Letter, Medium, NotAcceptedError, RefusedForGoodError, UnknownDeliveryError
from adapters.clinic.whole_folder import load_folder
from adapters.identity.sign_in import first_passphrases
from adapters.settings import SettingsError, load_settings
from adapters.temporal.server import EmbeddedServer
from adapters.wiring import open_application
from adapters.working import channels_of
from course.model.messages import Part, SendOrder
from course.model.terms import Audience, OccasionKind
from tests.cli.conftest import Answered, Terminal
from tests.support.outside.mail import unused_port
from tests.support.outside.pages import ROOT, blocks, place, shell
from tests.support.served import worked

__all__ = ["unused_port"]

pytestmark = pytest.mark.timeout(300)
"""A page is several commands, months of a made-up course among them."""

LETTER = Letter(
    id="0123abcd",
    medium=Medium.SMS,
    to="+12125550123",
    subject="",
    body="Northside: see you on Mon 15 Mar.",
    sender="",
    as_of=datetime(2027, 3, 15, tzinfo=UTC),
)


@dataclass
class Follower:
    """Somebody who does what pages say, in a home folder of their own."""

    home: Path
    patch: pytest.MonkeyPatch
    terminal: Terminal = field(default_factory=lambda: Terminal({}))
    running: AsyncExitStack = field(default_factory=AsyncExitStack)
    said: list[Answered] = field(default_factory=list)

    async def follow(self, page: str) -> list[str]:
        """Do everything that a page says; returns what each command of ours printed."""
        begun = len(self.said)
        for block in blocks(f"how-to/{page}"):
            match block.kind:
                case "ini":
                    for name, value in block.settings.items():
                        self.patch.setenv(name, value)
                case "sh":
                    for words in block.commands:
                        await self._type(words)
                case _:
                    place(block, self.home)
        return [one.out for one in self.said[begun:]]

    async def _type(self, words: list[str]) -> None:
        match words:
            case ["alias", *_]:
                return
            case ["make", "up"]:
                await self.restart()
            case ["st", "login", account]:
                await self.terminal.sign_in(account)
            case ["st", *rest]:
                answered = await self.terminal.type(*(word.replace("~", str(self.home)) for word in rest))
                assert answered.code == 0, f"{rest}: {answered.out}{answered.err}"
                self.said.append(answered)
            case _:
                shell(words, self.home)

    async def restart(self) -> None:
        """Stop the worker, start one that reads the folder as it is now."""
        await self.running.aclose()
        settings = load_settings(None, graceful_shutdown_seconds=1)
        app = await self.running.enter_async_context(open_application(settings))
        self.terminal.passphrases |= await first_passphrases(app.store, settings.clinic_folder / "staff.toml")
        await self.running.enter_async_context(worked(app))


@pytest.fixture(scope="module")
async def clinic(alone: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Follower]:
    """A clinic of one's own, made as its page says."""
    home: Path = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("COLUMNS", "240")
        patch.setenv("ST_TASK_QUEUE", "how-to")
        patch.setenv("TEMPORAL_ADDRESS", alone.target)
        patch.setenv("TEMPORAL_NAMESPACE", alone.namespace)
        follower = Follower(home, patch)
        async with follower.running:
            checked, health = await follower.follow("own-clinic")
            assert "1 site, texts in en, es and 4 accounts are sound" in checked
            assert "NOT" not in health
            yield follower


async def test_an_instrument_then_a_protocol_that_asks_it(clinic: Follower) -> None:
    """The sheet scores as its file says; a course of the new protocol keeps the values that the page gave it."""
    _, scored = await clinic.follow("instrument")
    assert scored == "9 (probable anxiety disorder)\n"
    _, differs, shown, lived, enrolled = await clinic.follow("protocol")
    assert {line.split()[0] for line in differs.splitlines()[3:] if line[:2].strip()} == {
        "id", "title", "short", "evidence.grade", "evidence.statement", "evidence.citations", "induction.weekdays",
        "induction.gap_days_min", "measuring.secondary", "instruments",
    }  # fmt: skip
    assert "gaps 3-7 days" in shown
    assert "6 sessions given, 0 acts refused" in lived
    course = enrolled.split()[2].rstrip(",")
    measured = await clinic.terminal.type("measure", course, "oasis", "--answers", "3,2,2,1,1")
    assert measured.code == 0, measured.err
    record = (await clinic.terminal.type("show", course, "--json")).said
    assert (record["protocol"]["id"], record["protocol"]["induction"]["weekdays"]) == ("panic", [1, 4])
    assert record["scores"][0]["total"] == 9


async def test_a_language(clinic: Follower) -> None:
    """A patient is enrolled in it, and the first letter is in it."""
    checked, enrolled = await clinic.follow("language")
    assert "texts in en, es, pt" in checked
    shown = await clinic.terminal.type("show", enrolled.split()[2].rstrip(","))
    assert "language pt" in shown.out
    folder = clinic.home / "my-clinic"
    forms = Part(occasion="f1/forms/1", kind=OccasionKind.FORMS, facts={})
    order = SendOrder(
        course_id="c-1",
        patient_id="p-1",
        site="lakeside",
        audience=Audience.PATIENT,
        parts=(forms,),
        as_of=LETTER.as_of,
        language="pt",
    )
    letter = load_folder(folder).texts.written(order)
    assert letter.subject == "Algumas perguntas antes da sua primeira visita"
    assert letter.body.startswith("Olá,\n\nAntes de marcarmos as suas visitas")
    assert "ligue ou envie uma mensagem para 988" in letter.body
    assert letter.sms == (
        "Lakeside: precisamos de algumas respostas antes da sua primeira visita. "
        "Ligue para +1 312 555 0100.\nSTOP encerra."
    )


async def test_a_site(clinic: Follower) -> None:
    """Somebody is on call, it has its chairs, and a course is enrolled there."""
    checked, on_call, health, day, enrolled = await clinic.follow("site")
    assert "2 sites" in checked
    assert "rivera, novak" in on_call
    assert "NOT" not in health
    assert "2 places" in day
    record = (await clinic.terminal.type("show", enrolled.split()[2].rstrip(","), "--json")).said
    assert record["site"] == "harbour"


class Hospital(BaseHTTPRequestHandler):
    """The gateway of the page: it keeps what it was given, and answers as it is told."""

    taken: list[dict[str, Any]]
    status = 200

    def do_POST(self) -> None:
        """Take one message."""
        value = self.rfile.read(int(self.headers["Content-Length"]))
        if self.status:
            self.taken.append(json.loads(value))
            answer = b'{"id": "m-1"}'
            self.send_response(self.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hospital() -> Iterator[tuple[str, type[Hospital]]]:
    """A gateway on a free port: its URL, and what it was given."""
    kind = type("Ours", (Hospital,), {"taken": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/sms", kind
    server.shutdown()
    server.server_close()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A clinic folder that holds the page's module, and the page's setting."""
    folder = Path(shutil.copytree(ROOT / "clinic", tmp_path / "my-clinic"))
    (module,) = (one for one in blocks("how-to/channel") if one.kind == "python")
    place(module, tmp_path)
    monkeypatch.setenv("ST_CLINIC_FOLDER", str(folder))
    monkeypatch.setattr(sys, "path", [*sys.path])
    for block in blocks("how-to/channel"):
        if "ST_SMS_CHANNEL" in block.text and block.kind == "ini":
            for name, value in block.settings.items():
                monkeypatch.setenv(name, value)
    yield monkeypatch
    sys.modules.pop("gateway", None)


def channel(letters: pytest.MonkeyPatch, url: str) -> Channel:
    """The channel that the settings name."""
    letters.setenv("GATEWAY_URL", url)
    return channels_of(load_settings(None))[Medium.SMS]


async def test_a_channel(own: pytest.MonkeyPatch, hospital: tuple[str, type[Hospital]], unused_port: int) -> None:
    """Texts leave by the page's module; each way in which it fails is the error that its table says."""
    url, gateway = hospital
    assert await channel(own, url).deliver(LETTER) == "m-1"
    assert gateway.taken == [{"to": LETTER.to, "text": LETTER.body, "once": LETTER.id}]
    for status, error in ((404, RefusedForGoodError), (503, NotAcceptedError), (0, UnknownDeliveryError)):
        gateway.status = status
        with pytest.raises(error):
            await channel(own, url).deliver(LETTER)
    with pytest.raises(NotAcceptedError):
        await channel(own, f"http://127.0.0.1:{unused_port}").deliver(LETTER)


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("gatewai:open_channel", "ModuleNotFoundError: No module named 'gatewai'"),
        ("gateway:open", "AttributeError: module 'gateway' has no attribute 'open'"),
        ("gateway:open_channel", "KeyError: 'GATEWAY_URL'"),
        ("gateway:json.loads", "ST_SMS_CHANNEL is wrong"),
        ("builtins:repr", "what it returns has no `deliver`"),
    ],
)
def test_a_channel_that_does_not_open_is_named(own: pytest.MonkeyPatch, named: str, why: str) -> None:
    """One sentence, before anything is started."""
    own.delenv("GATEWAY_URL", raising=False)
    own.setenv("ST_SMS_CHANNEL", named)
    with pytest.raises(SettingsError) as refused:
        channels_of(load_settings(None))
    assert why in str(refused.value)
    assert "ST_SMS_CHANNEL" in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_the_tutorial_of_scenarios(clinic: Follower, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file as its page ends is lived as it expects; with one expectation changed as the page says, it fails.

    It is lived in the clinic of one's own, whose staff has none of the people whom scenarios name.
    """
    assert (clinic.home / "my-clinic" / "staff.toml").read_text().count('"lee"') == 0
    for block in blocks("tutorials/scenario"):
        if block.kind == "toml":
            place(block, tmp_path)
    wrong = (tmp_path / "cold.toml").read_text().replace("given = 6", "given = 7")
    (tmp_path / "wrong.toml").write_text(wrong)
    monkeypatch.setenv("ST_DATA_FOLDER", str(tmp_path / "var"))
    files = (str(tmp_path / "cold.toml"), str(tmp_path / "wrong.toml"))
    played = await Terminal({}).type("simulate", *files, "--json")
    assert played.code == 1
    right, other = played.said
    assert right["surprises"] == []
    assert other["surprises"] == ["expect sessions given: 7 is expected, 6 is so"]
