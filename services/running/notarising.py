"""The notary's round: a checkpoint, kept and handed to witnesses; and the log held against checkpoints."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from activities.ports import Channel, Letter, Medium, NotAcceptedError, RefusedForGoodError
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.store import Store
from adapters.store.log.checking import Checked, check
from adapters.store.log.keys import published_in
from adapters.tlog.folder import LogFolder, Published
from adapters.tlog.notes import NoteError, PublicKey
from adapters.working import channels_of
from audit.key_book import key_book
from audit.looking.reviews import REVIEW, review_faults, reviews_of
from audit.notary import Notary, Vouched
from audit.notary_key import NotaryError
from services.errors import InputError, ServiceError
from services.permissions import Use
from services.session import StaffSession

SENDER = "Structured Treatments"


@dataclass(frozen=True)
class Notarised:
    """What a round came to; `unreached` are addresses that did not take the checkpoint."""

    vouched: Vouched
    mailed: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()


async def notarise(settings: Settings, *, rotate: bool = False) -> Notarised:
    """Make a checkpoint and hand it to every witness; raises ServiceError where the log is not what it was."""
    witnesses = [LogFolder(settings.witness_folder)] if settings.witness_folder else []
    folder = LogFolder(settings.notary_folder)
    # The notary reads hashes and writes names of keys: it has no use for the keys of the clinic.
    async with Store.open(settings.store_url.get_secret_value(), KeyRing.generate()) as store:
        notary = Notary(store, settings.log_name, settings.notary_key_file, folder, witnesses)
        try:
            made = await (notary.rotate() if rotate else notary.vouch())
        except (NotaryError, NoteError) as error:
            raise ServiceError(str(error)) from None
    return await _mailed(made, settings) if made.fresh else Notarised(made)


async def checked_log(at: StaffSession, folder: Path | None, key: str) -> Checked:
    """Recompute the log of this store against the checkpoints of a folder; the look is on record.

    Without a folder it is held against itself and its rows. The key is the log's first; without one, the folder's own
    is believed. Raises ServiceError.
    """
    await at.refuse_unless(Use.VERIFY)
    try:
        first = PublicKey.parse(key) if key else None
        held = Published() if folder is None else await published_in(at.app.store.log, folder, first)
    except NoteError as error:
        raise InputError(str(error)) from None
    if held is None:
        raise InputError(f"{folder} holds no checkpoints: name the folder of the notary, or of a witness")
    found = await check(at.app.store.database, held)
    log = at.app.store.log
    found.faults += review_faults(await reviews_of(log.lines(REVIEW), await key_book(log), at.app.ring), found.leaves)
    await at.log_access("", "audit verify")
    return found


async def _mailed(made: Vouched, settings: Settings) -> Notarised:
    addresses = [one.strip() for one in settings.witness_addresses.split(",") if one.strip()]
    channel = channels_of(settings)[Medium.EMAIL] if addresses else None
    reached = {one: channel is not None and await _delivered(channel, made, one) for one in addresses}
    return Notarised(
        made,
        tuple(one for one, right in reached.items() if right),
        tuple(one for one, right in reached.items() if not right),
    )


async def _delivered(channel: Channel, made: Vouched, address: str) -> bool:
    letter = Letter(
        id=sha256(f"{made.note}\n{address}".encode()).hexdigest()[:32],
        medium=Medium.EMAIL,
        to=address,
        subject=f"Checkpoint of {made.checkpoint.origin}: {made.checkpoint.size} entries",
        body=f"Keep this letter: nobody can take back what it vouches for.\n\n{made.note}",
        sender=SENDER,
        as_of=datetime.now(UTC),
    )
    try:
        await channel.deliver(letter)
    except (NotAcceptedError, RefusedForGoodError):
        return False
    return True
