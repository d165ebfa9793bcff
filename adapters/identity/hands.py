"""Who can sign here: a person whose key is at hand signs each act that goes out in their name."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TypeVar

from adapters.identity.act_statement import PEOPLE, statement
from adapters.identity.personal_keys import ALGORITHM, PersonalKey, WrongKeyError
from adapters.identity.refusals import IdentityError
from adapters.store import Store
from adapters.store.people.signing_keys import StoredKey
from course.acts.base import BaseAct
from course.model.parts import Actor
from course.model.signing import Ed25519Signature

Opening = Callable[[], Awaitable[PersonalKey]]
AnAct = TypeVar("AnAct", bound=BaseAct)

AGAIN = "Your key does not sign any more, since your passphrase was changed or you were signed out: sign in again."
NOT_YOURS = "The signing key in the store is not yours: tell ops, who see it in `audit verify --log`."


class Hands:
    """The keys at hand, by account; each is opened when it has to sign, and not before."""

    def __init__(self, openings: Mapping[str, Opening] | None = None) -> None:
        self._openings = dict(openings or {})

    @classmethod
    def of(cls, keys: Mapping[str, PersonalKey]) -> "Hands":
        """Keys that are held open."""
        return cls({account: _held(key) for account, key in keys.items()})

    @classmethod
    def signed_in(cls, store: Store, account_id: str, token: str) -> "Hands":
        """The key of whoever has signed in, for as long as they are."""

        async def opened() -> PersonalKey:
            return await by_sign_in(store, account_id, token)

        return cls({account_id: opened})

    @contextmanager
    def joined(self, keys: Mapping[str, PersonalKey]) -> Iterator[None]:
        """Others sign too, in this block."""
        before = self._openings
        self._openings = {**before, **{account: _held(key) for account, key in keys.items()}}
        try:
            yield
        finally:
            self._openings = before

    async def signed(self, act: AnAct, course_id: str) -> AnAct:
        """The act with the signature of each person in it whose key is at hand; raises IdentityError."""
        fresh = {}
        for role in PEOPLE:
            person: Actor | None = getattr(act, role, None)
            opening = None if person is None else self._openings.get(person.account_id)
            if person is not None and opening is not None:
                key = await opening()
                text = statement(course_id, act.model_dump(mode="json"), key.key_id)
                fresh[role] = person.with_(signature=Ed25519Signature(key_id=key.key_id, value=key.sign(text)))
        return act.model_copy(update=fresh) if fresh else act


async def by_passphrase(store: Store, account_id: str, passphrase: str) -> PersonalKey:
    """The key of somebody whose passphrase is right; made, and enrolled in the log, the first time."""
    standing = await store.signing_keys.standing(account_id)
    if standing is None or not standing.sealed:
        key = PersonalKey.fresh()
        fresh = StoredKey(key.key_id, account_id, ALGORITHM, key.public_key, key.under_passphrase(passphrase))
        await store.signing_keys.enrol(fresh)
        standing = await store.signing_keys.standing(account_id)
    if standing is not None:
        with suppress(WrongKeyError):
            return PersonalKey.by_passphrase(standing.sealed, standing.key_id, passphrase)
    raise IdentityError(NOT_YOURS)


async def by_sign_in(store: Store, account_id: str, token: str) -> PersonalKey:
    """The key of whoever holds the token of a sign-in that stands; raises IdentityError."""
    signed_in = await store.signins.find(digest(token))
    standing = await store.signing_keys.standing(account_id)
    if signed_in is None or standing is None or signed_in.account_id != account_id:
        raise IdentityError(AGAIN)
    if signed_in.key_id != standing.key_id:
        raise IdentityError(AGAIN)
    try:
        return PersonalKey.by_token(signed_in.sealed_key, signed_in.key_id, token)
    except WrongKeyError:
        raise IdentityError(NOT_YOURS) from None


def digest(token: str) -> str:
    """What the store knows a token by."""
    return sha256(token.encode()).hexdigest()


def _held(key: PersonalKey) -> Opening:
    async def opened() -> PersonalKey:
        return key

    return opened
