"""The one place where ports meet their adapters: worker, command line, simulation and tests are all built here."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.runtime import Runtime

from activities.archive import Archivist
from activities.calendar import Calendars
from activities.ports import Channel, Medium
from activities.proof import Prover
from activities.reassessment import Reassessment
from activities.reminders import Messenger
from adapters.chairs.scheduler import OutsideSlots, Scheduler
from adapters.chairs.slots import ClinicSlots, SlotBook
from adapters.channels.email import Email, MailServer
from adapters.channels.mailbox import Mailbox
from adapters.channels.own import opened
from adapters.channels.sms import Sms, SmsService
from adapters.clinic.calendars import ClinicSites
from adapters.clinic.files import Clinic, load_clinic
from adapters.clinic.page_texts import PageTexts, load_page_texts
from adapters.clinic.texts import ClinicTexts, load_texts
from adapters.evidence import ClinicEvidence
from adapters.identity.signing import Signer
from adapters.keyring import KeyRing
from adapters.questionnaires import questionnaires
from adapters.settings import Channel as ChannelName
from adapters.settings import Settings, variable
from adapters.store import Store
from adapters.temporal.histories import ServerHistories
from adapters.temporal.plugin import connect
from workflows.course import TreatmentCourse
from workflows.proof import NightlyProof
from workflows.sweep import ArchiveSweep

STATUS = "/status"
"""Where the webhook takes receipts, below its public URL."""

WORKFLOWS: tuple[type, ...] = (TreatmentCourse, ArchiveSweep, NightlyProof)


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


def course_activities(app: Application, channels: Mapping[Medium, Channel] | None = None) -> list[Callable[..., Any]]:
    """The activities of a worker, over this house's ports."""
    store = app.store
    channels = channels or channels_of(app.settings)
    messenger = Messenger(
        ledger=store.sends,
        contacts=store.contacts,
        oncall=store.oncall,
        texts=app.texts,
        channels=channels,
    )
    asking = questionnaires(store.questionnaires, app.ring, app.page_texts, app.settings.patient_url)
    archivist = Archivist(ServerHistories(app.client), store.archive)
    calendars = Calendars(ClinicSites(app.clinic))
    prover = Prover(evidence_of(app), channels)
    return [
        messenger.send_message,
        Reassessment(messenger, asking).ask_for_questionnaires,
        messenger.give_up_message,
        archivist.archive_run,
        archivist.unarchived_runs,
        calendars.take_calendar,
        prover.prove_nobody_is_missing,
    ]


def evidence_of(app: Application) -> ClinicEvidence:
    """What the proof stands on, for the nightly run and for the command."""
    settings = app.settings
    kept = settings.witness_folder or (settings.notary_folder if settings.notary_folder.is_dir() else None)
    return ClinicEvidence(
        app.client,
        app.ring,
        app.store,
        app.clinic,
        slots=app.slots,
        task_queue=settings.task_queue,
        checkpoints=() if kept is None else (kept,),
    )


def channels_of(settings: Settings) -> dict[Medium, Channel]:
    """How messages leave, as the settings say; a medium that is not there becomes a call."""
    channels: dict[Medium, Channel] = {Medium.EMAIL: _own("email_channel", settings) or _email(settings)}
    own = _own("sms_channel", settings)
    if own is not None:
        channels[Medium.SMS] = own
    elif settings.sms_url is not None and settings.sms_token is not None:
        service = SmsService(
            url=settings.sms_url,
            account=settings.sms_account or "",
            token=settings.sms_token.get_secret_value(),
            sender=settings.sms_from or "",
            status_url=f"{settings.sms_webhook_url.rstrip('/')}{STATUS}" if settings.sms_webhook_url else "",
        )
        channels[Medium.SMS] = Sms(service)
    return channels


def _own(name: str, settings: Settings) -> Channel | None:
    named: str | None = getattr(settings, name)
    return None if named is None else opened(variable(name), named, settings)


def _email(settings: Settings) -> Channel:
    if settings.channel is ChannelName.MAILBOX:
        return Mailbox(Path(settings.mailbox_folder))
    password = settings.smtp_password
    server = MailServer(
        host=settings.smtp_host or "",
        port=settings.smtp_port,
        sender=settings.smtp_from or "",
        starttls=settings.smtp_starttls,
        user=settings.smtp_user,
        password=password.get_secret_value() if password is not None else None,
    )
    return Email(server)
