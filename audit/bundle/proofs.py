"""What vouches for the log entries of one course: a checkpoint, and the way from each entry to it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.store.log.book import Line, LogBook
from adapters.store.log.entries import Entry, EntryError
from adapters.store.log.keys import NOTARY_KEY, known_keys
from adapters.store.people.directory import CourseRow
from adapters.tlog.folder import LogFolder
from adapters.tlog.notes import PublicKey
from adapters.tlog.tree import EMPTY, leaf_hash, node_hash

WHO = frozenset({"signing_keys", "staff"})
WHAT = frozenset({"protocol", "instrument"})


class ProofError(Exception):
    """One sentence why nothing vouches for a course."""


@dataclass(frozen=True)
class CourseProofs:
    """The newest checkpoint, those before it, and every entry that concerns the course, each with its proof."""

    key: PublicKey
    size: int
    checkpoint: str
    earlier: tuple[dict[str, object], ...]
    entries: tuple[dict[str, object], ...]


class Tree:
    """A Merkle tree whose proofs are found without hashing anything twice."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = leaves
        self._roots: dict[tuple[int, int], bytes] = {}

    def root(self, begins: int, ends: int) -> bytes:
        """The head over some of the leaves."""
        if ends - begins < 2:  # noqa: PLR2004  one leaf is its own head
            return self.leaves[begins] if ends > begins else EMPTY
        known = self._roots.get((begins, ends))
        if known is None:
            middle = begins + _split(ends - begins)
            known = self._roots[begins, ends] = node_hash(self.root(begins, middle), self.root(middle, ends))
        return known

    def inclusion(self, index: int) -> list[bytes]:
        """PATH of RFC 9162 2.1.3.1, nearest first."""
        return list(reversed(list(self._path(index, 0, len(self.leaves)))))

    def consistency(self, size: int) -> list[bytes]:
        """PROOF of RFC 9162 2.1.4.1, from an earlier size."""
        return list(reversed(list(self._subproof(size, 0, len(self.leaves), whole=True))))

    def _path(self, index: int, begins: int, ends: int) -> Iterator[bytes]:
        if ends - begins == 1:
            return
        middle = begins + _split(ends - begins)
        if index < middle:
            yield self.root(middle, ends)
            yield from self._path(index, begins, middle)
        else:
            yield self.root(begins, middle)
            yield from self._path(index, middle, ends)

    def _subproof(self, size: int, begins: int, ends: int, *, whole: bool) -> Iterator[bytes]:
        if begins + size == ends:
            if not whole:
                yield self.root(begins, ends)
            return
        middle = begins + _split(ends - begins)
        if begins + size <= middle:
            yield self.root(middle, ends)
            yield from self._subproof(size, begins, middle, whole=whole)
        else:
            yield self.root(begins, middle)
            yield from self._subproof(begins + size - middle, middle, ends, whole=False)


@dataclass(frozen=True)
class Vouched:
    """A log as it was last vouched for: every entry under the newest checkpoint, read once for many courses."""

    key: PublicKey
    size: int
    checkpoint: str
    earlier: tuple[dict[str, object], ...]
    lines: Sequence[tuple[Line, Entry | None]]
    tree: Tree

    def of(self, course: CourseRow) -> CourseProofs:
        """The proofs of what concerns a course, its patient, and the keys, staff and clinical files behind it."""
        mine = [line for line, entry in self.lines if _concerns(line, entry, course)]
        entries = tuple(
            {"index": line.leaf_index, "entry": line.entry, "proof": _hex(self.tree.inclusion(line.leaf_index))}
            for line in mine
        )
        return CourseProofs(self.key, self.size, self.checkpoint, self.earlier, entries)

    def touched(self, since: datetime) -> frozenset[str]:
        """The courses of which an entry tells that was recorded at that time or later."""
        recent = [(line, entry) for line, entry in self.lines if entry is not None and entry.recorded_at >= since]
        named = {str((entry.says or {}).get("course_id") or "") for _, entry in recent}
        return frozenset(named | {line.subject.split("/")[0] for line, _ in recent})


async def vouched_log(book: LogBook, kept: LogFolder) -> Vouched:
    """The log as it was last vouched for; raises ProofError where nothing vouches for it."""
    first = kept.key()
    if first is None:
        raise ProofError("nothing vouches for the log yet: run `starter.py notary` first")
    published = kept.published(await known_keys(first, book.lines(NOTARY_KEY)))
    if not published.checkpoints:
        raise ProofError("nothing vouches for the log yet: run `starter.py notary` first")
    newest = published.checkpoints[-1]
    lines = [line async for line in book.lines()][: newest.size]
    tree = Tree([leaf_hash(line.entry.encode()) for line in lines])
    if len(lines) < newest.size or tree.root(0, newest.size) != newest.root:
        raise ProofError("the log is not what was vouched for: `starter.py audit verify --log` names what is wrong")
    earlier = {one.size: one for one in published.checkpoints[:-1] if 0 < one.size < newest.size}
    return Vouched(
        key=first,
        size=newest.size,
        checkpoint=kept.note_of(newest),
        earlier=tuple(
            {"size": size, "note": kept.note_of(one), "proof": _hex(tree.consistency(size))}
            for size, one in sorted(earlier.items())
        ),
        lines=[(line, _read(line)) for line in lines],
        tree=tree,
    )


def as_lines(rows: Sequence[dict[str, object]]) -> bytes:
    """One JSON value a line."""
    return "".join(f"{json.dumps(row, sort_keys=True, ensure_ascii=False)}\n" for row in rows).encode()


def _concerns(line: Line, entry: Entry | None, course: CourseRow) -> bool:
    if (
        line.kind in WHO
        or line.kind == NOTARY_KEY
        or line.subject.split("/")[0] in {course.course_id, course.patient_id}
    ):
        return True
    says = (entry.says if entry is not None else None) or {}
    if line.kind in WHAT:
        return line.kind == "instrument" or says.get("id") == course.protocol_id
    return course.course_id in {says.get("course_id"), says.get("course")}


def _read(line: Line) -> Entry | None:
    try:
        return Entry.parse(line.entry)
    except EntryError:
        return None


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)
