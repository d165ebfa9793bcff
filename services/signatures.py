"""A second person's signature: an account and the passphrase that this person typed."""

from dataclasses import dataclass, field
from datetime import datetime

from adapters.brake import Place
from adapters.identity.personal_keys import PersonalKey
from adapters.identity.refusals import IdentityError
from adapters.identity.sign_in import WRONG, signing
from adapters.wiring import Application
from course.model.parts import Actor
from services.errors import NotAllowedError


@dataclass(frozen=True)
class Signature:
    """Who signs beside whoever has signed in."""

    account: str
    passphrase: str = field(repr=False)


@dataclass(frozen=True)
class SecondSigner:
    """A second person, and the key with which they sign."""

    actor: Actor
    key: PersonalKey


async def second_signer(
    app: Application, signature: Signature | None, now: datetime, place: Place
) -> SecondSigner | None:
    """The second person, once the passphrase is right; raises NotAllowedError."""
    if signature is None:
        return None
    try:
        account, key = await signing(app.store, signature.account, signature.passphrase, now, place)
    except IdentityError as why:
        words = "unknown account or wrong passphrase" if str(why) == WRONG else str(why)
        raise NotAllowedError(f"the second signature is refused: {words}") from None
    return SecondSigner(account.actor(), key)
