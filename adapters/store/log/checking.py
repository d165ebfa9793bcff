"""Holds the log against itself, against what was published of it, and against the tables that it tells of."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.keyring import KeyRing, KeyRingError
from adapters.store.columns import ring_of
from adapters.store.database import Database
from adapters.store.log.book import Line, line_at, lines
from adapters.store.log.entries import Entry, EntryError
from adapters.store.log.rows import Found, rows_of
from adapters.store.log.tables import LOGGED
from adapters.tlog.canonical import canonical
from adapters.tlog.folder import Published
from adapters.tlog.tree import Frontier, leaf_hash

FAULTS_MOST = 200


@dataclass(frozen=True)
class LogFault:
    """What is wrong, and where: the index of the entry, what it is about, and which field; no index, no entry."""

    index: int | None
    kind: str
    subject: str
    field: str
    sentence: str

    @property
    def shown(self) -> str:
        """One line for a person."""
        where = "no entry" if self.index is None else f"entry {self.index}"
        what = f", {self.kind} {self.subject}" if self.kind else ""
        return f"{where}{what}, {self.field}: {self.sentence}"


@dataclass
class Checked:
    """How many entries there are, and what is wrong: first with the log itself, then with rows that it tells of."""

    size: int = 0
    root: bytes = b""
    leaves: list[bytes] = field(default_factory=list)
    faults: list[LogFault] = field(default_factory=list)


async def check_entries(database: Database, published: Published) -> Checked:
    """Recompute the log by itself, which takes no keys."""
    async with database.at_one_state() as connection:
        return await _entries(connection, published)


async def check(database: Database, published: Published) -> Checked:
    """Recompute everything, of one state of the store."""
    async with database.at_one_state() as connection:
        found = await _entries(connection, published)
        beside: list[LogFault] = []
        for table in LOGGED:
            rows = rows_of(connection, table)
            beside += await _against_rows(connection, table.name, rows, ring_of(connection.dialect))
    found.faults = [*found.faults, *sorted(beside, key=_order)][:FAULTS_MOST]
    return found


async def _entries(connection: AsyncConnection, published: Published) -> Checked:
    """The entries by themselves, and against what was published; of each kind of fault the first."""
    first: dict[str, LogFault] = {}
    tree, heads, leaves = Frontier(), {0: Frontier().root}, list[bytes]()
    wanted = {one.size for one in published.checkpoints}
    async for line in lines(connection):
        index, leaf = tree.size, leaf_hash(line.entry.encode())
        if line.leaf_index != index:
            first.setdefault("missing", LogFault(index, "", "", "leaf_index", "this entry is missing"))
        for name, sentence in _wrong(line, leaf, published.leaves[index : index + 1]):
            first.setdefault(sentence, LogFault(index, line.kind, line.subject, name, sentence))
        tree.add(leaf)
        leaves.append(leaf)
        if tree.size in wanted:
            heads[tree.size] = tree.root
    faults = [*first.values(), *_heads(tree.size, heads, published, list(first.values()))]
    return Checked(tree.size, tree.root, leaves, sorted(faults, key=_order))


def _heads(
    size: int, heads: Mapping[int, bytes], published: Published, located: Sequence[LogFault]
) -> Iterator[LogFault]:
    """Where checkpoints vouch for something else: the first that a located fault does not explain, and a lost tail."""
    explained = min((one.index for one in located if one.index is not None), default=size + 1)
    holding = [one.size for one in published.checkpoints if heads.get(one.size) == one.root]
    for one in published.checkpoints:
        if one.size <= min(size, explained) and heads[one.size] != one.root:
            text = f"from here to entry {one.size - 1} something is not what the checkpoint of {one.size} vouches for"
            yield LogFault(max((held for held in holding if held < one.size), default=0), "", "", "checkpoint", text)
            break
    if size < published.size:
        gone = f"{published.size} entries were vouched for, {size} are there: what is missing stood here or later"
        yield LogFault(size if published.leaves else max(holding, default=0), "", "", "entry", gone)
    yield from (LogFault(None, "", "", "checkpoint", one) for one in published.refused)


def _wrong(line: Line, leaf: bytes, witnessed: Sequence[bytes]) -> list[tuple[str, str]]:
    """What is wrong with one line: a field, and a sentence."""
    found = []
    if witnessed and witnessed[0] != leaf:
        found.append(("entry", "it is not the entry that was vouched for"))
    if line.leaf_hash != leaf:
        found.append(("leaf_hash", "the entry was changed after it was written"))
    try:
        entry = Entry.parse(line.entry)
    except EntryError as error:
        return [*found, ("entry", str(error))]
    named = (("kind", entry.kind, line.kind), ("subject", entry.subject, line.subject))
    return [*found, *((name, "the entry says another") for name, said, shown in named if said != shown)]


async def _against_rows(
    connection: AsyncConnection, kind: str, rows: AsyncIterator[Found], ring: KeyRing
) -> list[LogFault]:
    """Each row is as the last entry about it says; each such entry has its row."""
    last: dict[str, tuple[int, bytes]] = {}
    faults: list[LogFault] = []
    async for line in lines(connection, kind):
        try:
            says = Entry.parse(line.entry).opened(ring)
        except (EntryError, KeyRingError) as error:
            faults.append(LogFault(line.leaf_index, kind, line.subject, "sealed", f"it cannot be read: {error}"))
            last[line.subject] = (line.leaf_index, b"")
            continue
        if says is None:
            last.pop(line.subject, None)
        else:
            last[line.subject] = (line.leaf_index, _digest(says))
    async for row in rows:
        index, digest = last.pop(row.subject, (None, b""))
        if index is None:
            faults.append(
                LogFault(None, kind, row.subject, "row", "the row was written past the log, which has none such")
            )
        elif row.unreadable:
            faults.append(LogFault(index, kind, row.subject, row.unreadable, "the row's field cannot be read"))
        elif digest and digest != _digest(row.says):
            name = await _differing(connection, index, row.says, ring)
            faults.append(LogFault(index, kind, row.subject, name, "the row is not what the log says of it"))
    gone = "the row is gone, and the log says nothing of its removal"
    faults += [LogFault(index, kind, subject, "row", gone) for subject, (index, _) in last.items()]
    return faults


async def _differing(connection: AsyncConnection, index: int, row: Mapping[str, object], ring: KeyRing) -> str:
    """The first field in which a row and its entry differ."""
    line = await line_at(connection, index)
    assert line is not None
    says = Entry.parse(line.entry).opened(ring) or {}
    return next(name for name in sorted({*row, *says}) if row.get(name, "") != says.get(name, ""))


def _order(fault: LogFault) -> tuple[bool, int]:
    return fault.index is None, fault.index or 0


def _digest(says: Mapping[str, object]) -> bytes:
    return sha256(canonical(says)).digest()
