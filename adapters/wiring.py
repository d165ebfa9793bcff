"""What every process opens: keys, clinic files, store and server. What only workers need is in `working.py`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.runtime import Runtime

from adapters.chairs.scheduler import OutsideSlots, Scheduler
from adapters.chairs.slots import ClinicSlots, SlotBook
from adapters.clinic.files import Clinic, load_clinic
from adapters.clinic.page_texts import PageTexts, load_page_texts
from adapters.clinic.texts import ClinicTexts, load_texts
from adapters.identity.signing import Signer
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.store import Store
from adapters.temporal.plugin import connect


@dataclass(frozen=True)
class Application:
    """Everything that is opened once in a process."""

    settings: Settings
    ring: KeyRing
    clinic: Clinic
    texts: ClinicTexts
    page_texts: PageTexts
    store: Store
    client: Client
    signer: Signer

    @property
    def home_site(self) -> str:
        """The site that is meant where none was named: that of the settings, or the clinic's first."""
        return self.settings.site or next(iter(self.clinic.sites))

    @property
    def slots(self) -> SlotBook:
        """Who keeps the chairs: the scheduler that the settings name, or this clinic's store."""
        url, token = self.settings.scheduler_url, self.settings.scheduler_token
        if url is not None and token is not None:
            return OutsideSlots(Scheduler(url, token.get_secret_value()))
        return ClinicSlots(self.clinic, self.store.slots)


@asynccontextmanager
async def open_store(settings: Settings, ring: KeyRing | None = None) -> AsyncIterator[Store]:
    """The store alone, brought to its newest tables."""
    ring = ring or KeyRing.load_or_create(settings.key_ring_file)
    async with Store.open(settings.store_url.get_secret_value(), ring) as store:
        await store.migrate()
        yield store


@asynccontextmanager
async def open_application(
    settings: Settings, *, client: Client | None = None, ring: KeyRing | None = None, runtime: Runtime | None = None
) -> AsyncIterator[Application]:
    """Open keys, clinic files, store and server, in this order; each failure is one sentence of its own error."""
    ring = ring or KeyRing.load_or_create(settings.key_ring_file)
    clinic = load_clinic(settings.clinic_folder)
    texts = load_texts(settings.clinic_folder, clinic.sites)
    page_texts = load_page_texts(settings.clinic_folder, clinic.instruments)
    async with open_store(settings, ring) as store:
        server = client or await connect(settings, ring, runtime=runtime)
        signer = Signer(ring, await store.installation.secret())
        yield Application(settings, ring, clinic, texts, page_texts, store, server, signer)
