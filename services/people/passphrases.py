"""Passphrases: one's own, changed, and that of somebody who has lost it, given anew."""

from adapters.identity.sign_in import hash_passphrase, new_passphrase, signing
from services.permissions import Use
from services.session import StaffSession


async def renew_passphrase(at: StaffSession, account: str) -> str:
    """Give an account a new passphrase; its signing key is revoked, and the next sign-in enrols another.

    Raises ServiceError or StoreError.
    """
    await at.refuse_unless(Use.PASSPHRASES)
    fresh = new_passphrase()
    await at.app.store.staff.set_passphrase(account, hash_passphrase(fresh), by=at.account.account_id)
    await at.log_access("", f"passphrase {account}", done=f"All the same, {account} has a new one: {fresh}")
    return fresh


async def change_passphrase(at: StaffSession, present: str) -> str:
    """A new passphrase for whoever has signed in and knows the present one; the signing key stays.

    It signs out wherever this account is signed in. Raises IdentityError or StoreError.
    """
    account, key = await signing(at.app.store, at.account.account_id, present, at.now, at.place)
    fresh = new_passphrase()
    sealed = key.under_passphrase(fresh)
    await at.app.store.staff.change_passphrase(account.account_id, hash_passphrase(fresh), key.key_id, sealed)
    await at.log_access("", "passphrase", done=f"All the same, you have a new one: {fresh}")
    return fresh
