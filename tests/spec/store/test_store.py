import asyncio
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from activities.ports import Contact, Medium
from adapters.keyring import KeyRing
from adapters.store import Store, StoreDownError, StoreError
from adapters.store.messages.inbox import Item, ItemKind
from adapters.store.people.access import Access
from adapters.store.people.directory import CourseRow, CourseState
from adapters.store.people.staff import Account
from adapters.store.tables import METADATA
from course.model.terms import Role

NOW = datetime(2026, 11, 2, 14, 30, 15, 123456, tzinfo=UTC)
BORN = date(1981, 3, 14)


async def a_patient(store: Store, name: str = "Zephyrine Quillfeather", mrn: str = "") -> str:
    """Somebody in the directory."""
    return (await store.directory.add_patient(name, BORN, mrn)).patient_id


async def staff(store: Store, *accounts: str, role: Role = Role.PRESCRIBER, site: str = "northside") -> None:
    """Accounts with nothing special about them."""
    for one in accounts:
        await store.staff.add(Account(one, one.title(), role, site, f"{one}@clinic.example"), "hash")


async def test_migrations_make_the_tables_that_the_code_reads(store: Store) -> None:
    """A migrated database differs in nothing from the tables of this release."""
    async with store.database.reading() as connection:
        differences = await connection.run_sync(
            lambda plain: compare_metadata(MigrationContext.configure(plain), METADATA)
        )
    assert differences == []


async def test_programs_that_start_at_once_migrate_once(store_url: str, keyring: KeyRing, tmp_path: Path) -> None:
    """Three processes that open a new store together all find it ready."""
    keyring.write_new(tmp_path / "keys.json")
    program = (
        "import asyncio, sys, pathlib\n"
        "from adapters.keyring import KeyRing\n"
        "from adapters.store import Store\n"
        "async def main():\n"
        "    async with Store.open(sys.argv[1], KeyRing.load(pathlib.Path(sys.argv[2]))) as store:\n"
        "        await store.migrate()\n"
        "        await store.staff.accounts()\n"
        "asyncio.run(main())\n"
    )
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, store_url, str(tmp_path / "keys.json"), stderr=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    ended = [(await one.communicate())[1].decode() for one in started]
    assert [(one.returncode, said) for one, said in zip(started, ended, strict=True)] == [(0, "")] * 3
    async with Store.open(store_url, keyring) as store:
        await store.migrate()
        assert await store.directory.patients() == ()


async def test_a_store_of_a_newer_release_is_refused(store: Store) -> None:
    """An older release does not touch what it does not know."""
    async with store.database.writing() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(StoreError, match="was written by a newer release: run that release"):
        await store.migrate()


async def test_a_store_that_does_not_answer_is_named_without_its_password(keyring: KeyRing) -> None:
    """The sentence shows where the store should be, and what to set."""
    async with Store.open("postgresql://clinic:hunter2@127.0.0.1:1/none", keyring) as store:
        with pytest.raises(StoreError) as refused:
            await store.directory.patients()
    assert str(refused.value) == (
        "The store at postgresql://clinic:***@127.0.0.1:1/none does not answer: start it, or set ST_STORE_URL."
    )


async def test_a_server_that_goes_away_in_the_middle_is_one_sentence(postgres: str, keyring: KeyRing) -> None:
    """A connection that PostgreSQL ends under a transaction is a store that is down; the next one works."""
    async with Store.open(postgres, keyring) as store:
        with pytest.raises(StoreDownError, match="does not answer: start it"):
            async with store.database.writing() as connection:
                await connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))
        async with store.database.reading() as connection:
            assert (await connection.execute(text("select 1"))).scalar_one() == 1


async def filled(store: Store) -> None:
    """Write until the database, which may not grow, has no page left."""
    async with store.database.writing() as connection:
        await connection.execute(text("PRAGMA max_page_count=1"))
        for number in range(2_000):
            await connection.execute(text(f"create table filler{number} (one text)"))


async def test_what_runs_in_one_trip_says_so_too(tmp_path: Path, keyring: KeyRing) -> None:
    """The ledger of messages meets a store that is not one, and one that may not be made."""
    (tmp_path / "store.db").mkdir()
    (tmp_path / "notes.txt").write_text("no folder")
    for path in (tmp_path / "store.db", tmp_path / "notes.txt" / "store.db"):
        async with Store.open(f"sqlite:///{path}", keyring) as store:
            with pytest.raises(StoreDownError, match="does not answer"):
                await store.sends.standing("c-1", ["s1/visit_24h/1"])


async def test_a_store_without_room_says_so(tmp_path: Path, keyring: KeyRing) -> None:
    """SQLite that may not grow any more is full, on a write and when asked beforehand."""
    async with Store.open(f"sqlite:///{tmp_path / 'store.db'}", keyring) as store:
        await store.migrate()
        await store.database.prove_writable()
        with pytest.raises(StoreDownError, match="is full: make room on its disk"):
            await filled(store)


async def test_instants_come_back_aware_and_in_utc(store: Store) -> None:
    """To the microsecond, whatever offset they were given in; without an offset they are refused."""
    patient = await a_patient(store)
    in_tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    row = await store.directory.begin_course(patient, "depression", "northside", in_tokyo)
    kept = await store.directory.course(row.course_id)
    assert kept is not None
    assert (kept.opened_at, kept.opened_at.tzinfo) == (NOW, UTC)
    with pytest.raises(Exception, match="an instant needs a UTC offset"):
        await store.directory.mark_closed(row.course_id, NOW.replace(tzinfo=None))


async def test_patients_are_found_by_what_people_type(store: Store) -> None:
    """Case, accents and the order of words do not matter; an MRN and a birth date find too."""
    ana = await store.directory.add_patient("Ana Önder-García", BORN, "M-1")
    await store.directory.add_patient("Bo Lind", date(1990, 1, 1), "M-2")
    for typed in ("onder", "GARCIA ana", "M-1", "1981-03-14", ana.patient_id):
        assert await store.directory.find(typed) == (ana,)
    assert await store.directory.find("  ") == ()
    assert await store.directory.names((ana.patient_id, "p-none")) == {ana.patient_id: "Ana Önder-García"}


async def test_an_mrn_is_one_person(store: Store) -> None:
    """Of many who enter one MRN at once, one succeeds; the others are told whose it is, and by id only."""
    tried = await asyncio.gather(
        *(store.directory.add_patient(f"Name {number}", BORN, "M-7") for number in range(6)), return_exceptions=True
    )
    added = [one for one in tried if not isinstance(one, BaseException)]
    refused = {str(one) for one in tried if isinstance(one, StoreError)}
    assert len(added) == 1
    assert refused == {f"That MRN belongs to patient {added[0].patient_id}: use that patient, or correct it."}
    assert await store.directory.patients() == (added[0],)


async def test_a_second_open_course_needs_leave(store: Store) -> None:
    """Of many enrolments at once, one goes through; with a prescriber's leave another may stand beside it."""
    patient = await a_patient(store)

    async def begin(*, beside: bool = False) -> CourseRow:
        return await store.directory.begin_course(patient, "crps", "northside", NOW, beside=beside)

    tried = await asyncio.gather(*(begin() for _ in range(5)), return_exceptions=True)
    first = [one for one in tried if not isinstance(one, BaseException)]
    assert len(first) == 1
    assert {type(one) for one in tried} == {CourseRow, StoreError}
    await begin(beside=True)
    await store.directory.mark_closed(first[0].course_id, NOW)
    with pytest.raises(StoreError, match=f"Patient {patient} has the open course"):
        await begin()
    assert [one.state for one in await store.directory.courses(patient_id=patient)].count(CourseState.CLOSED) == 1


async def test_the_database_itself_refuses_two_open_courses(store: Store) -> None:
    """Whatever a program does, a patient has one open course that is not beside another."""
    patient = await a_patient(store)
    await store.directory.begin_course(patient, "crps", "northside", NOW)
    copy = text(
        "insert into courses select 'c-second', patient_id, protocol_id, site, state, beside, opened_at, closed_at "
        "from courses"
    )
    with pytest.raises(DBAPIError):
        async with store.database.writing() as connection:
            await connection.execute(copy)


async def test_enrolling_again_gives_the_same_course(store: Store) -> None:
    """The same course id again is the row that is there, whatever has become of it; another patient's id is refused."""
    patient, other = await a_patient(store), await a_patient(store)
    row = await store.directory.begin_course(patient, "crps", "northside", NOW)
    await store.directory.mark_open(row.course_id)
    again = await store.directory.begin_course(patient, "crps", "northside", NOW, course_id=row.course_id)
    assert (again.course_id, again.state) == (row.course_id, "open")
    with pytest.raises(StoreError, match="belongs to another patient: take a new id"):
        await store.directory.begin_course(other, "crps", "northside", NOW, course_id=row.course_id)
    with pytest.raises(StoreError, match="There is no patient p-none: add the patient first"):
        await store.directory.begin_course("p-none", "crps", "northside", NOW)


async def test_contacts_are_checked_and_replaced(store: Store) -> None:
    """Phone numbers are kept without spaces; what could not be reached is refused and not quoted."""
    patient = await a_patient(store)
    assert await store.contacts.of(patient) is None
    await store.contacts.put(patient, Contact(email="a@home.example"))
    await store.contacts.put(patient, Contact(phone="+1 (212) 555-0123", preferred=Medium.SMS))
    assert await store.contacts.of(patient) == Contact(phone="+12125550123", preferred=Medium.SMS)
    for wrong in (Contact(email="x@y\nBcc: z@z.example"), Contact(email="nobody"), Contact(phone="2125550123")):
        with pytest.raises(StoreError) as refused:
            await store.contacts.put(patient, wrong)
        assert wrong.email + wrong.phone not in str(refused.value)


async def test_an_answer_is_kept_once_until_it_is_taken(store: Store) -> None:
    """The same request again adds nothing, with another content it is refused; taking counts once."""
    patient = await a_patient(store)
    item = Item("request-1", patient, "c-1", ItemKind.ANSWER, NOW, '{"phq9": [1, 0]}')
    assert await store.inbox.put(item) == item
    assert await store.inbox.put(Item(**{**vars(item), "received_at": NOW + timedelta(hours=1)})) == item
    with pytest.raises(StoreError, match="Request request-1 came with another content before"):
        await store.inbox.put(Item(**{**vars(item), "content": "{}"}))
    assert await store.inbox.waiting("c-1") == (item,)
    assert [await store.inbox.take("request-1", NOW) for _ in range(2)] == [True, False]
    assert await store.inbox.waiting() == ()


async def test_the_archive_is_write_once(store: Store) -> None:
    """Ordinals count up; the same again is no change; another history, a change or a deletion is refused."""
    first = await store.archive.put("c-1", "run-a", b'{"events": []}', NOW)
    second = await store.archive.put("c-1", "run-b", b'{"events": [1]}', NOW)
    assert (first.ordinal, second.ordinal) == (1, 2)
    assert await store.archive.put("c-1", "run-a", b'{"events": []}', NOW + timedelta(days=1)) == first
    with pytest.raises(StoreError, match="Run run-a of c-1 is archived with another history: compare the two"):
        await store.archive.put("c-1", "run-a", b"{}", NOW)
    for change in ("update archive set ordinal = 9", "delete from archive", "update access set what = 'x'"):
        await store.access.note(Access("lee", "timeline", NOW, "c-1"))
        with pytest.raises(DBAPIError, match="is write-once"):
            async with store.database.writing() as connection:
                await connection.execute(text(change))
    assert await store.archive.runs("c-1") == (first, second)
    assert await store.archive.history("c-1", "run-b") == b'{"events": [1]}'
    assert len(await store.access.of_course("c-1")) == len(await store.access.of_account("lee")) == 3


async def test_a_write_that_fails_leaves_nothing(store: Store) -> None:
    """What a transaction did before its error is undone."""
    lines = text("insert into access (at, account_id, what, course_id) values (current_timestamp, 'a', 'b', 'c')")

    async def write_and_fail() -> None:
        async with store.database.writing() as connection:
            await connection.execute(lines)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_fail()
    assert await store.access.of_account("a") == ()
