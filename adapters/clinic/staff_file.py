"""The file that names the staff and who is on call, read strictly."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from adapters.store.errors import StoreError
from adapters.store.people.contacts import email_of, phone_of
from adapters.store.people.staff import Account
from course.library.findings import Finding, listed, spoken
from course.library.loading import Fault, LoadError, decoded, read
from course.library.toml_lines import Path as KeyPath
from course.model.terms import Role

STAFF_ROLES = (Role.COORDINATOR, Role.NURSE, Role.PRESCRIBER, Role.AUDITOR, Role.OPS)
LICENCE_MOST = 64
ON_CALL_ROLES = (Role.NURSE, Role.PRESCRIBER)
_LANGUAGE = re.compile(r"[a-z]{2}")
_ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")


class _FromFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(_FromFile):
    """One of the staff."""

    id: str = Field(description="What is typed to sign in: a lower-case letter, then letters, digits, - and _.")
    name: str = Field(description="As entries and letters to the staff say it.")
    role: Role = Field(description="What the account may do.")
    site: str = Field(description="Where they work; one of clinic.toml.")
    email: str = Field(description="Where they are written to.")
    phone: str = Field("", description="Told of a safety matter by text message first, where texts are set up.")
    language: str = Field("", description="What they are written in; one of texts/. Default: English.")
    licence: str = Field("", description="Licence of who signs or gives.")
    licence_expires: date | None = Field(None, description="Until when it holds; `doctor` says what runs out.")

    def account(self) -> Account:
        """The account that this makes."""
        return Account(
            self.id,
            self.name,
            self.role,
            self.site,
            self.email,
            phone=self.phone,
            language=self.language,
            licence=self.licence,
            licence_expires=self.licence_expires,
        )


class StaffFile(_FromFile):
    """Everybody, and each site's standing on-call list."""

    staff: tuple[Member, ...] = Field(description="To take somebody out of service, `staff disable`; ids stay.")
    oncall: dict[str, tuple[str, ...]] = Field(
        description="Site = accounts of nurses and prescribers, told first to last while no dated turn says otherwise."
    )


def load_staff(path: Path, sites: frozenset[str] = frozenset(), languages: frozenset[str] = frozenset()) -> StaffFile:
    """The staff in a file, at the clinic's `sites` and in its `languages` where these are known; raises LoadError."""
    try:
        text = decoded(path.read_bytes(), path.name)
    except OSError:
        raise LoadError([Fault(path.name, 0, "there is no such file that can be read")]) from None
    return read(
        text,
        path.name,
        StaffFile,
        lambda found: (*staff_findings(found), *_of_sites(found, sites), *_written(found, languages)),
    )


def _written(found: StaffFile, languages: frozenset[str]) -> Iterator[Finding]:
    """Languages in which nobody writes here."""
    for number, member in enumerate(found.staff):
        if languages and member.language and member.language not in languages:
            yield (
                ("staff", number, "language"),
                f"a language is one that the clinic writes: {listed(sorted(languages))}",
            )


def _of_sites(found: StaffFile, sites: frozenset[str]) -> Iterator[Finding]:
    """Sites that clinic.toml does not name, and sites of it where nobody is on call."""
    if not sites:
        return
    for number, member in enumerate(found.staff):
        if member.site not in sites:
            yield (
                ("staff", number, "site"),
                f'clinic.toml has no site "{member.site}": it names {listed(sorted(sites))}',
            )
    for site in found.oncall:
        if site not in sites:
            yield ("oncall", site), f'clinic.toml has no site "{site}": it names {listed(sorted(sites))}'
    for site in sorted(sites - found.oncall.keys() - {member.site for member in found.staff}):
        yield ("oncall",), f'nobody is on call at "{site}": name at least one nurse or prescriber'


def staff_findings(found: StaffFile) -> Iterator[Finding]:
    """Everything that the file says and cannot mean."""
    if not found.staff:
        yield ("staff",), "a clinic has staff: add [[staff]]"
    seen: set[str] = set()
    for number, member in enumerate(found.staff):
        path = ("staff", number)
        yield from spoken(path, member, "name", "site")
        if not _ID.fullmatch(member.id):
            yield (*path, "id"), "an account id has 1 to 32 small letters, digits, hyphens or underscores"
        if member.id in seen:
            yield (*path, "id"), f'the account "{member.id}" stands twice: keep one'
        seen.add(member.id)
        if member.role not in STAFF_ROLES:
            yield (*path, "role"), f"{member.role} is no role of the staff: choose {listed(STAFF_ROLES)}"
        yield from _licence(path, member)
        if member.language and not _LANGUAGE.fullmatch(member.language):
            yield (*path, "language"), "a language is written with two letters, such as en"
        try:
            email_of(member.email)
        except StoreError:
            yield (*path, "email"), "an e-mail address looks like name@clinic.example"
        try:
            phone_of(member.phone)
        except StoreError:
            yield (*path, "phone"), "a phone number begins with + and its country, such as +1 212 555 0100"
    yield from _oncall(found)


def _licence(path: KeyPath, member: Member) -> Iterator[Finding]:
    """A licence has a number and a last day."""
    if bool(member.licence.strip()) != (member.licence_expires is not None):
        yield (*path, "licence"), "a licence has a number and the day until which it holds: give both"
    if len(member.licence) > LICENCE_MOST:
        yield (*path, "licence"), f"a licence is written in at most {LICENCE_MOST} letters"


def _oncall(found: StaffFile) -> Iterator[Finding]:
    members = {member.id: member for member in found.staff}
    for site in sorted({member.site for member in found.staff} - found.oncall.keys()):
        yield ("oncall",), f'nobody is on call at "{site}": name at least one nurse or prescriber'
    for site, accounts in found.oncall.items():
        path = ("oncall", site)
        if not accounts:
            yield path, f'nobody is on call at "{site}": name at least one nurse or prescriber'
        for account, times in Counter(accounts).items():
            member = members.get(account)
            if member is None:
                yield path, f'"{account}" is on call at "{site}" and not among the staff: add the account'
            elif member.role not in ON_CALL_ROLES:
                yield path, f'"{account}" is a {member.role}: only nurses and prescribers acknowledge a safety matter'
            elif not member.email:
                yield path, f'"{account}" is on call and has no e-mail address: give one'
            if times > 1:
                yield path, f'"{account}" stands {times} times on the list of "{site}": keep one'
