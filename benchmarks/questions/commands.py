"""What staff wait for at a terminal: whole processes, from the start to the end, and a worker until it is ready."""

import asyncio
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.engines.product import READY, Product, product
from benchmarks.found import Answer, Bars, Found, number
from benchmarks.processes import ROOT, MeasureError, clean_environment, cpu_seconds
from benchmarks.size import Size

COURSES = 10
STARTER = str(ROOT / "starter.py")
COMMAND_SECONDS, HELP_SECONDS, READY_SECONDS = 0.5, 0.25, 1.5
GOALS = {"help": HELP_SECONDS, "worker ready": READY_SECONDS}


def measure(size: Size) -> Answer:
    """Run each command in turn with the floor's, on a stack with a few courses."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        walls, used = asyncio.run(_times(Path(folder), size.tries))
    rows = []
    for name in ("help", "show", "needs", "note", "worker ready"):
        shown = f"`{name}`" if name not in GOALS else {"help": "`--help`"}.get(name, name)
        cpu = f"CPU {number(median(used[name]))} s, of the bare command {number(median(used['floor']))} s"
        ratios = tuple(one / floor for one, floor in zip(used[name], used["floor"], strict=True))
        rows += [
            Found(f"{name} seconds", f"{shown}, whole process", tuple(walls[name]), "s",
                  goal=GOALS.get(name, COMMAND_SECONDS), kept=False),
            Found(name, f"{shown}, CPU to that of a bare command that connects and asks", ratios, note=cpu),
        ]  # fmt: skip
    bars = tuple((name, (median(found),)) for name, found in walls.items())
    return Answer(rows=rows, bars=[Bars("commands", "A command of staff, whole process", "s", ("seconds",), bars)])


async def _times(folder: Path, tries: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Seconds on the clock, and of CPU, by command."""
    walls, used = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    async with product(folder) as running:
        ids = [await running.enrol(number, datetime.now(UTC)) for number in range(COURSES)]
        await _once(["login", "cole"], running, running.passphrases["cole"])
        commands = {
            "help": [sys.executable, STARTER, "--help"],
            "show": [sys.executable, STARTER, "show", ids[0]],
            "needs": [sys.executable, STARTER, "needs", "--everybody"],
            "note": [sys.executable, STARTER, "note", ids[1], "called back, all is well"],
            "floor": [sys.executable, "-m", "benchmarks.floor.ask", running.server.target, ids[0]],
        }
        for command in commands.values():
            await _timed(command, running)
        for _ in range(tries):
            for name, command in commands.items():
                wall, cpu = await _timed(command, running)
                walls[name].append(wall)
                used[name].append(cpu)
            wall, cpu = await _ready(folder, running)
            walls["worker ready"].append(wall)
            used["worker ready"].append(cpu)
    return walls, used


async def _once(words: Sequence[str], running: Product, text: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, STARTER, *words, cwd=ROOT, env=clean_environment(running.environment),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, complaint = await process.communicate(text.encode() + b"\n")
    if process.returncode:
        raise MeasureError(f"`starter.py {words[0]}` failed: {complaint.decode().strip()}")


async def _timed(command: Sequence[str], running: Product) -> tuple[float, float]:
    """How long a command took, and its CPU; in a thread, because the kernel tells the CPU only to who waits for it."""
    return await asyncio.to_thread(_spawned, command, clean_environment(running.environment))


def _spawned(command: Sequence[str], environment: dict[str, str]) -> tuple[float, float]:
    with Path(os.devnull).open("wb") as nothing:
        quiet = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), 1)]
        began = time.perf_counter()
        pid = os.posix_spawn(command[0], list(command), environment, file_actions=quiet)
        _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - began
    if status:
        raise MeasureError(f"`{' '.join(command[1:3])}` failed with {os.waitstatus_to_exitcode(status)}")
    return wall, used.ru_utime + used.ru_stime


async def _ready(folder: Path, running: Product) -> tuple[float, float]:
    """How long another worker takes from its start until it polls and its build is current, and its CPU."""
    began = time.perf_counter()
    async with running.another_worker(folder / "another.log", READY) as process:
        return time.perf_counter() - began, cpu_seconds([process.pid])
