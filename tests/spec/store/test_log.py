"""The log tells of every row that it should, and whoever owns the database changes neither unseen."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, text

from activities.ports import Contact, Letter, Medium, SendStatus
from adapters.keyring import KeyRing
from adapters.store import Store, StoreError
from adapters.store.drug_tables import DRUG_MOVES
from adapters.store.drugs.ledger_rules import Move, MoveKind, Vial
from adapters.store.log.checking import Checked, check
from adapters.store.log.entries import Entry
from adapters.store.log.proving import not_as_recorded
from adapters.store.log.tables import LOG_ENTRIES, LOGGED
from adapters.store.messages.receipts import Receipt
from adapters.store.people.access import Access
from adapters.store.people.directory import Patient
from adapters.store.people.oncall import Leave
from adapters.store.people.signing_keys import StoredKey
from adapters.store.people.staff import Account
from adapters.store.tables import ACCESS, ARCHIVE, CONTACTS, COURSES, SENDS, STAFF
from adapters.tlog.checkpoints import Checkpoint
from adapters.tlog.folder import LogFolder, Published
from adapters.tlog.notes import PrivateKey, signed
from adapters.tlog.tree import root
from course.model.messages import Part, SendOrder
from course.model.terms import Audience, OccasionKind, OccasionState, Role
from tests.support.tampering import EDITS, disarm, edit, read, write

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
TODAY = date(2026, 11, 30)
ADA = Account("ada", "Ada Quill", Role.NURSE, "harbor", "ada@clinic.example")
BEN = Account("ben", "Ben Ash", Role.PRESCRIBER, "harbor", "ben@clinic.example")
NOTHING = Published()
PART = Part(occasion="s1/visit_24h/1", kind=OccasionKind.VISIT_24H)


async def said(store: Store, kind: str) -> list[Entry]:
    """What the log says of one kind."""
    return [Entry.parse(line.entry) async for line in store.log.lines(kind)]


async def sent(store: Store, patient: str) -> None:
    """A letter that goes out, and its receipt."""
    order = SendOrder(
        course_id="c-1", patient_id=patient, site="harbor", audience=Audience.PATIENT, parts=(PART,), as_of=NOW
    )
    letter = Letter("id", Medium.EMAIL, "q@home.example", "Your visit", "Dear Quentin", "Your clinic", NOW)
    await store.sends.begin(order, letter, None, NOW)
    assert not await said(store, "sends")
    await store.sends.settle(order, SendStatus(order.key, OccasionState.SENT, channel="email"), NOW, "prov-1")
    await store.receipts.put("prov-1", Receipt.DELIVERED, NOW)
    assert len(await said(store, "sends")) == 2


async def lived(store: Store) -> None:
    """A little of everything that is logged."""
    await store.staff.add(ADA, "$argon2$secret")
    await store.staff.add(BEN, "$argon2$other")
    await store.signing_keys.enrol(StoredKey("k-1", "ada", "ed25519", "cHVibGlj"))
    await store.oncall.set_standing("harbor", ("ada", "ben"))
    turn = await store.oncall.add_turn("harbor", NOW, NOW + timedelta(days=1), ("ben",))
    await store.oncall.add_leave(Leave("ada", NOW, NOW + timedelta(days=2)))
    await store.oncall.remove_turn(turn)
    await store.oncall.end_leave("ada", NOW)
    patient = (await store.directory.add_patient("Quentin Moss", date(1980, 1, 2), "M-1")).patient_id
    await store.directory.correct_patient(Patient(patient, "Quentin Mosse", date(1980, 1, 2), "M-1"))
    await store.directory.begin_course(patient, "depression", "harbor", NOW, course_id="c-1")
    await store.directory.mark_open("c-1")
    await store.contacts.put(patient, Contact(email="q@home.example"))
    await store.drug_log.put_address(patient, "1 Moss Lane")
    await sent(store, patient)
    for number in range(8):
        await store.access.note(Access("ada", f"look {number}", NOW, "c-1"))
    await store.archive.put("c-1", "run-1", b"{}", NOW)
    vial = Vial(
        "v-1", "harbor", "ketamine", "vial", "1234-5678-90", "L1", Decimal(50), Decimal(10), date(2027, 1, 1),
        multi_dose=True, received_at=NOW,
    )  # fmt: skip
    await store.drugs.receive(vial, Move(MoveKind.RECEIVED, Decimal(10), NOW, NOW, "ben", "r-1"), TODAY)
    drawn = Move(
        MoveKind.DRAWN, Decimal(1), NOW, NOW, "ada", "r-2", "v-1", course_id="c-1", session_id="s1", patient_id="p-1",
        reason="drawn for Quentin",
    )  # fmt: skip
    await store.drugs.enter(drawn, TODAY)
    counted = Move(MoveKind.COUNTED, Decimal("8.5"), NOW, NOW, "ada", "r-3", "v-1", witness="ben")
    found = (await store.drugs.enter(counted, TODAY)).discrepancy
    assert found is not None
    await store.drugs.resolve(found.discrepancy_id, "ben", "a drop on the floor", NOW)


async def published(store: Store, *sizes: int, leaves: bool = True) -> Published:
    """What a notary would have handed out at these sizes, and now."""
    hashes = [row["leaf_hash"] for row in await read(store)]
    heads = [Checkpoint("log", size, root(hashes[:size])) for size in (*sizes, len(hashes))]
    return Published(heads, hashes if leaves else [])


async def checked(store: Store, held: Published = NOTHING) -> Checked:
    """What an auditor finds."""
    return await check(store.database, held)


async def test_every_change_is_an_entry_and_nothing_is_wrong(store: Store) -> None:
    """Each logged table has its entries, and an untouched store no faults, with and without what was published."""
    await lived(store)
    kinds = Counter([row["kind"] for row in await read(store)])
    assert set(kinds) == {table.name for table in LOGGED}
    assert (kinds["access"], kinds["patients"], kinds["courses"], kinds["sends"]) == (8, 2, 2, 2)
    assert [one.says is None for one in await said(store, "leaves")] == [False, True]
    whole = await published(store, 3, 9)
    assert (await checked(store)).faults == []
    found = await checked(store, whole)
    assert (found.size, found.faults) == (len(whole.leaves), [])
    assert found.root == whole.checkpoints[-1].root


async def test_an_entry_holds_what_is_secret_only_sealed(store: Store, keyring: KeyRing) -> None:
    """What the store seals is sealed here too, under the entry's own name, and a passphrase's hash is hashed again."""
    await lived(store)
    entries = "".join(row["entry"] for row in await read(store))
    assert not [
        word for word in ("argon2", "Quentin", "ada@clinic", "drop", "Moss", "q@home", "1980", "M-1") if word in entries
    ]
    drawn = (await said(store, "drug_moves"))[1]
    assert (drawn.opened(keyring) or {})["reason"] == "drawn for Quentin"
    other = Entry(drawn.kind, "99", drawn.recorded_at, drawn.says, drawn.sealed)
    with pytest.raises(Exception, match="sealed for another purpose"):
        other.opened(keyring)


async def test_what_is_not_written_is_not_logged(store: Store) -> None:
    """A refused change leaves neither row nor entry; the same list again is no change."""
    await lived(store)
    before = await read(store)
    with pytest.raises(StoreError):
        await store.oncall.set_standing("harbor", ("ada", "nobody"))
    with pytest.raises(StoreError):
        await store.oncall.end_leave("ada", NOW)
    await store.oncall.set_standing("harbor", ("ada", "ben"))
    await store.staff.change(ADA)
    assert await read(store) == before


async def test_the_database_refuses_to_change_the_log(store: Store) -> None:
    """Whoever does not own the database can only add."""
    await lived(store)
    for statement in ("update log_entries set subject = 'x'", "delete from log_entries"):
        with pytest.raises(Exception, match="write-once"):
            async with store.database.writing() as connection:
                await connection.execute(text(statement))


async def test_a_store_that_is_older_than_its_log_is_taken_in(store: Store) -> None:
    """Rows that were there before become entries once, whatever starts next."""
    await lived(store)
    await disarm(store)
    await write(store, [])
    assert {one.field for one in (await checked(store)).faults} == {"row"}
    await store.migrate()
    await store.migrate()
    assert (await checked(store)).faults == []
    assert len(await said(store, "access")) == 8


@pytest.mark.parametrize("seed", range(6))
async def test_no_edit_of_the_log_is_unseen(store: Store, seed: int) -> None:
    """Random edits, each as well made as can be: the first fault stands at the first index that is not as it was."""
    await lived(store)
    await disarm(store)
    untouched, whole = await read(store), await published(store, 5, 11)
    chance = Random(seed)  # noqa: S311  edits, not secrets
    for _ in range(8):
        made = edit(untouched, chance)
        await write(store, made.rows)
        found = (await checked(store, whole)).faults
        assert found, made.how
        assert found[0].index == made.index, (made.how, found[0])
        coarse = (await checked(store, Published(whole.checkpoints))).faults
        assert coarse, made.how
        assert coarse[0].index is None or coarse[0].index <= made.index, (made.how, coarse[0])
    await write(store, untouched)
    assert (await checked(store, whole)).faults == []


def test_every_way_to_edit_is_tried() -> None:
    """The seeds above reach all of them."""
    rows = [{"entry": '{"recorded_at":""}', "leaf_index": number} for number in range(40)]
    seen = {edit(rows, chance).how for chance in map(Random, range(6)) for _ in range(8)}
    assert seen == set(EDITS)


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        (ACCESS, "what", "never looked"),
        (ACCESS, "at", NOW + timedelta(microseconds=1)),
        (ACCESS, "account_id", "ben"),
        (ARCHIVE, "history", b"other"),
        (ARCHIVE, "sha256", "0" * 64),
        (STAFF, "role", "ops"),
        (STAFF, "passphrase_hash", "$argon2$mine"),
        (STAFF, "email", "mallory@example.com"),
        (SENDS, "body", "Dear Nobody"),
        (SENDS, "state", "failed"),
        (CONTACTS, "email", "mallory@example.com"),
        (COURSES, "closed_at", NOW),
        (DRUG_MOVES, "mg", Decimal("49.9")),
        (DRUG_MOVES, "reason", "spilled"),
    ],
)
async def test_a_changed_row_is_named_with_its_field(store: Store, table: Table, field: str, value: object) -> None:
    """No checkpoint is needed: the log of the same store says otherwise."""
    await lived(store)
    await disarm(store)
    rows = await read(store, table)
    async with store.database.writing() as connection:
        key = [column == rows[0][column.name] for column in table.primary_key]
        await connection.execute(table.update().where(*key).values({field: value}))
    [fault] = (await checked(store)).faults
    assert (fault.kind, fault.field) == (table.name, field)
    entries = await read(store)
    assert fault.index == max(
        row["leaf_index"] for row in entries if (row["kind"], row["subject"]) == (fault.kind, fault.subject)
    )


async def test_a_removed_a_forged_and_an_unreadable_row_are_named(store: Store) -> None:
    """Who looked cannot be taken away, nor made up, nor spoilt; the rows beside them are not accused."""
    await lived(store)
    await disarm(store)
    other = Table("drug_moves", MetaData(), Column("move_id", Integer), Column("reason", LargeBinary))
    async with store.database.writing() as connection:
        await connection.execute(text("delete from access where number = 3"))
        forged = {"number": 99, "at": NOW, "account_id": "ben", "what": "look", "course_id": "c-1"}
        await connection.execute(ACCESS.insert().values(**forged))
        await connection.execute(other.update().where(other.c.move_id == 2).values(reason=b"spoilt"))
    found = (await checked(store)).faults
    assert {(one.kind, one.subject, one.field) for one in found} == {
        ("access", "3", "row"), ("access", "99", "row"), ("drug_moves", "2", "reason"),
    }  # fmt: skip
    assert [one.index is None for one in found] == [False, False, True]
    assert str(found[0].index) in found[0].shown


async def test_two_histories_under_one_key_are_a_fork(store: Store) -> None:
    """A checkpoint that vouches for another past is named with the last size on which both agree."""
    await lived(store)
    whole = await published(store, 5, 11)
    forged = Checkpoint("log", 9, root([b"x" * 32]))
    heads = sorted([*whole.checkpoints, forged], key=lambda one: one.size)
    [fault] = (await checked(store, Published(heads, whole.leaves))).faults
    assert (fault.index, fault.field) == (5, "checkpoint")


async def test_every_entry_counts_itself(store: Store) -> None:
    """Indices are dense from 0, in the order of writing."""
    await lived(store)
    assert [row["leaf_index"] for row in await read(store, LOG_ENTRIES)] == list(range(await store.log.size()))


async def test_writers_at_once_take_turns(store: Store) -> None:
    """Whoever writes at the same time, indices are dense, and each row is as its last entry says."""
    await lived(store)
    roles = (Role.NURSE, Role.PRESCRIBER, Role.OPS)
    await asyncio.gather(
        *(store.access.note(Access("ben", f"at once {number}", NOW, "c-1")) for number in range(12)),
        *(store.staff.change(replace(ADA, role=role)) for role in roles for _ in range(3)),
        *(store.oncall.set_standing("harbor", names) for names in (("ada",), ("ben",), ("ben", "ada"))),
        *(store.archive.put("c-1", f"run-{number}", b"{}", NOW) for number in range(2, 6)),
    )
    found = await checked(store)
    assert found.faults == []
    assert [row["leaf_index"] for row in await read(store)] == list(range(found.size))
    assert len(await said(store, "archive")) == 5


async def test_a_notary_that_stopped_is_told_of(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where entries wait for a checkpoint longer than two days, the proof says since when; a fresh one silences it."""
    await lived(store)
    folder, key = LogFolder(tmp_path), PrivateKey("log", Ed25519PrivateKey.generate())
    folder.keep_key(key.public)
    assert "holds no checkpoint" in (await not_as_recorded(store.database, [tmp_path / "none"]))[0]
    whole = await published(store, 5)
    heads = {one.size: one for one in whole.checkpoints}
    folder.publish(signed(heads[5].text, key), heads[5], whole.leaves[:5])
    assert await not_as_recorded(store.database, [tmp_path]) == ()
    monkeypatch.setattr("adapters.store.log.proving.VOUCHED_WITHIN", timedelta(0))
    assert "nothing vouches for entries since" in (await not_as_recorded(store.database, [tmp_path]))[0]
    folder.publish(signed(whole.checkpoints[-1].text, key), whole.checkpoints[-1], whole.leaves)
    assert await not_as_recorded(store.database, [tmp_path]) == ()
