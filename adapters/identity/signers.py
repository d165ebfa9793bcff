"""Who can sign here: a person whose key is at hand signs each act that goes out in their name."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import Any, TypeVar

from adapters.identity.act_statement import PEOPLE, enrolment, statement
from adapters.identity.personal_keys import ALGORITHM, PersonalKey, WrongKeyError
from adapters.identity.refusals import IdentityError
from adapters.store import Store
from adapters.store.people.signing_keys import StoredKey
from course.acts.base import BaseAct
from course.model.messages import CourseOrder
from course.model.parts import Actor
from course.model.signing import Ed25519Signature

Opening = Callable[[], Awaitable[PersonalKey]]
AnAct = TypeVar("AnAct", bound=BaseAct)

AGAIN = "Your key does not sign any more, since your passphrase was changed or you were signed out: sign in again."
NOT_YOURS = "The signing key in the store is not yours: tell ops, who see it in `audit verify --log`."


class Signers:
    """The keys at hand, by account; each is opened when it has to sign, and not before."""

    def __init__(self, openings: Mapping[str, Opening] | None = None) -> None:
        self._openings = dict(openings or {})

    @classmethod
    def of(cls, keys: Mapping[str, PersonalKey]) -> "Signers":
        """Keys that are held open."""
        return cls({account: _held(key) for account, key in keys.items()})

    @classmethod
    def signed_in(cls, store: Store, account_id: str, token: str) -> "Signers":
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
        people: dict[str, Actor] = {one: person for one in PEOPLE if (person := getattr(act, one, None)) is not None}
        said = act.model_dump(mode="json")
        return act.model_copy(update={one: await self._by(who, course_id, said) for one, who in people.items()})

    async def enrolling(self, order: CourseOrder) -> CourseOrder:
        """The order with the signature of whoever enrols, if their key is at hand; raises IdentityError."""
        said = enrolment(order.model_dump(mode="json"))
        return order.with_(enrolled_by=await self._by(order.enrolled_by, order.course_id, said))

    async def under(self, account_id: str, text: bytes) -> Ed25519Signature | None:
        """The signature of an account whose key is at hand under a text that is no act; raises IdentityError."""
        opening = self._openings.get(account_id)
        if opening is None:
            return None
        key = await opening()
        return Ed25519Signature(key_id=key.key_id, value=key.sign(text))

    async def _by(self, person: Actor, course_id: str, said: Mapping[str, Any]) -> Actor:
        """The person with their signature of what is said."""
        opening = self._openings.get(person.account_id)
        if opening is None:
            return person
        key = await opening()
        value = key.sign(statement(course_id, said, key.key_id))
        return person.with_(signature=Ed25519Signature(key_id=key.key_id, value=value))


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
