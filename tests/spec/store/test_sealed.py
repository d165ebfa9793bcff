from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from activities.ports import Contact, Letter, Medium
from adapters.keyring import KeyRing, UnreadableError
from adapters.store import Store
from adapters.store.messages.inbox import Item, ItemKind
from course.model.messages import Part, SendOrder
from course.model.terms import Audience, OccasionKind

NOW = datetime(2026, 11, 2, 14, 30, 15, 123456, tzinfo=UTC)
BORN = date(1981, 3, 14)
PLANTED = ("Zephyrine", "Quillfeather", "1981-03-14", "MRN-77-4411", "zephyrine@home.example", "+12125550123",
           "I cannot sleep since Tuesday", "Your visit is on a Monday nobody knows")  # fmt: skip


async def a_patient(store: Store, mrn: str) -> str:
    """Somebody in the directory."""
    return (await store.directory.add_patient("Zephyrine Quillfeather", BORN, mrn)).patient_id


async def test_sealed_values_are_bound_to_their_column(store: Store) -> None:
    """A name copied into another column does not open there."""
    await a_patient(store, "M-1")
    async with store.database.writing() as connection:
        await connection.execute(text("update patients set mrn = name"))
    with pytest.raises(UnreadableError):
        await store.directory.patients()


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {one.name: one.read_bytes() for one in folder.iterdir()}


async def test_the_raw_file_names_nobody(tmp_path: Path, keyring: KeyRing) -> None:
    """Names, birth dates, addresses, answers and message texts stand nowhere in the database's files."""
    path = tmp_path / "store.db"
    async with Store.open(f"sqlite:///{path}", keyring) as store:
        await store.migrate()
        patient = await a_patient(store, "MRN-77-4411")
        await store.contacts.put(patient, Contact(email="zephyrine@home.example", phone="+12125550123"))
        await store.inbox.put(Item("r-1", patient, "c-1", ItemKind.REPLY, NOW, "I cannot sleep since Tuesday"))
        part = Part(occasion="s1/visit_24h/1", kind=OccasionKind.VISIT_24H)
        order = SendOrder(
            course_id="c-1",
            patient_id=patient,
            site="northside",
            audience=Audience.PATIENT,
            parts=(part,),
            as_of=NOW,
        )
        body = "Your visit is on a Monday nobody knows"
        letter = Letter("id", Medium.EMAIL, "zephyrine@home.example", "Quillfeather", body, "Your clinic", NOW)
        await store.sends.begin(order, letter, None, NOW)
        files = contents(tmp_path)
        assert (await store.sends.of_course("c-1"))[0].body == body
    files |= {f"closed {name}": raw for name, raw in contents(tmp_path).items()}
    assert {"store.db", "store.db-wal"} <= files.keys()
    found = [(name, word) for name, raw in files.items() for word in PLANTED if word.lower().encode() in raw.lower()]
    assert found == []
    assert any(b"s1/visit_24h/1" in raw for raw in files.values())
    assert path.stat().st_mode & 0o777 == 0o600
