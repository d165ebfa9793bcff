"""The one place where ports meet their adapters: the activities of a worker, and what the proof stands on."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from activities.archive import Archivist
from activities.calendar import Calendars
from activities.ports import Channel, Medium
from activities.proof import Prover
from activities.reassessment import Reassessment
from activities.reminders import Messenger
from adapters.channels.email import Email, MailServer
from adapters.channels.mailbox import Mailbox
from adapters.channels.own import opened
from adapters.channels.sms import Sms, SmsService
from adapters.clinic.calendars import ClinicSites
from adapters.evidence import ClinicEvidence
from adapters.questionnaires import questionnaires
from adapters.settings import Channel as ChannelName
from adapters.settings import Settings, variable
from adapters.temporal.histories import ServerHistories
from adapters.wiring import Application
from workflows.course import TreatmentCourse
from workflows.proof import NightlyProof
from workflows.sweep import ArchiveSweep

STATUS = "/status"
"""Where the webhook takes receipts, below its public URL."""

WORKFLOWS: tuple[type, ...] = (TreatmentCourse, ArchiveSweep, NightlyProof)


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
