"""The notary: says under its own key how the log stood, and only if it grew out of what it said before.

It needs neither the key ring nor the server, and should run where whoever runs the worker cannot read its key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adapters.store import Store
from adapters.store.log.checking import check_entries
from adapters.store.log.keys import NOTARY_KEY, known_keys, succession
from adapters.tlog.checkpoints import Checkpoint
from adapters.tlog.folder import LogFolder
from adapters.tlog.notes import PrivateKey, PublicKey, signed
from adapters.tlog.tree import root
from audit.notary_key import NotaryError, fresh_key, keep_key, load_key


@dataclass(frozen=True)
class Vouched:
    """A checkpoint, its signed text, and whether it is a new one."""

    checkpoint: Checkpoint
    note: str
    fresh: bool


@dataclass(frozen=True)
class Notary:
    """One log's notary: its key file, its own folder, and the folders of witnesses that it can write to."""

    store: Store
    name: str
    key_file: Path
    folder: LogFolder
    witnesses: Sequence[LogFolder] = field(default=())

    async def vouch(self) -> Vouched:
        """Make a checkpoint of the log as it stands; raises NotaryError where it is not what was vouched for."""
        key = await self._key()
        if self._next.exists():
            return await self._hand_over(key, load_key(self._next))
        return await self._checkpoint(key)

    async def rotate(self) -> Vouched:
        """Put a fresh key in place of the old, which names it in the log and signs the first checkpoint with it."""
        key = await self._key()
        if not self._next.exists():
            keep_key(self._next, fresh_key(self.name))
        return await self._hand_over(key, load_key(self._next))

    @property
    def _next(self) -> Path:
        """Where a key waits that is not yet in the log."""
        return self.key_file.with_name(f"{self.key_file.name}.next")

    async def _key(self) -> PrivateKey:
        """The key; made, put into the log and into the folder at the first start."""
        if not self.key_file.exists():
            if self.folder.key() is not None:
                raise NotaryError(f"{self.key_file} is gone, and {self.folder.path} was made with it: restore it.")
            keep_key(self.key_file, fresh_key(self.name))
        key = load_key(self.key_file)
        if self.folder.key() is None:
            await self.store.log.state(NOTARY_KEY, key.public.id.hex(), succession(key.public, None), once=True)
            self.folder.keep_key(key.public)
        return key

    async def _hand_over(self, old: PrivateKey, new: PrivateKey) -> Vouched:
        """Any of these steps can be the last before a crash: the next start takes them again."""
        if old.public != new.public:
            await self._checkpoint(old)
            says = succession(new.public, old)
            await self.store.log.state(NOTARY_KEY, new.public.id.hex(), says, once=True)
            made = await self._checkpoint(old, new)
            keep_key(self.key_file, new)
        else:
            made = await self._checkpoint(new)
        self._next.unlink()
        return made

    async def _checkpoint(self, *keys: PrivateKey) -> Vouched:
        first = self.folder.key() or keys[0].public
        known = await known_keys(first, self.store.log.lines(NOTARY_KEY))
        for key in keys:
            if key.public not in known:
                raise NotaryError(
                    f"No entry of the log names the key in {self.key_file}: the entry was taken out, "
                    "or the key is another log's."
                )
        before = self.folder.published(known)
        found = await check_entries(self.store.database, before)
        if found.faults:
            raise NotaryError(
                f"The log is not what was vouched for, so no checkpoint is made. {found.faults[0].shown}."
            )
        for witness in self.witnesses:
            self._refuse_other_past(witness, known, found.leaves)
        if before.checkpoints and before.checkpoints[-1].size == found.size:
            newest = before.checkpoints[-1]
            made = Vouched(newest, self.folder.note_of(newest), fresh=False)
        else:
            checkpoint = Checkpoint(self.name, found.size, found.root)
            made = Vouched(checkpoint, signed(checkpoint.text, *keys), fresh=True)
        for folder in (self.folder, *self.witnesses):
            folder.keep_key(first)
            folder.publish(made.note, made.checkpoint, found.leaves)
        return made

    def _refuse_other_past(self, witness: LogFolder, known: Sequence[PublicKey], leaves: Sequence[bytes]) -> None:
        """A witness remembers what store and notary may both have forgotten."""
        held = witness.published(known)
        for one in held.checkpoints:
            if one.size > len(leaves) or root(leaves[: one.size]) != one.root:
                raise NotaryError(
                    f"The log is not what the witness {witness.path} holds, so no checkpoint is made: "
                    f"its checkpoint of {one.size} entries is of another past."
                )
        if held.refused:
            raise NotaryError(f"The witness {witness.path} holds a checkpoint of no key of this log: {held.refused[0]}")
