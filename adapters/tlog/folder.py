"""A published log on a disk, laid out as C2SP tiles: the newest checkpoint, the hashes, and every checkpoint before."""

import os
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.tlog.checkpoints import Checkpoint
from adapters.tlog.notes import NoteError, PublicKey, opened
from adapters.tlog.tiles import hashes_in, leaf_tiles, tiles
from adapters.tlog.tree import root

NEWEST, HISTORY, KEY = "checkpoint", "checkpoints", "vkey"


@dataclass(frozen=True)
class Published:
    """What left a log's reach: checkpoints, smallest first, the leaf hashes under the largest; and what is no such."""

    checkpoints: Sequence[Checkpoint] = ()
    leaves: Sequence[bytes] = ()
    refused: Sequence[str] = ()

    @property
    def size(self) -> int:
        """How many entries are vouched for."""
        return self.checkpoints[-1].size if self.checkpoints else 0


class LogFolder:
    """Files are added; only `checkpoint` is replaced."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def key(self) -> PublicKey | None:
        """The first key of the log, as it was put here; None where none was. Raises NoteError."""
        file = self.path / KEY
        return PublicKey.parse(file.read_text("utf-8")) if file.is_file() else None

    def keep_key(self, key: PublicKey) -> None:
        """Put the first key here, unless one is."""
        if not (self.path / KEY).exists():
            _write(self.path / KEY, f"{key.vkey}\n".encode())

    def published(self, known: Collection[PublicKey]) -> Published:
        """Every checkpoint that a known key signed, and the hashes where they are those of the largest."""
        found: list[Checkpoint] = []
        refused: list[str] = []
        for file in sorted((self.path / HISTORY).glob("*")):
            try:
                found.append(checkpoint_of(file.read_text("utf-8"), known))
            except (NoteError, UnicodeDecodeError, OSError) as error:
                refused.append(f"{file.name}: {error}")
        found.sort(key=lambda one: one.size)
        leaves = self._leaves(found[-1]) if found else []
        return Published(found, leaves, refused)

    def note_of(self, checkpoint: Checkpoint) -> str:
        """The signed text of a checkpoint that is held here."""
        return self._file(checkpoint).read_text("utf-8")

    def publish(self, note: str, checkpoint: Checkpoint, leaves: Sequence[bytes]) -> None:
        """Add the hashes, then the checkpoint over them."""
        for path, tile in tiles(leaves):
            if not (self.path / path).exists():
                _write(self.path / path, tile)
        _write(self._file(checkpoint), note.encode())
        _write(self.path / NEWEST, note.encode())

    def _file(self, checkpoint: Checkpoint) -> Path:
        return self.path / HISTORY / f"{checkpoint.size:012}-{checkpoint.root[:4].hex()}"

    def _leaves(self, newest: Checkpoint) -> list[bytes]:
        files = [self.path / one for one in leaf_tiles(newest.size)]
        if not all(one.is_file() for one in files):
            return []
        found = [leaf for one in files for leaf in hashes_in(one.read_bytes())]
        return found if root(found) == newest.root else []


def checkpoint_of(note: str, known: Collection[PublicKey]) -> Checkpoint:
    """The checkpoint in a note that a known key of its log signed; raises NoteError."""
    value = opened(note, known)
    found = Checkpoint.parse(value.text)
    if all(one.name != found.origin for one in value.signers):
        raise NoteError(f"It is a checkpoint of {found.origin}, and another log's key has signed it.")
    return found


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with draft.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
