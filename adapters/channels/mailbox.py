"""A folder of messages, for a clinic that only tries things out."""

import asyncio
import os
import secrets
from pathlib import Path

from activities.ports import Letter
from adapters.channels.mime import mime

FROM = "messages@clinic.invalid"


class Mailbox:
    """One .eml file a letter, named by its opaque id; the same letter again takes the place of the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def deliver(self, letter: Letter) -> str:
        """Write the letter all at once; the file is as old as the letter."""
        await asyncio.to_thread(self._write, letter)
        return letter.id

    def _write(self, letter: Letter) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{letter.id}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(mime(letter, FROM).as_bytes())
            file.flush()
            os.fsync(file.fileno())
        at = letter.as_of.timestamp()
        os.utime(draft, (at, at))
        draft.replace(self.folder / f"{letter.id}.eml")
