"""Processes of a measurement: started here, ended here, and what they used of the machine."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
STOP_SECONDS = 20


class MeasureError(Exception):
    """Why something could not be measured, in one sentence."""


def tell(line: str) -> None:
    """Say how far it is."""
    print(line, file=sys.stderr, flush=True)


def cpu_seconds(pids: Iterable[int]) -> float:
    """What processes and all below them have used so far, with those below them that have ended."""
    return sum(_own_cpu(pid) for pid in tree(pids))


def cpu_by_thread(pid: int) -> Counter[str]:
    """Milliseconds that the threads of a process have used so far, by their name."""
    found = Counter[str]()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            fields = (task / "stat").read_text().rpartition(")")[2].split()
            name = (task / "comm").read_text().strip()
            found[name.rstrip("0123456789.")] += (int(fields[11]) + int(fields[12])) * 1000 // TICKS
    return found


def memory_bytes(pids: Iterable[int]) -> int:
    """What processes and all below them hold in memory, shared pages counted in each."""
    total = 0
    for pid in tree(pids):
        with contextlib.suppress(OSError):
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    return total


def tree(pids: Iterable[int]) -> set[int]:
    """Processes and all below them."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
    found, ahead = set[int](), list(pids)
    while ahead:
        pid = ahead.pop()
        if pid not in found:
            found.add(pid)
            ahead += parents.get(pid, [])
    return found


def _own_cpu(pid: int) -> float:
    try:
        fields = _stat(pid)
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11:15]) / TICKS  # of itself, and of children that it waited for


def _stat(pid: int) -> list[str]:
    """The fields of a process after its name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def clean_environment(own: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without settings of the program, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ST_", "TEMPORAL_"))}
    return {**kept, **own}


@contextlib.asynccontextmanager
async def program(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, *, ready: str = ""
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a program until the block ends, from the moment on at which its log says that it is ready.

    Where Linux offers it, it ends with this process, however that one ends.
    """
    setpriv = shutil.which("setpriv")
    whole = [setpriv, "--pdeathsig", "TERM", *command] if setpriv else list(command)
    with log.open("ab") as out:
        begins = out.tell()
        process = await asyncio.create_subprocess_exec(
            *whole, cwd=ROOT, env=clean_environment(environment or {}), stdout=out, stderr=out,
            stdin=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    try:
        await _until(process, log, begins, ready)
        yield process
    finally:
        await end(process)


async def _until(process: asyncio.subprocess.Process, log: Path, begins: int, ready: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while ready and not _says(log, begins, ready):
        if process.returncode is not None:
            raise MeasureError(f"it ended before it was ready; {log.name} says why")
        if time.monotonic() > deadline:
            raise MeasureError(f"it was not ready within {seconds:.0f} seconds; {log.name} may say why")
        await asyncio.sleep(0.01)


def _says(log: Path, begins: int, words: str) -> bool:
    return words.encode() in log.read_bytes()[begins:]


async def end(process: asyncio.subprocess.Process, number: signal.Signals = signal.SIGTERM) -> None:
    """End a process that was started here; one that takes too long is killed."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
