"""Whose key was whose, and who held which role, as the log tells it."""

from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from adapters.store.log.book import Line, LogBook
from adapters.store.log.entries import Entry, EntryError

KEYS, STAFF = "signing_keys", "staff"


@dataclass(frozen=True)
class LoggedKey:
    """A person's public key; `clashes_with` is another key of the same person that stood when it was enrolled."""

    key_id: str
    account_id: str
    algorithm: str
    public_key: str
    log_index: int
    enrolled_at: datetime
    revoked_at: datetime | None = None
    revoked_index: int | None = None
    clashes_with: str = ""


@dataclass(frozen=True)
class Held:
    """The role that an account has had since an entry."""

    since: datetime
    role: str


@dataclass
class KeyBook:
    """Every key by its id, and every account's roles, oldest first."""

    keys: dict[str, LoggedKey] = field(default_factory=dict)
    roles: dict[str, list[Held]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[tuple[int, Entry]]) -> "KeyBook":
        """The book that entries with their log indices tell, in their order; of other kinds nothing is taken."""
        book = cls()
        for index, entry in entries:
            book.take(index, entry)
        return book

    def take(self, index: int, entry: Entry) -> None:
        """Add what one entry says."""
        if entry.kind == KEYS:
            self._take_key(index, entry)
        elif entry.kind == STAFF and entry.says is not None:
            role = "disabled" if entry.says.get("disabled") else str(entry.says.get("role", ""))
            held = Held(entry.recorded_at, role)
            self.roles.setdefault(entry.subject, []).append(held)

    def roles_of(self, account: str, at: datetime, about: timedelta) -> frozenset[str]:
        """The roles that an account had about an instant; where the log knows it only since later, the first."""
        held = self.roles.get(account, [])
        before = [one.role for one in held if one.since <= at - about][-1:] or [one.role for one in held[:1]]
        return frozenset([*before, *(one.role for one in held if at - about < one.since <= at + about)])

    def _take_key(self, index: int, entry: Entry) -> None:
        """A key is enrolled once; a later entry revokes it or seals it anew, and changes nothing else."""
        known = self.keys.get(entry.subject)
        says = entry.says or {"revoked_at": "removed"}
        if known is None:
            account = str(says.get("account_id", ""))
            standing = [one.key_id for one in self.keys.values() if one.account_id == account and not one.revoked_at]
            self.keys[entry.subject] = LoggedKey(
                entry.subject,
                account,
                str(says.get("algorithm", "")),
                str(says.get("public_key", "")),
                index,
                entry.recorded_at,
                entry.recorded_at if says.get("revoked_at") else None,
                index if says.get("revoked_at") else None,
                standing[0] if standing else "",
            )
        elif says.get("revoked_at") and known.revoked_at is None:
            self.keys[entry.subject] = replace(known, revoked_at=entry.recorded_at, revoked_index=index)


async def key_book(log: LogBook) -> KeyBook:
    """The book of a store's log."""
    return await _read(log.lines(KEYS), log.lines(STAFF))


async def _read(*kinds: AsyncIterable[Line]) -> KeyBook:
    book = KeyBook()
    for lines in kinds:
        async for line in lines:
            try:
                book.take(line.leaf_index, Entry.parse(line.entry))
            except EntryError:  # `audit verify` names it
                continue
    return book
