from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.clinic.staff_file import load_staff
from adapters.identity.refusals import IdentityError
from adapters.identity.sign_in import (
    NO_PASSPHRASE,
    account_of,
    first_passphrases,
    hash_passphrase,
    sign_in,
    sign_out,
    staff_without_passphrases,
)
from adapters.identity.token_file import keep_token, kept_token
from adapters.store import Store
from adapters.store.people.staff import Account
from course.library.loading import LoadError
from course.model.parts import Actor
from course.model.terms import Role
from tests.support.records import CLINIC_FOLDER

NOW = datetime(2026, 11, 2, 14, tzinfo=UTC)
STAFF_FILE = CLINIC_FOLDER / "staff.toml"
ROLES = "coordinator, nurse, prescriber, auditor, ops"
WRONG = "Account or passphrase is wrong: type both again."


async def whoami(store: Store, path: Path, now: datetime) -> Account:
    """The account that is signed in by the token in a file."""
    return await account_of(store, kept_token(path), now)


def member(name: str, role: str = "prescriber", email: str = "x@clinic.example", site: str = "northside") -> str:
    """One [[staff]] table, six lines long."""
    return f'[[staff]]\nid = "{name}"\nname = "{name}"\nrole = "{role}"\nsite = "{site}"\nemail = "{email}"\n'


async def test_the_first_start_makes_accounts_once(store: Store) -> None:
    """Every account of the shipped file gets a passphrase that lets in; a second start gives none and changes none."""
    fresh = await first_passphrases(store, STAFF_FILE)
    assert sorted(fresh) == ["adler", "cole", "haas", "lee", "okafor", "ops", "ortiz"]
    assert len(set(fresh.values())) == len(fresh)
    assert [one.account_id for one in await store.oncall.people("northside", NOW)] == ["lee", "okafor", "ortiz"]
    lee = await store.staff.account("lee")
    assert lee is not None
    await store.staff.change(Account(**{**vars(lee), "name": "Dr Leigh"}))
    cole = Account("cole", "Cole Young", Role.COORDINATOR, "northside", "cole@clinic.example", disabled=True)
    await store.staff.change(cole)
    assert await first_passphrases(store, STAFF_FILE) == {}
    assert (await store.staff.account("lee"), await store.staff.account("cole")) == (lee, cole)
    assert await sign_in(store, "lee", fresh["lee"], NOW)


async def test_nobody_signs_in_to_a_played_life(store: Store) -> None:
    """Accounts without a passphrase are on call as ever, and let nobody in, whatever is typed."""
    await staff_without_passphrases(store, STAFF_FILE)
    assert [one.account_id for one in await store.oncall.people("northside", NOW)] == ["lee", "okafor", "ortiz"]
    for typed in ("", "lee", NO_PASSPHRASE):
        with pytest.raises(IdentityError, match=WRONG):
            await sign_in(store, "lee", typed, NOW)


async def two_accounts(store: Store) -> dict[str, str]:
    """A prescriber and a coordinator, and their passphrases."""
    fresh = {"lee": "river-stone", "cole": "apple-cloud"}
    for name, role in (("lee", Role.PRESCRIBER), ("cole", Role.COORDINATOR)):
        account = Account(name, f"Dr {name.title()}", role, "northside", f"{name}@clinic.example")
        await store.staff.add(account, hash_passphrase(fresh[name]))
    return fresh


async def test_signing_in_and_out(store: Store, tmp_path: Path) -> None:
    """A token is good for twelve hours, in a private file, until somebody signs out; the store holds its hash only."""
    fresh = await two_accounts(store)
    token_file = tmp_path / "var" / "sign-in"
    token = await sign_in(store, "lee", fresh["lee"], NOW)
    keep_token(token_file, token)
    assert token_file.stat().st_mode & 0o777 == 0o600
    account = await whoami(store, token_file, NOW + timedelta(hours=11, minutes=59))
    assert account.actor() == Actor(account_id="lee", name="Dr Lee", role=Role.PRESCRIBER, via="cli")
    assert await store.signins.find(token) is None
    with pytest.raises(IdentityError, match=r"^Your sign-in has expired: sign in again.$"):
        await whoami(store, token_file, NOW + timedelta(hours=12))
    await sign_out(store, token_file, NOW)
    with pytest.raises(IdentityError, match=r"^Nobody is signed in here: sign in with `starter.py login ACCOUNT`.$"):
        await whoami(store, token_file, NOW)
    keep_token(token_file, token)
    with pytest.raises(IdentityError, match=r"^This sign-in is not known any more: sign in again.$"):
        await whoami(store, token_file, NOW)


async def test_an_unknown_account_and_a_wrong_passphrase_look_alike(store: Store) -> None:
    """The sentence does not tell which accounts there are, and quotes nothing."""
    fresh = await two_accounts(store)
    value = set()
    for account, passphrase in (("nobody", fresh["lee"]), ("lee", fresh["cole"]), ("lee", ""), ("", "")):
        with pytest.raises(IdentityError) as refused:
            await sign_in(store, account, passphrase, NOW)
        value.add(str(refused.value))
    assert value == {WRONG}


async def test_a_disabled_account_is_out_at_once(store: Store, tmp_path: Path) -> None:
    """It cannot sign in, is told why only with the right passphrase, and what was signed in is signed out."""
    fresh = await two_accounts(store)
    keep_token(tmp_path / "sign-in", await sign_in(store, "lee", fresh["lee"], NOW))
    lee = await whoami(store, tmp_path / "sign-in", NOW)
    await store.staff.change(Account(**{**vars(lee), "disabled": True}))
    for passphrase, sentence in ((fresh["lee"], "This account is disabled: ask ops to enable it."), ("x", WRONG)):
        with pytest.raises(IdentityError) as refused:
            await sign_in(store, "lee", passphrase, NOW)
        assert str(refused.value) == sentence
    await store.staff.change(lee)
    with pytest.raises(IdentityError, match="not known any more"):
        await whoami(store, tmp_path / "sign-in", NOW)


async def test_a_token_that_others_can_read_is_refused(store: Store, tmp_path: Path) -> None:
    """The sentence names the file, its mode, and what mends it."""
    path = tmp_path / "sign-in"
    keep_token(path, "token")
    path.chmod(0o644)
    with pytest.raises(IdentityError) as refused:
        await whoami(store, path, NOW)
    assert str(refused.value) == f"{path} can be read by others (mode 0644): run 'chmod 600 {path}'."


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (member("lee"), ['staff.toml line 1: the file lacks "oncall": add it']),
        (
            f"{member('lee')}[oncall]\nnorthside = []\n",
            ['staff.toml line 8: nobody is on call at "northside": name at least one nurse or prescriber'],
        ),
        (
            f"{member('lee')}{member('haas', site='westside')}[oncall]\nnorthside = ['lee']\n",
            ['staff.toml line 13: nobody is on call at "westside": name at least one nurse or prescriber'],
        ),
        (
            f"{member('cole', 'coordinator')}{member('lee', email='')}[oncall]\nnorthside = ['cole', 'lee', 'leee']\n",
            [
                'staff.toml line 14: "cole" is a coordinator: only nurses and prescribers acknowledge a safety matter',
                'staff.toml line 14: "lee" is on call and has no e-mail address: give one',
                'staff.toml line 14: "leee" is on call at "northside" and not among the staff: add the account',
            ],
        ),
        (
            f"{member('lee')}{member('lee')}[oncall]\nnorthside = ['lee', 'lee']\n",
            [
                'staff.toml line 8: the account "lee" stands twice: keep one',
                'staff.toml line 14: "lee" stands 2 times on the list of "northside": keep one',
            ],
        ),
        (
            f"{member('Dr Lee', 'patient', 'lee')}[oncall]\nnorthside = ['Dr Lee']\n",
            [
                "staff.toml line 2: an account id has 1 to 32 small letters, digits, hyphens or underscores",
                f"staff.toml line 4: patient is no role of the staff: choose {ROLES}",
                "staff.toml line 6: an e-mail address looks like name@clinic.example",
                'staff.toml line 8: "Dr Lee" is a patient: only nurses and prescribers acknowledge a safety matter',
            ],
        ),
        (
            f"{member('lee')}phone = '1'\nfax = '1'\n[oncall]\nnorthside = ['lee']\n",
            [
                (
                    'staff.toml line 8: "fax" is not a field of staff: it knows email, id, language, '
                    "licence, licence_expires, name, phone, role, site"
                )
            ],
        ),
        (
            f"{member('lee')}phone = '0101'\n[oncall]\nnorthside = ['lee']\n",
            ["staff.toml line 7: a phone number begins with + and its country, such as +1 212 555 0100"],
        ),
    ],
)
def test_mistakes_in_the_staff_file_are_named_by_line(tmp_path: Path, text: str, sentences: list[str]) -> None:
    """One sentence a mistake, with its line and what would be right."""
    path = tmp_path / "staff.toml"
    path.write_text(text)
    with pytest.raises(LoadError) as refused:
        load_staff(path)
    assert str(refused.value).splitlines() == sentences
