"""Signing in, and who may."""

from dataclasses import asdict
from datetime import UTC, datetime

from adapters.identity.refusals import IdentityError
from adapters.identity.sign_in import sign_in, sign_out
from adapters.identity.token_file import keep_token
from adapters.wiring import open_store
from cli.output import answer, read_passphrase
from cli.session import OutputOptions, command, here, staff_session, token_file
from services.people.passphrases import change_passphrase, renew_passphrase


@command
async def login(account: str, *, output: OutputOptions = OutputOptions()) -> int:
    """Sign in; you are asked for the passphrase, or it is read from standard input where that is not a terminal.

    Example: starter.py login ortiz
    """
    settings = here()
    value = read_passphrase("Passphrase: ")
    async with open_store(settings) as store:
        token = await sign_in(store, account, value, datetime.now(UTC))
        keep_token(token_file(settings), token)
        found = await store.staff.account(account)
    if found is None:
        raise IdentityError("the account is gone: ask ops")
    return answer({"account": account, "role": found.role}, f"signed in: {found.name}, {found.role}", json_=output.json)


@command
async def logout(*, output: OutputOptions = OutputOptions()) -> int:
    """Sign out, on this machine and in the store.

    Example: starter.py logout
    """
    settings = here()
    async with open_store(settings) as store:
        await sign_out(store, token_file(settings), datetime.now(UTC))
    return answer({"signed_out": True}, "signed out", json_=output.json)


@command
async def me(*, output: OutputOptions = OutputOptions()) -> int:
    """Show who is signed in.

    Example: starter.py whoami
    """
    async with staff_session() as at:
        account = at.account
        return answer(asdict(account), f"{account.name}, {account.role} ({account.account_id})", json_=output.json)


@command
async def passphrase(account: str = "", *, output: OutputOptions = OutputOptions()) -> int:
    """Change your own passphrase, or give ACCOUNT a new one, which is for ops; it is printed once.

    Whoever changes their own is asked for the present one, and keeps their signing key. One that ops give revokes that
    key; the next sign-in makes another. Either way the account is signed out everywhere.

    Example: starter.py passphrase
    """
    async with staff_session() as at:
        given = account or at.account.account_id
        if account:
            fresh = await renew_passphrase(at, account)
        else:
            fresh = await change_passphrase(at, read_passphrase("Your present passphrase: "))
    return answer({"account": given, "passphrase": fresh}, f"{given}: {fresh}", json_=output.json)
