"""A second person's signature: an account and the passphrase that this person typed."""

from dataclasses import dataclass, field
from datetime import datetime

from adapters.identity.sign_in import IdentityError, recognised
from adapters.wiring import Application
from course.model.parts import Actor
from services.errors import NotAllowedError


@dataclass(frozen=True)
class Signature:
    """Who signs beside whoever has signed in."""

    account: str
    passphrase: str = field(repr=False)


async def second_signer(app: Application, signature: Signature | None, now: datetime) -> Actor | None:
    """The second person, once the passphrase is right; raises NotAllowedError."""
    if signature is None:
        return None
    try:
        return (await recognised(app.store, signature.account, signature.passphrase, now)).actor()
    except IdentityError:
        raise NotAllowedError("the second signature is refused: unknown account or wrong passphrase") from None
