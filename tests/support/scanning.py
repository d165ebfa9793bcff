"""Looks for words in all that is kept: every file, every value of every database, and what is packed inside them."""

import json
import re
import sqlite3
import zlib
from base64 import b64decode
from binascii import Error as NotBase64Error
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

ANY_HEADER = zlib.MAX_WBITS | 32
DEFLATED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
SQLITE = b"SQLite format 3\0"


@dataclass
class Scan:
    """Pieces by the place where they were found; a place is a file, a table's column, a log, what you name it."""

    pieces: dict[str, list[bytes]] = field(default_factory=dict)

    def take(self, place: str, content: bytes) -> None:
        """Keep a content, and whatever is packed inside it, under its place."""
        self.pieces.setdefault(place, []).extend(unpacked(content))

    def take_folder(self, folder: Path, but: Sequence[Path] = ()) -> None:
        """Every file as it lies there, its name too; a database value by value besides, for no page cuts a value."""
        contents = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path not in but}
        for path, content in contents.items():
            self.take("names", str(path.relative_to(folder)).encode())
            self.take(path.name, content)
        for path in (path for path, content in contents.items() if content.startswith(SQLITE)):
            for place, value in values(path):
                self.take(f"{path.name}:{place}", value)

    def found(self, word: str) -> set[str]:
        """The places that hold a word."""
        wanted = word.encode()
        return {place for place, pieces in self.pieces.items() if any(wanted in piece for piece in pieces)}


def values(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every value of an SQLite file that is not a number, with its table and column."""
    with closing(sqlite3.connect(path)) as database:
        for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            rows = database.execute(f'select * from "{table}"')  # noqa: S608  the name is the database's own
            for row in rows:
                for (column, *_), value in zip(rows.description, row, strict=True):
                    if isinstance(value, str | bytes):
                        yield f"{table}.{column}", value.encode() if isinstance(value, str) else value


def unpacked(content: bytes) -> Iterator[bytes]:
    """A content, then what it packs: what was deflated anywhere in it, the strings of JSON, base64; layer by layer."""
    yield content
    for inner in _inflated(content):
        yield from unpacked(inner)
    if content[:1] in {b"{", b"["}:
        for text in _strings(content):
            yield text.encode()
            if (decoded := _from_base64(text)) is not None:
                yield from unpacked(decoded)


def _inflated(content: bytes) -> Iterator[bytes]:
    """What gzip or zlib made of something, wherever in a content it begins."""
    whole = memoryview(content)
    for begins in DEFLATED.finditer(content):
        with suppress(zlib.error):
            yield zlib.decompressobj(ANY_HEADER).decompress(whole[begins.start() :])


def _strings(content: bytes) -> Iterator[str]:
    try:
        waiting = [json.loads(content)]
    except ValueError:
        return
    while waiting:
        match waiting.pop():
            case str(text):
                yield text
            case list(several):
                waiting += several
            case dict(named):
                waiting += [*named, *named.values()]
            case _:
                pass


def _from_base64(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (NotBase64Error, ValueError):
        return None
