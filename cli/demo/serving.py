"""The demo's patients, left open on pages to click through until ctrl-C."""

import asyncio
import signal
from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.identity.sign_in import hash_passphrase, new_passphrase
from adapters.store.people.staff import Account
from pages.app import pages
from pages.serving import served
from play.player import Player
from play.world.stage import Stage


async def serve(here: Stage, players: Sequence[Player], port: int) -> None:
    """Serve the pages on the clock of the played clinic, with one passphrase for all of its made-up staff."""
    ahead = max(one.now for one in players) - datetime.now(UTC)
    passphrase = new_passphrase()
    staff = await let_in(here, passphrase)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with served(pages(here.app, lambda: datetime.now(UTC) + ahead), port) as address:
        print(f"\npages      {address}   until ctrl-C")
        print(f"passphrase {passphrase}   of each of these made-up accounts:")
        print("".join(f"  {one.account_id:12}{one.name}, {one.role}\n" for one in staff), flush=True)
        await stop.wait()


async def let_in(here: Stage, passphrase: str) -> list[Account]:
    """Give the made-up staff a passphrase, under which each signs on with the key that signed for them so far."""
    staff = [one for one in await here.app.store.staff.accounts() if not one.disabled]
    for one in staff:
        key = here.keys[one.account_id]
        hashed, sealed = hash_passphrase(passphrase), key.under_passphrase(passphrase)
        await here.app.store.staff.change_passphrase(one.account_id, hashed, key.key_id, sealed)
    return staff
