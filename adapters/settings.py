"""Every option of the program, read from ST_* variables and from .env."""

import os
import re
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import URL
from typing_extensions import override

PREFIX = "ST_"
ADDRESS = r"^[^\s:]+:\d{1,5}$"
FUNCTION = r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"
SENDER = r"\+[0-9]{7,15}|[0-9]{5,6}|MG[0-9a-fA-F]{32}"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Channel(StrEnum):
    """How messages leave the clinic."""

    MAILBOX = "mailbox"
    EMAIL = "email"


class LogLevel(StrEnum):
    """The least severe line that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a log line is drawn."""

    AUTO = "auto"
    JSON = "json"
    PRETTY = "pretty"


class SettingsError(Exception):
    """One sentence that names the variable which is wrong."""


def data_folder_of(options: dict[str, Any]) -> Path:
    """The data folder among options that were already read."""
    folder: Path = options.get("data_folder", Path("var"))
    return folder


def sqlite_url(file: Path) -> str:
    """The URL of a SQLite file, whatever letters its path has."""
    return URL.create("sqlite+aiosqlite", database=str(file)).render_as_string(hide_password=False)


class Settings(BaseSettings):
    """The options; each is ST_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="forbid", frozen=True)

    data_folder: Path = Field(Path("var"), description="Folder that holds all that the program keeps on this machine.")
    clinic_folder: Path = Field(Path("clinic"), description="Folder with clinic.toml, protocols, instruments, texts.")
    key_ring_file: Path = Field(
        default_factory=lambda options: data_folder_of(options) / "keys.json",
        description="File with the encryption keys, mode 0600. Default: keys.json in the data folder.",
    )
    store_url: SecretStr = Field(
        default_factory=lambda options: SecretStr(sqlite_url(data_folder_of(options) / "store.db")),
        description="SQLAlchemy URL of the store. Default: the SQLite file store.db in the data folder.",
    )
    log_name: str = Field(
        "structured-treatments/log",
        pattern=r"^[^\s+]+$",
        description="Name of this clinic's log in checkpoints, such as clinic.example/log.",
    )
    notary_key_file: Path = Field(
        default_factory=lambda options: data_folder_of(options) / "notary.key",
        description="File with the notary's key, mode 0600. Default: notary.key in the data folder; better elsewhere.",
    )
    notary_folder: Path = Field(
        default_factory=lambda options: data_folder_of(options) / "notary",
        description="Where the notary keeps checkpoints and hashes of the log. Default: notary in the data folder.",
    )
    witness_folder: Path | None = Field(
        None, description="Folder of a witness, such as a disk of somebody else's, for checkpoints and hashes."
    )
    witness_addresses: str = Field("", description="E-mail addresses that get each checkpoint, separated by commas.")
    namespace: str = Field("default", min_length=1, description="Temporal namespace, unless TEMPORAL_NAMESPACE is set.")
    temporal_api_key_file: Path | None = Field(
        None, description="File with the API key for the Temporal server, in place of TEMPORAL_API_KEY."
    )
    task_queue: str = Field(
        "courses",
        pattern=r"^[A-Za-z0-9_-]{1,100}$",
        description="Task queue of the workers, and the name of their Temporal deployment.",
    )
    site: str | None = Field(None, description="Site of people who name none. Default: the first in clinic.toml.")
    channel: Channel = Field(Channel.MAILBOX, description="How messages leave: files in a folder, or e-mail.")
    mailbox_folder: Path = Field(
        default_factory=lambda options: data_folder_of(options) / "mailbox",
        description="Where the mailbox channel writes messages. Default: mailbox in the data folder.",
    )
    smtp_host: str | None = Field(None, description="Mail server; needed when the channel is e-mail.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_user: str | None = Field(None, description="Account at the mail server, when it asks for one.")
    smtp_password: SecretStr | None = Field(None, description="Password of that account.")
    smtp_from: str | None = Field(None, description="Address that messages come from; needed for e-mail.")
    smtp_starttls: bool = Field(default=True, description="Whether to refuse a mail server without STARTTLS.")
    sms_url: str | None = Field(
        None, description="Text messages: base URL of a service that speaks Twilio's API. Default: none are sent."
    )
    sms_account: str | None = Field(None, description="Account at that service (AccountSid); needed with its URL.")
    sms_token: SecretStr | None = Field(None, description="Token of that account; it also proves inbound posts.")
    sms_from: str | None = Field(None, description="Number, or MessagingServiceSid, that text messages come from.")
    sms_webhook_url: str | None = Field(
        None, description="Public URL at which that service reaches `starter.py webhook`; without it, no receipts."
    )
    email_channel: Annotated[str, Field(pattern=FUNCTION)] | None = Field(
        None, description="module:function that opens a channel of your own for e-mail. Default: as ST_CHANNEL says."
    )
    sms_channel: Annotated[str, Field(pattern=FUNCTION)] | None = Field(
        None, description="module:function that opens a channel of your own for text messages. Default: ST_SMS_URL."
    )
    patient_url: str | None = Field(
        None, description="Public URL at which patients reach the pages; without it, letters ask them to call."
    )
    webhook_address: str = Field(
        "127.0.0.1:8085", pattern=ADDRESS, description="host:port where `starter.py webhook` listens."
    )
    scheduler_url: str | None = Field(
        None, description="Base URL of an outside scheduler that keeps the chairs. Default: the store keeps them."
    )
    scheduler_token: SecretStr | None = Field(None, description="Token for that scheduler; needed with its URL.")
    amendment_days: int = Field(30, ge=0, le=3650, description="Days after closing in which a course can be amended.")
    log_level: LogLevel = Field(LogLevel.INFO, description="The least severe line that is logged.")
    log_format: LogFormat = Field(LogFormat.AUTO, description="auto: pretty on a terminal, JSON elsewhere.")
    metrics_address: Annotated[str, Field(pattern=ADDRESS)] | None = Field(
        None, description="host:port where a worker serves Prometheus metrics. Default: none."
    )
    graceful_shutdown_seconds: int = Field(
        20, ge=1, le=3600, description="Seconds that a stopping worker gives its running activities."
    )
    max_cached_workflows: int = Field(1000, ge=2, description="Courses that a worker keeps in memory.")
    max_concurrent_workflow_tasks: int = Field(
        20,
        ge=2,
        description="Courses that a worker advances at once, so that a restart does not replay all.",
    )

    @field_validator(
        "data_folder", "clinic_folder", "key_ring_file", "mailbox_folder", "notary_key_file", "notary_folder",
        "witness_folder", "temporal_api_key_file",
    )  # fmt: skip
    @classmethod
    def home_is_known(cls, path: Path | None) -> Path | None:
        """A path that begins with ~ lies in the home folder, in .env too."""
        return path.expanduser() if path else None

    @model_validator(mode="after")
    def email_is_complete(self) -> Self:
        """E-mail needs a server and a sender."""
        for name in ("smtp_host", "smtp_from"):
            if self.channel is Channel.EMAIL and not getattr(self, name):
                raise ValueError(f"{variable(name)} is needed when {variable('channel')} is 'email'")
        return self

    @model_validator(mode="after")
    def sms_is_complete(self) -> Self:
        """Text messages need an account, its token and a sender, and no wire that others can read."""
        if self.sms_url is None:
            return self
        for name in ("sms_account", "sms_token", "sms_from"):
            if not getattr(self, name):
                raise ValueError(f"{variable(name)} is needed when {variable('sms_url')} is set")
        for name in ("sms_url", "sms_webhook_url"):
            if getattr(self, name) and not is_private_url(getattr(self, name)):
                raise ValueError(f"{variable(name)} begins with https://, or http:// on this machine itself")
        if not re.fullmatch(SENDER, self.sms_from or ""):
            number = "a number such as +12125550100, or a MessagingServiceSid"
            raise ValueError(f"{variable('sms_from')} is {number}: a name cannot be answered STOP")
        return self

    @model_validator(mode="after")
    def scheduler_is_complete(self) -> Self:
        """A scheduler needs a token, and no wire that others can read."""
        if self.scheduler_url is None:
            return self
        if not self.scheduler_token:
            raise ValueError(f"{variable('scheduler_token')} is needed when {variable('scheduler_url')} is set")
        if not is_private_url(self.scheduler_url):
            raise ValueError(f"{variable('scheduler_url')} begins with https://, or http:// on this machine itself")
        return self

    @model_validator(mode="after")
    def patients_are_safe(self) -> Self:
        """Patients' pages have no wire that others can read."""
        if self.patient_url is not None and not is_private_url(self.patient_url):
            raise ValueError(f"{variable('patient_url')} begins with https://, or http:// on this machine itself")
        return self


class SealedSettings(Settings):
    """What is given, and defaults: no environment variable and no file counts."""

    @classmethod
    @override
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def is_private_url(url: str) -> bool:
    """Whether a URL has a host and no query, and goes over TLS or stays on this machine."""
    try:
        parts = urlsplit(url)
        port_fits = parts.port != 0
    except ValueError:
        return False
    whole = bool(parts.hostname) and port_fits and not (parts.query or parts.fragment or parts.username)
    return whole and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def variable(name: str) -> str:
    """The environment variable of an option."""
    return f"{PREFIX}{name.upper()}"


def load_settings(env_file: Path | None = Path(".env"), **options: Any) -> Settings:
    """The settings of this process; raises SettingsError in one sentence, quoting no value."""
    unknown = next((name for name in sorted(os.environ) if is_unknown(name)), None)
    if unknown is not None:
        raise SettingsError(f"{unknown} in the environment is not a setting: {nearest(unknown)}.")
    try:
        return Settings(_env_file=env_file, **options)
    except ValidationError as error:
        raise SettingsError(sentence(error)) from None


def is_unknown(name: str) -> bool:
    """Whether a variable of the environment looks like a setting and is none."""
    return name.upper().startswith(PREFIX) and name.upper() not in {variable(one) for one in Settings.model_fields}


def nearest(name: str) -> str:
    """Which setting may have been meant."""
    close = get_close_matches(name.upper(), [variable(one) for one in Settings.model_fields], 1)
    return f"did you mean {close[0]}" if close else ".env.example lists them all"


def sentence(error: ValidationError) -> str:
    """The first fault, with the variable it is in."""
    fault = error.errors(include_input=False, include_url=False)[0]
    if not fault["loc"]:
        return f"{fault['msg'].removeprefix('Value error, ')}."
    name = str(fault["loc"][0])
    if fault["type"] == "extra_forbidden":
        return f"{name.upper()} in .env is not a setting: {nearest(name)}."
    return f"{variable(name)} is wrong: {fault['msg'][0].lower()}{fault['msg'][1:]}."
