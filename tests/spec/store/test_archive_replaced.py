"""Whoever owns the database cannot replace, remove, exchange or slip in an archived run without being found out."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from adapters.keyring import KeyRing
from adapters.store import Store
from adapters.store.log.checking import Checked, check
from adapters.store.log.entries import entry_of
from adapters.store.log.tables import LOG_ENTRIES
from adapters.store.tables import ARCHIVE
from adapters.tlog.checkpoints import Checkpoint
from adapters.tlog.folder import Published
from adapters.tlog.tree import leaf_hash, root
from tests.support.tampering import Rows, disarm, read, write

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
EARLIER = NOW.replace(day=1)
RUNS = (("c-1", "run-1"), ("c-1", "run-2"), ("c-2", "run-3"))
FORGED = b'{"events": "as somebody would have them"}'


def replaced(row: dict[str, Any], history: bytes = FORGED) -> dict[str, Any]:
    """The row with another history, and the digest that fits it."""
    return {**row, "history": gzip.compress(history, mtime=0), "sha256": sha256(history).hexdigest()}


def exchanged(rows: Rows) -> Rows:
    """Two courses with each other's run, digests and all."""
    first, second, third = rows
    content = {name: third[name] for name in ("history", "sha256")}
    return [{**first, **content}, second, {**third, **{name: first[name] for name in content}}]


WAYS: dict[str, tuple[Callable[[Rows], Rows], set[tuple[str, str]]]] = {
    "replaced": (lambda rows: [replaced(rows[0]), *rows[1:]], {("c-1/run-1", "history")}),
    "back-dated": (
        lambda rows: [{**rows[0], "closed_at": NOW.replace(day=1)}, *rows[1:]],
        {("c-1/run-1", "closed_at")},
    ),
    "removed": (lambda rows: rows[1:], {("c-1/run-1", "row")}),
    "slipped in": (
        lambda rows: [*rows, {**replaced(rows[0]), "run_id": "run-9", "ordinal": 9}],
        {("c-1/run-9", "row")},
    ),
    "exchanged": (exchanged, {("c-1/run-1", "history"), ("c-2/run-3", "history")}),
}


@pytest.fixture
async def vouched(store: Store) -> Published:
    """Three archived runs, and what a witness holds of the log by then."""
    for course, run in RUNS:
        await store.archive.put(course, run, f'{{"events": "{run}"}}'.encode(), NOW)
    leaves = [row["leaf_hash"] for row in await read(store)]
    await disarm(store)
    return Published([Checkpoint("log", len(leaves), root(leaves))], leaves)


async def found(store: Store, vouched: Published) -> Checked:
    """What whoever verifies sees."""
    return await check(store.database, vouched)


@pytest.mark.parametrize("way", WAYS)
async def test_a_run_that_is_not_as_it_was_archived_is_named(store: Store, vouched: Published, way: str) -> None:
    """By course, run and field, though its digest fits; the runs beside it are not accused."""
    assert (await found(store, vouched)).faults == []
    change, expected = WAYS[way]
    await write(store, change(await read(store, ARCHIVE)), ARCHIVE)
    faults = (await found(store, vouched)).faults
    assert {(one.subject, one.field) for one in faults} == expected
    assert {one.kind for one in faults} == {"archive"}


async def test_a_replaced_run_whose_log_entry_was_rewritten_is_named(
    store: Store, vouched: Published, keyring: KeyRing
) -> None:
    """Row, digest, entry and leaf all fit each other: only what the witness holds does not, and it says where."""
    rows, lines = await read(store, ARCHIVE), await read(store)
    forged = replaced(rows[0])
    index = next(line["leaf_index"] for line in lines if line["subject"] == "c-1/run-1")
    entry = entry_of(ARCHIVE, forged, keyring, NOW).text
    lines[index] |= {"entry": entry, "leaf_hash": leaf_hash(entry.encode())}
    await write(store, [forged, *rows[1:]], ARCHIVE)
    await write(store, lines, LOG_ENTRIES)
    assert (await found(store, Published())).faults == [], "by itself the store holds together"
    faults = (await found(store, vouched)).faults
    assert {(one.index, one.subject, one.field) for one in faults} >= {(index, "c-1/run-1", "entry")}
