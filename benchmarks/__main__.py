"""`python -m benchmarks`: measures the product beside the floor and its peers, and writes the page about it."""

import argparse
import importlib
import signal
import sys
import time

from benchmarks import report
from benchmarks.found import Answer, losses, save
from benchmarks.machine import machine
from benchmarks.processes import MeasureError, tell
from benchmarks.size import SIZES

SLOW = frozenset({"layers", "peers", "recovery", "workers"})
"""What `--quick` leaves out unless it is named."""

QUESTIONS = (
    "courses",
    "layers",
    "peers",
    "acts",
    "commands",
    "memory",
    "history",
    "carried",
    "recovery",
    "replay",
    "lists",
    "beside",
    "workers",
)
LOST, STOPPED = 1, 130


def main() -> int:
    """The exit code: 0, or 1 where a ratio got worse than it may under `--check`."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended on the way out
    options = _options().parse_args()
    if options.write:
        report.write(QUESTIONS)
        return 0
    size = SIZES[options.size]
    found: list[str] = []
    asked = options.questions or [name for name in QUESTIONS if size.name != "quick" or name not in SLOW]
    for name in asked:
        began, here = time.monotonic(), machine()
        tell(f"{name} ...")
        try:
            answer: Answer = importlib.import_module(f"benchmarks.questions.{name}").measure(size)
        except MeasureError as error:
            tell(f"{name} is left out: {error}")
            continue
        for row in answer.rows:
            print(f"{row.question}: {row.shown}{f', wanted {row.wanted}' if row.goal is not None else ''}. {row.note}")
        for line in answer.said:
            print(line)
        tell(f"{name}: {time.monotonic() - began:.0f} s")
        if options.check:
            found += losses(size.name, name, answer.rows)
        else:
            save(size.name, name, answer, here)
            report.write(QUESTIONS)
    for line in found:
        print(line, file=sys.stderr)
    return LOST if found else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("questions", nargs="*", metavar="question", help=f"of {', '.join(QUESTIONS)}; all by default")
    parser.set_defaults(size="full")
    for size, words in (("quick", "less of everything, in about three minutes"), ("long", "with the largest clinics")):
        parser.add_argument(f"--{size}", dest="size", action="store_const", const=size, help=words)
    parser.add_argument(
        "--check", action="store_true", help="keep nothing; fail where a ratio is over 20 %% worse than the one kept"
    )
    parser.add_argument("--write", action="store_true", help="measure nothing; write the page from what is kept")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(STOPPED)
