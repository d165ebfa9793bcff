"""Whether an act was signed by whom it names: from the log's public keys alone, without any secret of ours."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.identity.act_statement import statement
from adapters.tlog.canonical import NotCanonicalError
from audit.key_book import KeyBook, LoggedKey
from course.actions import FRONT, PERMISSIONS
from course.model.terms import Action

CLOCKS_DIFFER = timedelta(minutes=5)
"""So far may the clock of the server and that of whoever enrols a key be apart. [set]"""


class State(StrEnum):
    """What a signature is worth."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    WRONG = "wrongly signed"
    REVOKED = "key revoked before"
    OUT_OF_ROLE = "out of role"
    BARE = "a bare client"

    @property
    def is_alarming(self) -> bool:
        """Whether somebody has to ask how the act came in."""
        return self not in {State.SIGNED, State.UNSIGNED}


@dataclass(frozen=True)
class SignatureState:
    """What one person's signature under an act is worth; `log_index` is where the log has the key."""

    state: State
    account: str = ""
    name: str = ""
    key_id: str = ""
    log_index: int | None = None
    why: str = ""

    @property
    def shown(self) -> str:
        """One phrase for a person."""
        match self.state:
            case State.SIGNED:
                return f"signed by {self.name}'s key {self.key_id} (log index {self.log_index})"
            case State.BARE:
                return "a bare client: no proof at all"
            case _:
                return f"{self.state}: {self.why}" if self.why else f"{self.state}"


def signature_states(
    course_id: str, act: Mapping[str, Any], taken_at: datetime, book: KeyBook
) -> tuple[SignatureState, ...]:
    """What the signature of an act's author is worth, then that of the second person, where it names one.

    `act` is its JSON as the history has it; `taken_at` is when the server first had it.
    """
    second = act.get("second")
    people = [act.get("actor"), *([second] if isinstance(second, Mapping) else [])]
    return tuple(_Signed(course_id, act, person, taken_at).state(book) for person in people)


def signature_state(course_id: str, act: Mapping[str, Any], taken_at: datetime, book: KeyBook) -> SignatureState:
    """What the signature of an act's author is worth."""
    return signature_states(course_id, act, taken_at, book)[0]


class Judge:
    """Judges the acts of one course in their order; one that comes again, as after a reset, counts as first taken."""

    def __init__(self, book: KeyBook) -> None:
        self._book = book
        self._taken: dict[str, datetime] = {}

    def states(self, course_id: str, act: Mapping[str, Any], taken_at: datetime) -> tuple[SignatureState, ...]:
        """What each signature under an act is worth."""
        first = self._taken.setdefault(repr((act.get("request_id"), act.get("actor"))), taken_at)
        return signature_states(course_id, act, first, self._book)


@dataclass(frozen=True)
class _Signed:
    """One person under one act, as the history has both."""

    course_id: str
    act: Mapping[str, Any]
    person: Any
    taken_at: datetime

    @property
    def is_author(self) -> bool:
        return self.person is self.act.get("actor")

    @property
    def who(self) -> Mapping[str, Any]:
        return self.person if isinstance(self.person, Mapping) else {}

    def said(self, name: str) -> str:
        return str(self.who.get(name, ""))

    def state(self, book: KeyBook) -> SignatureState:
        given, account, name = self.who.get("signature"), self.said("account_id"), self.said("name")
        if not isinstance(given, Mapping):
            stamped = not self.is_author or bool(self.who.get("proof"))
            return SignatureState(State.UNSIGNED if stamped else State.BARE, account, name)
        key_id = str(given.get("key_id", ""))
        key = book.keys.get(key_id)
        if key is None:
            return SignatureState(State.WRONG, account, name, key_id, None, f"the log has no key {key_id}")
        state, why = self._judged(given, key, book)
        return SignatureState(state, account, name, key_id, key.log_index, why)

    def _judged(self, given: Mapping[str, Any], key: LoggedKey, book: KeyBook) -> tuple[State, str]:
        if wrong := self._why_wrong(given, key):
            return State.WRONG, wrong
        if key.revoked_at is not None and key.revoked_at <= self.taken_at:
            when = f"{key.revoked_at:%Y-%m-%d %H:%M} UTC (log index {key.revoked_index})"
            return State.REVOKED, f"key {key.key_id} since {when}"
        account, role = self.said("account_id"), self.said("role")
        held = book.roles_of(account, self.taken_at, CLOCKS_DIFFER)
        if role not in held:
            known = " or ".join(sorted(held)) or "nobody that the log knows"
            return State.OUT_OF_ROLE, f"{account} was {known}, the act says {role}"
        if self.is_author and not _may(str(self.act.get("action", "")), role):
            return State.OUT_OF_ROLE, f"the role {role} may not do this"
        return State.SIGNED, ""

    def _why_wrong(self, given: Mapping[str, Any], key: LoggedKey) -> str:
        account = self.said("account_id")
        if key.account_id != account:
            return f"key {key.key_id} is {key.account_id}'s, the act names {account}"
        if key.clashes_with:
            return f"key {key.key_id} was enrolled while {key.clashes_with} stood"
        if key.enrolled_at > self.taken_at + CLOCKS_DIFFER:
            return f"key {key.key_id} was enrolled after the act was taken"
        if given.get("algorithm") != key.algorithm or not self._verifies(str(given.get("value", "")), key):
            return f"the signature is not of this act on this course by key {key.key_id}"
        return ""

    def _verifies(self, value: str, key: LoggedKey) -> bool:
        try:
            signature = base64.b64decode(value, validate=True)
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public_key, validate=True))
            public.verify(signature, statement(self.course_id, self.act, key.key_id))
        except (InvalidSignature, NotCanonicalError, binascii.Error, ValueError):
            return False
        return True


def _may(action: str, role: str) -> bool:
    if action == Action.ENROL:
        return role in FRONT
    return action in set(PERMISSIONS) and role in PERMISSIONS[Action(action)].roles
