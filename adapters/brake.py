"""How long somebody waits after wrong passphrases: longer each time, and never so that all are kept out.

Tries count by account and place. A place is known for an account once a right passphrase was typed there: it waits for
its own wrong ones alone, however many come from elsewhere. After OWASP's device cookies.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

FREE = 5
"""So many wrong ones cost no time. [set]"""

FIRST_WAIT = timedelta(seconds=1)
KNOWN_MOST = timedelta(minutes=1)
"""The longest wait at a known place: a colleague there who guesses keeps nobody out for long. [set]"""

STRANGE_MOST = timedelta(minutes=15)
"""The longest wait at any other place. [set]"""

PRESSED_FROM = 20
PRESSED_WAIT = timedelta(seconds=30)
"""After so many wrong ones from strange places, each strange place waits so long before each of its tries. [set]"""

COUNTED_FOR = timedelta(hours=1)
"""So long what was typed for an account elsewhere, or for others here, makes a strange place wait. [set]"""

FORGOTTEN_AFTER = timedelta(days=1)
KNOWN_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Place:
    """From where somebody signs in: a machine or a browser that may be known, else an address."""

    device: str = ""
    address: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """How the store knows both; where one is not told, the other stands for it."""
        return _name("device", self.device or self.address), _name("address", self.address or self.device)


@dataclass(frozen=True)
class Tried:
    """Wrong tries of an account at a place, and at all strange places; how many accounts were tried wrongly there."""

    here: int
    account: int
    accounts: int
    known: bool


def wait_of(tried: Tried) -> timedelta:
    """How long after the last try the next one is looked at."""
    if tried.known:
        return _growing(tried.here, KNOWN_MOST)
    pressed = PRESSED_WAIT if tried.account >= PRESSED_FROM else timedelta()
    return max(pressed, _growing(tried.here, STRANGE_MOST), _growing(tried.accounts, PRESSED_WAIT))


def _growing(wrong: int, most: timedelta) -> timedelta:
    if wrong < FREE:
        return timedelta()
    return min(FIRST_WAIT * (1 << min(wrong - FREE, 20)), most)


def _name(kind: str, value: str) -> str:
    return sha256(f"{kind}\0{value}".encode()).hexdigest()
