"""C2SP checkpoints: which log, how many entries, and the head of their tree."""

import base64
from dataclasses import dataclass
from typing import Self

from adapters.tlog.notes import NoteError
from adapters.tlog.tree import HASH_BYTES


@dataclass(frozen=True)
class Checkpoint:
    """What a log was at one size."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The checkpoint in a note's text; raises NoteError. Lines after the third say nothing here."""
        origin, size, encoded, *more = text.removesuffix("\n").split("\n") if text.count("\n") >= 3 else ("",) * 3  # noqa: PLR2004
        try:
            found = cls(origin, int(size), base64.b64decode(encoded, validate=True))
        except ValueError:
            raise NoteError("A checkpoint is a name, a size and a root hash, on a line each.") from None
        if not origin or "" in more or len(found.root) != HASH_BYTES or str(found.size) != size or found.size < 0:
            raise NoteError("A checkpoint is a name, a size and a root hash, on a line each.")
        return found
