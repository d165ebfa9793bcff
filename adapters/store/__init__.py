"""The store: who is who, what was sent, what came in, who looked, what has ended; SQLite or PostgreSQL."""

from types import TracebackType
from typing import Self

from adapters.keyring import KeyRing
from adapters.store.archive import Archive
from adapters.store.chairs.slots import SlotLedger
from adapters.store.chairs.waitlist import WaitList
from adapters.store.database import Database
from adapters.store.drugs.chart import ChartLedger
from adapters.store.drugs.ledger import DrugLedger
from adapters.store.drugs.log import DrugLog
from adapters.store.errors import StoreDownError, StoreError
from adapters.store.installation import Installation
from adapters.store.log.book import LogBook
from adapters.store.messages.inbox import Inbox
from adapters.store.messages.questionnaires import Questionnaires
from adapters.store.messages.receipts import Receipts
from adapters.store.messages.sends import SendLedger
from adapters.store.migrating import migrate
from adapters.store.people.access import AccessLog
from adapters.store.people.contacts import ContactBook
from adapters.store.people.directory import Directory
from adapters.store.people.oncall import Roster
from adapters.store.people.signing_keys import SigningKeys
from adapters.store.people.signins import SignIns
from adapters.store.people.staff import StaffList
from adapters.store.people.tries import Tries

__all__ = ["Store", "StoreDownError", "StoreError"]


class Store:
    """One noun each; every write is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.installation = Installation(database)
        self.directory = Directory(database)
        self.contacts = ContactBook(database)
        self.staff = StaffList(database)
        self.signins = SignIns(database)
        self.tries = Tries(database)
        self.signing_keys = SigningKeys(database)
        self.oncall = Roster(database)
        self.sends = SendLedger(database)
        self.receipts = Receipts(database)
        self.inbox = Inbox(database)
        self.questionnaires = Questionnaires(database)
        self.access = AccessLog(database)
        self.archive = Archive(database)
        self.drugs = DrugLedger(database)
        self.drug_log = DrugLog(database)
        self.chart = ChartLedger(database)
        self.slots = SlotLedger(database)
        self.waitlist = WaitList(database)
        self.log = LogBook(database)

    @classmethod
    def open(cls, url: str, ring: KeyRing) -> Self:
        """The store at a URL, `sqlite:///file` or `postgresql://...`; nothing is read before it is used."""
        return cls(Database(url, ring))

    async def migrate(self) -> None:
        """Make or renew the tables; any number of programs may do this at once."""
        await migrate(self.database)
        await self.log.take_in()

    async def close(self) -> None:
        """Close every connection."""
        await self.database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
