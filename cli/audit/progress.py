"""Progress where reading takes longer than a glance."""

import sys
from time import monotonic
from typing import TextIO

SECONDS = 2.0


class SlowLine:
    """Says how far reading is, from two seconds on, at most every two seconds."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._next = monotonic() + SECONDS

    def __call__(self, words: str) -> None:
        """Where the reading stands."""
        if monotonic() >= self._next:
            print(words, file=self._out, flush=True)
            self._next = monotonic() + SECONDS
