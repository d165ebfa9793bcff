"""A key for each of the staff: made at the first sign-in, sealed in the store, and worth nothing in other hands."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from adapters.identity import token_file
from adapters.identity.personal_keys import PersonalKey
from adapters.identity.refusals import IdentityError
from adapters.identity.sign_in import account_of, end_sign_in, hash_passphrase, sign_in
from adapters.identity.signers import AGAIN, NOT_YOURS, Signers, by_passphrase
from adapters.identity.token_file import keep_token, kept_token
from adapters.store import Store
from adapters.store.log.checking import check
from adapters.store.log.entries import Entry
from adapters.store.people.staff import Account
from adapters.store.tables import METADATA, SIGNING_KEYS, SIGNINS
from adapters.tlog.folder import Published
from audit.key_book import KEYS, key_book
from audit.signatures import SignatureState, State, signature_state
from course.acts.care import AddNote
from course.model.terms import Role

COURSE = "c-0123456789"
LEE = Account("lee", "Dr Lee", Role.PRESCRIBER, "northside", "lee@clinic.example")
COLE = Account("cole", "Cole Young", Role.COORDINATOR, "northside", "cole@clinic.example")
WORDS = {"lee": "three blue herons over water", "cole": "four grey geese over sand"}


@dataclass
class Clinic:
    """A store with two accounts, whose passphrases are known."""

    store: Store

    async def sign_in(self, account: Account = LEE, words: str = "") -> str:
        """A token."""
        return await sign_in(self.store, account.account_id, words or WORDS[account.account_id], datetime.now(UTC))

    async def signed(self, token: str, account: Account = LEE) -> AddNote:
        """A note that whoever holds a token signs now."""
        return await Signers.signed_in(self.store, account.account_id, token).signed(note(account), COURSE)

    async def judged(self, act: AddNote) -> SignatureState:
        """What its signature is worth now."""
        book = await key_book(self.store.log)
        return signature_state(COURSE, act.model_dump(mode="json"), datetime.now(UTC), book)

    async def keys(self) -> list[Entry]:
        """What the log says of keys, in order."""
        return [Entry.parse(line.entry) async for line in self.store.log.lines(KEYS)]

    async def faults(self) -> list[str]:
        """What is wrong with the log and the rows that it tells of."""
        return [one.shown for one in (await check(self.store.database, Published())).faults]


def note(account: Account) -> AddNote:
    """A note in somebody's name."""
    return AddNote(request_id="r-00000001", actor=account.actor(), made_at=datetime.now(UTC), text="slept well")


@pytest.fixture
async def clinic(store: Store) -> Clinic:
    """Two people who have never signed in."""
    for one in (LEE, COLE):
        await store.staff.add(one, hash_passphrase(WORDS[one.account_id]))
    return Clinic(store)


async def test_the_first_sign_in_makes_the_key_that_signs_from_then_on(clinic: Clinic) -> None:
    """Its public half is in the log; a second sign-in finds the same, and an act says where the log has it."""
    first, second = await clinic.sign_in(), await clinic.sign_in()
    states = [await clinic.judged(await clinic.signed(token)) for token in (first, second)]
    (enrolled,) = await clinic.keys()
    assert [one.state for one in states] == [State.SIGNED] * 2
    assert {one.key_id for one in states} == {enrolled.subject}
    lines = [line async for line in clinic.store.log.lines()]
    assert [lines[one.log_index or 0].kind for one in states] == [KEYS] * 2
    assert not await clinic.faults()


async def test_the_store_has_the_private_half_only_sealed(clinic: Clinic) -> None:
    """Neither the key nor what opens it stands in any column of any table."""
    token = await clinic.sign_in()
    key = await by_passphrase(clinic.store, "lee", WORDS["lee"])
    raw = key.private.private_bytes_raw()
    secret = (raw, base64.b64encode(raw), raw.hex().encode(), token.encode(), WORDS["lee"].encode())
    async with clinic.store.database.reading() as connection:
        rows = [row for table in METADATA.sorted_tables for row in await connection.execute(select(table))]
    held = b"\0".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)
    assert key.key_id.encode() in held
    assert not [one for one in secret if one in held]


async def test_a_changed_passphrase_seals_the_same_key_anew(clinic: Clinic) -> None:
    """Whoever was signed in signs nothing any more until they sign in again, with the key that they had."""
    token = await clinic.sign_in()
    key = await by_passphrase(clinic.store, "lee", WORDS["lee"])
    fresh = "five red kites over heath"
    await clinic.store.staff.change_passphrase("lee", hash_passphrase(fresh), key.key_id, key.under_passphrase(fresh))
    with pytest.raises(IdentityError, match=AGAIN):
        await clinic.signed(token)
    with pytest.raises(IdentityError):
        await clinic.sign_in()
    found = await clinic.judged(await clinic.signed(await clinic.sign_in(words=fresh)))
    assert (found.state, found.key_id) == (State.SIGNED, key.key_id)
    assert [one.subject for one in await clinic.keys()] == [key.key_id] * 2


async def test_a_passphrase_that_ops_give_revokes_the_key(clinic: Clinic) -> None:
    """What was signed stands; the key signs nothing more wherever it is held open, and the next one takes its place."""
    token = await clinic.sign_in()
    before, key = await clinic.signed(token), await by_passphrase(clinic.store, "lee", WORDS["lee"])
    taken = datetime.now(UTC)
    await clinic.store.staff.set_passphrase("lee", hash_passphrase("six"), by="ops")
    with pytest.raises(IdentityError, match=AGAIN):
        await clinic.signed(token)
    after = await Signers.of({"lee": key}).signed(note(LEE), COURSE)
    assert (await clinic.judged(after)).state is State.REVOKED
    book = await key_book(clinic.store.log)
    assert signature_state(COURSE, before.model_dump(mode="json"), taken, book).state is State.SIGNED
    found = await clinic.judged(await clinic.signed(await clinic.sign_in(words="six")))
    assert found.state is State.SIGNED
    assert found.key_id != key.key_id
    revoked = (await clinic.keys())[1].says or {}
    assert (revoked["key_id"], revoked["revoked_by"], revoked["sealed"]) == (key.key_id, "ops", None)


async def test_a_key_that_the_stores_owner_puts_in_place_is_noticed(clinic: Clinic) -> None:
    """By the person at the next sign-in, by the log, and under each act that it signs."""
    await clinic.sign_in()
    forged = PersonalKey.fresh()
    swapped = {"key_id": forged.key_id, "public_key": forged.public_key, "sealed": forged.under_passphrase("mine")}
    async with clinic.store.database.writing() as connection:
        await connection.execute(update(SIGNING_KEYS).values(**swapped))
    with pytest.raises(IdentityError, match=NOT_YOURS):
        await clinic.sign_in()
    assert (await clinic.store.access.of_account("lee"))[-1].what == "refused: signing key"
    state = await clinic.judged(await Signers.of({"lee": forged}).signed(note(LEE), COURSE))
    assert (state.state, state.why) == (State.WRONG, f"the log has no key {forged.key_id}")
    assert [one.split(":")[-1].strip() for one in await clinic.faults()] == [
        "the row is gone, and the log says nothing of its removal",
        "the row was written past the log, which has none such",
    ]


async def test_a_public_half_that_is_swapped_alone_is_noticed(clinic: Clinic) -> None:
    """The private half still signs; the log says which field is not what it was."""
    token = await clinic.sign_in()
    async with clinic.store.database.writing() as connection:
        await connection.execute(update(SIGNING_KEYS).values(public_key=PersonalKey.fresh().public_key))
    assert (await clinic.judged(await clinic.signed(token))).state is State.SIGNED
    (fault,) = await clinic.faults()
    assert "public_key" in fault


async def test_another_s_sealed_key_opens_with_no_other_token(clinic: Clinic) -> None:
    """Whoever can write the store copies Dr Lee's key into their own sign-in, and their account into Dr Lee's."""
    await clinic.sign_in()
    theirs = await clinic.sign_in(COLE)
    async with clinic.store.database.writing() as connection:
        lee = (await connection.execute(select(SIGNINS).where(SIGNINS.c.account_id == "lee"))).one()
        copied = {"account_id": "lee", "key_id": lee.key_id, "sealed_key": lee.sealed_key}
        await connection.execute(update(SIGNINS).where(SIGNINS.c.account_id == "cole").values(**copied))
    with pytest.raises(IdentityError, match=NOT_YOURS):
        await clinic.signed(theirs)


async def test_a_sign_in_of_somebody_else_signs_nothing_in_ones_name(clinic: Clinic) -> None:
    """A token is one person's."""
    await clinic.sign_in()
    theirs = await clinic.sign_in(COLE)
    with pytest.raises(IdentityError, match=AGAIN):
        await clinic.signed(theirs)
    act = await Signers.signed_in(clinic.store, "cole", theirs).signed(note(LEE), COURSE)
    assert act.actor.signature is None


async def test_whoever_has_signed_out_signs_nothing(clinic: Clinic) -> None:
    """The token is worth nothing from then on."""
    token = await clinic.sign_in()
    await end_sign_in(clinic.store, token, datetime.now(UTC))
    with pytest.raises(IdentityError, match=AGAIN):
        await clinic.signed(token)


async def test_a_sign_in_that_is_copied_to_another_machine_lets_nobody_in(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file opens where it was written, and nowhere else."""
    path, here, there = tmp_path / "token", tmp_path / "here", tmp_path / "there"
    here.write_text("0123456789abcdef\n", encoding="ascii")
    there.write_text("fedcba9876543210\n", encoding="ascii")
    monkeypatch.setattr(token_file, "MACHINE_IDS", (here,))
    token = await clinic.sign_in()
    keep_token(path, token)
    assert token not in path.read_text(encoding="ascii")
    assert (await account_of(clinic.store, kept_token(path), datetime.now(UTC))).account_id == "lee"
    monkeypatch.setattr(token_file, "MACHINE_IDS", (there,))
    with pytest.raises(IdentityError, match=r"^This sign-in was made on another machine: sign in here.$"):
        kept_token(path)


async def test_a_second_person_signs_only_while_they_stand_beside(clinic: Clinic) -> None:
    """Their key is at hand for one act, and not for the next."""
    lee, cole = [await by_passphrase(clinic.store, one, WORDS[one]) for one in ("lee", "cole")]
    signers = Signers.of({"lee": lee})
    with signers.joined({"cole": cole}):
        assert (await signers.signed(note(COLE), COURSE)).actor.signature is not None
    assert (await signers.signed(note(COLE), COURSE)).actor.signature is None
    assert (await signers.signed(note(LEE), COURSE)).actor.signature is not None
