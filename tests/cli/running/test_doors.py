"""What stands before a command: the data folder, the variables, the server that it finds."""

import socket
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from adapters.keyring import KeyRing
from adapters.logs import worker_runtime
from adapters.settings import Settings, SettingsError, load_settings
from adapters.store import Store
from adapters.temporal.plugin import connect
from adapters.temporal.search_attributes import missing
from adapters.temporal.server import EmbeddedServer, ServerError
from adapters.wiring import Application
from tests.cli.conftest import Terminal
from worker import work
from workflows.search_attribute_keys import ATTRIBUTES

TYPED_WRONGLY = (("doctor",), ("list",), ("login", "lee"), ("logout",), ("proof",), ("show", "c-1"), ("access",))


def names(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("words", TYPED_WRONGLY, ids=" ".join)
async def test_a_data_folder_that_is_not_there_is_named(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No new keys, no new store: the sentence says which folder."""
    folder = tmp_path / "vra"
    monkeypatch.setenv("ST_DATA_FOLDER", str(folder))
    answered = await Terminal({}).type(*words)
    assert (answered.code, answered.err.count("\n")) == (2, 1)
    assert f"The data folder {folder} does not exist: correct ST_DATA_FOLDER" in answered.err
    assert not folder.exists()


@pytest.mark.parametrize("name", ["d%20x", "what?", "two words", "a#b%", "ü"])
async def test_the_store_stands_beside_the_keys(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever letters the folder has."""
    folder = tmp_path / name
    monkeypatch.setenv("ST_DATA_FOLDER", str(folder))
    settings = load_settings(None)
    async with Store.open(settings.store_url.get_secret_value(), KeyRing.load_or_create(settings.key_ring_file)) as one:
        await one.migrate()
    assert {"keys.json", "store.db"} <= names(folder)
    assert names(tmp_path) == {name}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ST_FOO", "ST_FOO in the environment is not a setting: .env.example lists them all."),
        ("ST_DATA_FOLDR", "ST_DATA_FOLDR in the environment is not a setting: did you mean ST_DATA_FOLDER."),
    ],
)
async def test_an_unknown_variable_is_named(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the nearest that there is, never with its value."""
    monkeypatch.setenv(name, "hunter2")
    with pytest.raises(SettingsError) as refused:
        load_settings(None)
    assert str(refused.value) == text


def test_a_metrics_port_in_use_is_one_sentence(settings: Settings) -> None:
    """It names the variable and the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SettingsError, match=f"ST_METRICS_ADDRESS={address} cannot be listened at"):
            worker_runtime(settings.model_copy(update={"metrics_address": address}))


async def test_tls_that_fails_says_tls(
    settings: Settings, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS to a server without it; nobody there at all is told as before."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", server.target)
    monkeypatch.setenv("TEMPORAL_TLS", "true")
    with pytest.raises(ServerError, match="does not speak TLS: unset TEMPORAL_TLS"):
        await connect(settings, KeyRing.generate())
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", "/nowhere/ca.pem")
    with pytest.raises(ServerError, match="configuration cannot be read"):
        await connect(settings, KeyRing.generate())
    monkeypatch.delenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    with pytest.raises(ServerError, match="No Temporal server answers at"):
        await connect(settings, KeyRing.generate())


@pytest.fixture
async def bare(alone: EmbeddedServer) -> str:
    """A namespace without any search attribute of ours."""
    client = await Client.connect(alone.target)
    name = "somebodys-own"
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=Duration(seconds=86_400))
    )
    return name


async def test_a_server_without_the_attributes(
    terminal: Terminal, opened: Application, bare: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker does not start and enrolment is refused, both name them; one command makes them."""
    await terminal.sign_in("cole")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", bare)
    client = await connect(opened.settings, opened.ring)
    while len(await missing(client)) != len(ATTRIBUTES):  # a new namespace takes a moment to be known
        pass
    with pytest.raises(ServerError, match=r"lacks the search attributes CoursePhase, .*`starter.py search-attributes`"):
        await work(opened.settings, current=True)
    refused = await terminal.type("enrol", "Nina Nowhere", "1970-02-03", "depression")
    assert (refused.code, "lacks the search attributes CoursePhase, " in refused.err) == (4, True)
    assert await opened.store.directory.find("Nina Nowhere") == ()
    made = await terminal.type("search-attributes", "--json")
    assert (made.code, made.said["made"]) == (0, [one.name for one in ATTRIBUTES])
    while await missing(client):
        pass
    assert (await terminal.type("enrol", "Nina Nowhere", "1970-02-03", "depression")).code == 0
