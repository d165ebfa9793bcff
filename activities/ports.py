"""What the messenger needs of the world: a ledger, addresses, people on call, texts, channels."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from course.model.messages import SendOrder
from course.model.terms import OccasionState, Role


class Medium(StrEnum):
    """How a message reaches a person."""

    EMAIL = "email"
    SMS = "sms"


class NotAcceptedError(Exception):
    """The channel did not take the message: it is certain that nothing went out, and it may be tried again."""


class RefusedForGoodError(Exception):
    """The channel refuses this message or this address, now and later."""


class UnknownDeliveryError(Exception):
    """The channel was lost after the message was handed over: nobody knows whether it went out."""


@dataclass(frozen=True)
class CalendarInvite:
    """A visit for the recipient's calendar; `uid` is opaque and stays, `sequence` rises, a cancelled one leaves it."""

    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    cancelled: bool
    summary: str = field(repr=False)
    place: str = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """One message to one address; `id` is opaque and the same each time that it is tried."""

    id: str
    medium: Medium
    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    sender: str
    as_of: datetime
    invites: tuple[CalendarInvite, ...] = ()


class Channel(Protocol):
    """Hands letters over to the world."""

    async def deliver(self, letter: Letter) -> str:
        """The channel's own id of the letter; raises one of the three errors above."""
        ...


@dataclass(frozen=True)
class Contact:
    """Where a patient is reached."""

    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    language: str = "en"
    preferred: Medium = Medium.EMAIL

    def address(self, medium: Medium) -> str:
        """The address for one medium, empty where there is none."""
        return self.email if medium is Medium.EMAIL else self.phone


class Contacts(Protocol):
    """Looks addresses up at send time."""

    async def of(self, patient_id: str) -> Contact | None:
        """Where the patient is reached, or None."""
        ...


@dataclass(frozen=True)
class Person:
    """One of the staff, on call."""

    account_id: str
    name: str
    role: Role
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    language: str = ""

    def address(self, medium: Medium) -> str:
        """The address for one medium, empty where there is none."""
        return self.email if medium is Medium.EMAIL else self.phone


class OnCall(Protocol):
    """Knows who answers for a site."""

    async def people(self, site: str, at: datetime) -> tuple[Person, ...]:
        """Who is on call at an instant, in the order in which they are told."""
        ...

    async def person(self, account: str, at: datetime) -> Person | None:
        """One of the staff who can be told at an instant, on call or not; None for who is disabled or on leave."""
        ...


@dataclass(frozen=True)
class Written:
    """A message's words, for either medium; a text message has room for the first `sms_parts` of its matters.

    `visit` and `place` are what a calendar shows.
    """

    sender: str
    subject: str = field(repr=False)
    body: str = field(repr=False)
    sms: str = field(repr=False)
    visit: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    sms_parts: int = 1_000


class TextError(Exception):
    """A text and the facts that it is given do not fit; the sentence names placeholders, never values."""


class Texts(Protocol):
    """Turns kinds and facts into words."""

    def written(self, order: SendOrder, link: str = "") -> Written:
        """The one message that all parts of the order make, with the page where it is answered; raises TextError."""
        ...


class Questionnaires(Protocol):
    """Pages on which patients answer."""

    async def open(self, order: SendOrder, at: datetime) -> str:
        """The address of the page for what the order asks, the same at each try; empty where no page is served."""
        ...


@dataclass(frozen=True)
class SendStatus:
    """Where a message stands in the ledger; `letter` is the order's key under which an occasion was written."""

    letter: str
    state: OccasionState
    channel: str = ""
    reason: str = ""
    to: Person | None = None


class Ledger(Protocol):
    """Remembers what became of every message; each call is one committed transaction."""

    async def standing(self, course_id: str, occasions: Sequence[str]) -> dict[str, SendStatus]:
        """For each occasion that was ever taken up, the message that it was last part of."""
        ...

    async def begin(self, order: SendOrder, letter: Letter, to: Person | None, at: datetime) -> int | None:
        """Commit that the letter is about to be handed over; how often that was unclear, or None if it may not."""
        ...

    async def put_back(self, order: SendOrder, reason: str, at: datetime) -> None:
        """Commit that nothing went out and that it may be tried again."""
        ...

    async def settle(self, order: SendOrder, standing: SendStatus, at: datetime, provider_id: str = "") -> None:
        """Commit what became of the message; the words of a letter that was begun are kept."""
        ...
