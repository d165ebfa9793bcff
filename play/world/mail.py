"""Mail of a scenario: it goes to the mailbox folder, unless it is told to refuse an address."""

from hashlib import sha256
from pathlib import Path

from activities.ports import Channel, Letter, Medium, NotAcceptedError
from adapters.settings import Settings
from adapters.working import channels_of


class Post:
    """Refuses the addresses that have a file in the folder `refused`; another process may write it."""

    def __init__(self, channel: Channel, refused: Path) -> None:
        self.channel, self.refused = channel, refused

    async def deliver(self, letter: Letter) -> str:
        """Hand the letter on, or refuse it before anything went out."""
        if _flag(self.refused, letter.to).exists():
            raise NotAcceptedError("The mail server does not take the address now.")
        return await self.channel.deliver(letter)


def refuse(folder: Path, address: str, *, yes: bool) -> None:
    """Let mail to an address be refused, or taken again."""
    refused = folder / "refused"
    refused.mkdir(parents=True, exist_ok=True)
    if yes:
        _flag(refused, address).touch()
    else:
        _flag(refused, address).unlink(missing_ok=True)


def mail_of(settings: Settings) -> dict[Medium, Channel]:
    """The channels of the settings, each of which can be made to refuse."""
    refused = settings.data_folder / "refused"
    return {medium: Post(channel, refused) for medium, channel in channels_of(settings).items()}


def _flag(folder: Path, address: str) -> Path:
    return folder / sha256(address.encode()).hexdigest()[:16]
