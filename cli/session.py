"""What a command stands on: settings, the open house, and who has signed in."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec

from cyclopts import Parameter
from pydantic import ValidationError

from adapters.identity.licences import expired
from adapters.identity.sign_in import whoami
from adapters.settings import Settings, SettingsError, load_settings
from adapters.store import StoreDownError
from adapters.store.people.access import Access
from adapters.store.people.staff import Account
from adapters.wiring import Application, open_application
from cli.output import CODES, answer, complain
from course.actions import PERMISSIONS
from course.acts.catalogue import ACT, Act
from course.model.calendar import Zone
from course.model.messages import Receipt
from course.model.terms import Action
from services.courses import CourseError, Courses, RefusedError, UnknownOutcomeError
from services.errors import EXPECTED, InputError, NotAllowedError, ServiceError, kind_of
from services.typed.naming import course_named
from services.typed.times import instant

Said = ParamSpec("Said")

DONE = "What was asked is done all the same: do not repeat it."
"""What is said where a change stands, and only the access log could not be written."""


@Parameter(name="*")
@dataclass(frozen=True)
class OutputOptions:
    """How the answer is printed."""

    json: Annotated[bool, Parameter(negative="", help="print one JSON value, errors too")] = False


@Parameter(name="*")
@dataclass(frozen=True)
class ActOptions(OutputOptions):
    """What every act may say."""

    at: Annotated[str, Parameter(help="when it happened, if not now: 2026-11-20 09:00 is the clinic's clock")] = ""
    reason: Annotated[str, Parameter(help="why; acts that override or end something need one")] = ""
    sure: Annotated[bool, Parameter(negative="", help="a value far from what is expected was looked at again")] = False
    request_id: Annotated[str, Parameter(help="the id of an earlier try, to ask again safely")] = ""


@dataclass(frozen=True)
class StaffSession:
    """An open house with somebody signed in."""

    app: Application
    account: Account
    courses: Courses
    now: datetime

    async def course(self, typed: str) -> str:
        """The id of the course that is meant; raises ServiceError."""
        return await course_named(self.app.store.directory, typed)

    async def zone(self, course_id: str) -> Zone:
        """The clinic's clock of a course; raises CourseError where there is none."""
        row = await self.app.store.directory.course(course_id)
        if row is None:
            raise CourseError(f"there is no course {course_id}: `starter.py list` shows them")
        return self.site_zone(row.site)

    def site_zone(self, site: str) -> Zone:
        """The clock of a site, as its clinic file says it today; of the first where the file does not name it."""
        from adapters.clinic.files import snapshot  # noqa: PLC0415  only where a time was typed

        sites = self.app.clinic.sites
        place = sites[site] if site in sites else next(iter(sites.values()))
        return snapshot(place, self.now, self.app.clinic.limits.calendar_years).zone

    async def log_access(self, course_id: str, what: str, *, done: str = "") -> None:
        """Write down that somebody looked, or did something; where the log cannot be written, `done` is still said."""
        try:
            await self.app.store.access.note(Access(self.account.account_id, what, self.now, course_id))
        except StoreDownError as down:
            raise StoreDownError(f"{down} {done}".strip()) from None


def token_file(settings: Settings) -> Path:
    """Where a sign-in is kept."""
    return settings.data_folder / "token"


def here() -> Settings:
    """The settings of an installation that has been set up; raises SettingsError, and makes nothing, where none is."""
    settings = load_settings()
    if not settings.key_ring_file.exists():
        folder = settings.data_folder
        why = "has no keys" if folder.is_dir() else "does not exist"
        raise SettingsError(
            f"The data folder {folder} {why}: correct ST_DATA_FOLDER, or set an installation up with `starter.py up`."
        )
    return settings


@asynccontextmanager
async def staff_session() -> AsyncIterator[StaffSession]:
    """Open everything and see who has signed in."""
    settings = here()
    now = datetime.now(UTC)
    async with open_application(settings) as app:
        account = await whoami(app.store, token_file(settings), now)
        yield StaffSession(app, account, Courses(app), now)


def command(work: Callable[Said, Coroutine[Any, Any, int]]) -> Callable[Said, int]:
    """Run an async command; every failure that a person can mend is one sentence and an exit code."""

    @wraps(work)
    def run(*args: Said.args, **kwargs: Said.kwargs) -> int:
        json_ = any(getattr(one, "json", False) for one in (*args, *kwargs.values()))
        try:
            return asyncio.run(work(*args, **kwargs))
        except EXPECTED as error:
            return complain(str(error), CODES[kind_of(error)], json_=json_)

    return run


async def act(
    course_id: str, options: ActOptions, action: str, *, times: dict[str, str | None] | None = None, **said: Any
) -> int:
    """Do one act as whoever has signed in, and print its receipt; `times` are typed on the clinic's clock."""
    async with staff_session() as at:
        receipt = await perform(at, course_id, options, action, times=times or {}, said=said)
        return answer(receipt, sentence(receipt), json_=options.json)


async def perform(
    at: StaffSession,
    course_id: str,
    options: ActOptions,
    action: str,
    *,
    times: dict[str, str | None],
    said: dict[str, Any],
) -> Receipt:
    """One act, applied; a refusal leaves no history, so it is written into the access log."""
    course_id = await at.course(course_id)
    zone = await at.zone(course_id)
    said |= {name: instant(text, zone, at.now) for name, text in times.items() if text}
    if options.at:
        said["effective_at"] = instant(options.at, zone, at.now)
    built = build(at, action, options, said)
    try:
        receipt = await at.courses.act(course_id, built)
    except RefusedError as refused:
        await at.log_access(course_id, f"refused {action}", done=f"The act was refused: {refused}")
        may = at.account.role in PERMISSIONS[Action(action)].roles
        raise (ServiceError if may else NotAllowedError)(f"refused: {refused}") from None
    except UnknownOutcomeError as unknown:
        await at.log_access(course_id, f"{action}, answer unknown", done=str(unknown))
        raise
    if late := expired(at.account, at.now.date()):
        receipt = receipt.model_copy(update={"warnings": (*receipt.warnings, f"your {late}: tell ops")})
    await at.log_access(course_id, action, done=f"The act stands all the same: {sentence(receipt)}")
    return receipt


def written_language(at: StaffSession, language: str) -> str:
    """A language in which the clinic writes; raises ServiceError that names them all."""
    languages = at.app.texts.languages
    if language not in languages:
        raise InputError(f"--language is one that the clinic writes: {', '.join(languages)}")
    return language


def build(at: StaffSession, action: str, options: ActOptions, said: dict[str, Any]) -> Act:
    """The act that was meant; raises ServiceError naming the field that is wrong, never what was typed."""
    given = {name: value for name, value in said.items() if value is not None}
    request_id = options.request_id or f"r-{secrets.token_hex(8)}"
    try:
        return ACT.validate_python(
            {
                "action": action,
                "request_id": request_id,
                "actor": at.account.actor(),
                "made_at": at.now,
                "reason": options.reason,
                "sure": options.sure,
                **given,
            }
        )
    except ValidationError as wrong:
        raise InputError(sentence_of(wrong)) from None


def sentence_of(wrong: ValidationError) -> str:
    """The first fault of an input in one sentence, quoting nothing that was typed."""
    fault = wrong.errors(include_input=False, include_url=False)[0]
    where = [str(part) for part in fault["loc"] if not str(part).isupper()][1:] or ["input"]
    said = fault["msg"].removeprefix("Value error, ")
    return f"--{' '.join(where).replace('_', '-')} is wrong: {said[0].lower()}{said[1:]}"


def sentence(receipt: Receipt) -> str:
    """A receipt as people read it."""
    again = " (as answered before)" if receipt.repeated else ""
    warned = "".join(f"\n  note: {warning}" for warning in receipt.warnings)
    return f"{receipt.sentence}{again} [entry {receipt.entry}]{warned}"


def session_id(said: str) -> str:
    """A session as people name it, `4` or `s4`."""
    return f"s{said}" if said.isdigit() else said
