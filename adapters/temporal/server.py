"""The embedded server: the real Temporal server, as one child process."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from google.protobuf.duration_pb2 import Duration
from pydantic import BaseModel, ValidationError
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from workflows.search_attribute_keys import ATTRIBUTES

HOST = "127.0.0.1"
RETENTION_HOURS = 87_600
UI_ABOVE = 1_000
"""The web page of a server on a port that was asked for is so much higher."""

START_SECONDS = 30
STOP_SECONDS = 10
DYNAMIC_CONFIG = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "history.timerProcessorMaxTimeShift": '"1ms"',
    "history.workflowIdReuseMinimalInterval": '"0s"',
    "history.timerProcessorMaxPollRPS": "10000",
    "history.transferProcessorMaxPollRPS": "10000",
    # Several updates of 2 MB in one task would have the server end the course: it takes no more than this at a time.
    "history.maxInFlightUpdatePayloads": "1000000",
    # A workflow task that fails twice running shows in lists, so that `doctor` and `proof` name its course.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": "2",
}
# A write-ahead log, flushed at every commit: what the server acknowledged outlives kill -9 and a power cut.
PRAGMAS = ("journal_mode=wal", "synchronous=full")


class ServerError(Exception):
    """One sentence that says why there is no server and what to do."""


class Address(BaseModel, frozen=True):
    """Where a running server is, for other programs on this machine."""

    target: str
    namespace: str
    pid: int
    ui_url: str | None = None


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server; it stops when its `async with` block ends."""

    target: str
    namespace: str
    ui_url: str | None
    process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        """The server's process, which may be killed at any time and started again on the same folder."""
        return self.process.pid


def address_file(data_dir: Path) -> Path:
    """The file in which a running server leaves its address."""
    return data_dir / "server.json"


def read_address(data_dir: Path) -> Address | None:
    """The address of the server that was last started in this folder and not stopped since."""
    try:
        return Address.model_validate_json(address_file(data_dir).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


@contextlib.asynccontextmanager
async def embedded_server(
    data_dir: Path | None = None, *, port: int | None = None, ui: bool = False, namespace: str = "default"
) -> AsyncIterator[EmbeddedServer]:
    """Run a server on a port of this machine; without a folder it keeps everything in memory."""
    if port is not None and not _is_free(port):
        raise ServerError(f"Port {port} is already in use: choose another, or stop the program that has it.")
    ui_port = None
    if ui:
        ui_port = port + UI_ABOVE if port else _free_port()
    port = port or _free_port()
    ui_url = f"http://{HOST}:{ui_port}" if ui_port else None
    with _log(data_dir) as log:
        process = await _spawn(_command(data_dir, port, ui_port, namespace), data_dir, log)
        server = EmbeddedServer(f"{HOST}:{port}", namespace, ui_url, process)
        try:
            await _ready(server, log)
            _leave_address(server, data_dir)
            yield server
        finally:
            await _stop(process)
            _take_address(server, data_dir)


async def _spawn(command: list[str], data_dir: Path | None, log: IO[bytes]) -> asyncio.subprocess.Process:
    """Start the server in a session of its own, so that Ctrl-C reaches only this program."""
    with _locked(data_dir) as lock:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=() if lock is None else (lock,),
        )


def _command(data_dir: Path | None, port: int, ui_port: int | None, namespace: str) -> list[str]:
    binary = Path(sys.executable).with_name("temporal")
    if not binary.exists():
        raise ServerError(f"There is no temporal program beside {sys.executable}: run 'make env'.")
    command = [str(binary), "server", "start-dev", "--ip", HOST, "--port", str(port), "--log-level", "error"]
    command += ["--ui-port", str(ui_port), "--ui-disable-news-fetch"] if ui_port else ["--headless"]
    command += ["--namespace", namespace] if namespace != "default" else []
    for key, value in DYNAMIC_CONFIG.items():
        command += ["--dynamic-config-value", f"{key}={value}"]
    for attribute in ATTRIBUTES:
        command += ["--search-attribute", f"{attribute.name}={_type_name(attribute)}"]
    if data_dir:
        command += ["--db-filename", str(data_dir / "temporal.db")]
        for pragma in PRAGMAS:
            command += ["--sqlite-pragma", pragma]
    # Where Linux offers it, the server ends with the process that started it, however that one ends.
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *command] if setpriv else command


def _type_name(attribute: SearchAttributeKey[Any]) -> str:
    return attribute.indexed_value_type.name.title().replace("_", "")  # KEYWORD_LIST is KeywordList here


@contextlib.contextmanager
def _locked(data_dir: Path | None) -> Iterator[int | None]:
    """Take the folder's lock; the server inherits and keeps it, so that two never share one file."""
    if data_dir is None:
        yield None
        return
    lock = os.open(data_dir / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield lock
    except BlockingIOError:
        running = read_address(data_dir)
        who = f"process {running.pid} at {running.target}" if running else "another process"
        raise ServerError(f"A server already uses {data_dir} ({who}): use that one, or stop it.") from None
    finally:
        os.close(lock)


@contextlib.contextmanager
def _log(data_dir: Path | None) -> Iterator[IO[bytes]]:
    if data_dir:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data_dir / "server.log").open("ab+") if data_dir else tempfile.TemporaryFile() as log:
        yield log


def _leave_address(server: EmbeddedServer, data_dir: Path | None) -> None:
    if data_dir:
        address = Address(target=server.target, namespace=server.namespace, pid=server.pid, ui_url=server.ui_url)
        address_file(data_dir).write_text(address.model_dump_json())


def _take_address(server: EmbeddedServer, data_dir: Path | None) -> None:
    found = read_address(data_dir) if data_dir else None
    if data_dir and found and found.pid == server.pid:
        address_file(data_dir).unlink()


async def _ready(server: EmbeddedServer, log: IO[bytes]) -> None:
    """Wait until the namespace answers, and have it keep what is closed for ten years."""
    keep = NamespaceConfig(workflow_execution_retention_ttl=Duration(seconds=RETENTION_HOURS * 3600))
    request = UpdateNamespaceRequest(namespace=server.namespace, config=keep)
    try:
        async with asyncio.timeout(START_SECONDS):
            while server.process.returncode is None:
                with contextlib.suppress(RuntimeError, RPCError):
                    client = await Client.connect(server.target, namespace=server.namespace)
                    await client.workflow_service.update_namespace(request)
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise ServerError(f"The server did not answer within {START_SECONDS} seconds: {_last_line(log)}.") from None
    raise ServerError(f"The server stopped while starting: {_last_line(log)}.")


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Ask the server to stop, and end it if it does not."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(process.wait()), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


def _last_line(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").split("\n")
    return next((line.strip().rstrip(".") for line in reversed(lines) if line.strip()), "it said nothing")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
