"""A server behind TLS, as an installation's Temporal is: what is right works, and what is wrong is one sentence."""

import asyncio
import re
from pathlib import Path

import pytest

from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.temporal.plugin import connect
from adapters.temporal.server import EmbeddedServer, ServerError
from tests.support.tls_front import Authority, Pair, tls_front

SERVER, CLIENT = "TEMPORAL_TLS_SERVER_CA_CERT_PATH", "TEMPORAL_TLS_CLIENT_CERT_PATH"
KEY = "hunter2-of-the-cloud"


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    """Who signs the server's certificate, and the clients'."""
    return Authority(tmp_path, "ours")


@pytest.fixture
def theirs(tmp_path: Path) -> Authority:
    """Somebody else."""
    return Authority(tmp_path, "theirs")


def use(monkeypatch: pytest.MonkeyPatch, address: str, trusted: Authority | None, own: Pair | None = None) -> None:
    """Set what a process is given: where the server is, whom to trust, and its own certificate."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    monkeypatch.setenv("TEMPORAL_TLS", "true")
    if trusted is not None:
        monkeypatch.setenv(SERVER, str(trusted.certificate))
    if own is not None:
        monkeypatch.setenv(CLIENT, str(own.certificate))
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", str(own.key))


async def refusal(settings: Settings) -> str:
    """The one sentence that a process ends with."""
    with pytest.raises(ServerError) as refused:
        await connect(settings, KeyRing.generate())
    assert re.fullmatch(r"[A-Z][^\n]*\.", str(refused.value))
    return str(refused.value)


async def test_the_server_is_who_it_says(
    settings: Settings, server: EmbeddedServer, ours: Authority, theirs: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only an authority that is named vouches for it, and only until the certificate expires."""
    async with tls_front(server.target, ours.issue("server")) as address:
        use(monkeypatch, address, ours)
        found = await connect(settings, KeyRing.generate())
        assert await found.service_client.check_health()
        use(monkeypatch, address, theirs)
        assert f"certificate of {address} is not trusted: set {SERVER}" in await refusal(settings)
        monkeypatch.delenv(SERVER)
        assert f"certificate of {address} is not trusted: set {SERVER}" in await refusal(settings)
        monkeypatch.setenv("TEMPORAL_TLS_SERVER_NAME", "temporal.example")
        use(monkeypatch, address, ours)
        assert "is for another name: set TEMPORAL_TLS_SERVER_NAME" in await refusal(settings)
        monkeypatch.delenv("TEMPORAL_TLS_SERVER_NAME")
    async with tls_front(server.target, ours.issue("old", days=-1)) as address:
        use(monkeypatch, address, ours)
        assert f"certificate of {address} has expired" in await refusal(settings)


async def test_the_client_shows_its_own_certificate(
    settings: Settings, server: EmbeddedServer, ours: Authority, theirs: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the server asks for one: none, one that expired and one of another authority are told apart."""
    async with tls_front(server.target, ours.issue("server"), ours) as address:
        use(monkeypatch, address, ours)
        assert f"wants a client certificate: set {CLIENT}" in await refusal(settings)
        use(monkeypatch, address, ours, ours.issue("old-client", days=-1))
        assert "The client certificate has expired: renew" in await refusal(settings)
        use(monkeypatch, address, ours, theirs.issue("stranger"))
        assert "does not take the client certificate" in await refusal(settings)
        use(monkeypatch, address, ours, ours.issue("client"))
        found = await connect(settings, KeyRing.generate())
        assert await found.service_client.check_health()


async def test_an_api_key_lies_in_a_file_and_goes_only_over_tls(
    settings: Settings, server: EmbeddedServer, ours: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client has it without its newline; without TLS it stays here, and no sentence repeats it."""
    file = tmp_path / "api.key"
    settings = settings.model_copy(update={"temporal_api_key_file": file})
    heard = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.read(65_536))
        writer.close()

    listener = await asyncio.start_server(listen, "127.0.0.1", 0)
    address = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    use(monkeypatch, address, None)
    said = [await refusal(settings)]
    assert f"cannot be read from {file}: see ST_TEMPORAL_API_KEY_FILE" in said[-1]
    file.write_text("\n")
    said.append(await refusal(settings))
    assert f"no API key in {file}" in said[-1]
    file.write_text(f"{KEY}\n")
    monkeypatch.setenv("TEMPORAL_TLS", "false")
    said.append(await refusal(settings))
    assert "goes only over TLS" in said[-1]
    assert not heard
    monkeypatch.delenv("TEMPORAL_TLS")
    said.append(await refusal(settings))
    assert heard.startswith(b"\x16"), "a TLS handshake"
    assert KEY.encode() not in heard
    listener.close()
    assert not any(KEY in one for one in said)
    async with tls_front(server.target, ours.issue("server")) as address:
        use(monkeypatch, address, ours)
        found = await connect(settings, KeyRing.generate())
        assert found.service_client.config.api_key == KEY
        assert await found.service_client.check_health()
