"""What a command stands on: its options, the settings, and who has signed in."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec

from cyclopts import Parameter

from adapters.identity.sign_in import account_of
from adapters.identity.signers import Signers
from adapters.identity.token_file import kept_token
from adapters.settings import Settings, SettingsError, load_settings
from adapters.wiring import open_application
from cli.output import CODES, OK, answer, as_json, complain, read_passphrase
from services.courses import Courses
from services.failures import EXPECTED, kind_of
from services.session import ActRequest, StaffSession, TypedTimes, sentence
from services.signatures import Signature
from services.visits.freed_chairs import perform_freeing

Params = ParamSpec("Params")
Times = Mapping[str, TypedTimes]
Second = Annotated[str, Parameter(help="account of a second person, who enters a passphrase here")]


@Parameter(name="*")
@dataclass(frozen=True)
class OutputOptions:
    """How the answer is printed."""

    json: Annotated[bool, Parameter(negative="", help="print one JSON value, errors too")] = False


@Parameter(name="*")
@dataclass(frozen=True)
class SureOptions(OutputOptions):
    """How a change of the lists is asked for."""

    sure: Annotated[bool, Parameter(negative="", help="go on although nobody, or no prescriber, is there then")] = False


@Parameter(name="*")
@dataclass(frozen=True)
class ActOptions(OutputOptions):
    """What every act may say."""

    at: Annotated[str, Parameter(help="when it happened, if not now: 2026-11-20 09:00 is the clinic's clock")] = ""
    reason: Annotated[str, Parameter(help="why; acts that override or end something need one")] = ""
    sure: Annotated[bool, Parameter(negative="", help="a value far from what is expected was looked at again")] = False
    request_id: Annotated[str, Parameter(help="the id of an earlier try, to ask again safely")] = ""

    def request(
        self, action: str, *, times: Times | None = None, second: Signature | None = None, **details: Any
    ) -> ActRequest:
        """An act with these options."""
        return ActRequest(action, details, times or {}, self.at, self.reason, self.sure, self.request_id, second)


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
        token = kept_token(token_file(settings))
        account = await account_of(app.store, token, now)
        yield StaffSession(app, account, Courses(app, Signers.signed_in(app.store, account.account_id, token)), now)


def command(work: Callable[Params, Coroutine[Any, Any, int]]) -> Callable[Params, int]:
    """Run an async command; every failure that a person can mend is one sentence and an exit code."""

    @wraps(work)
    def run(*args: Params.args, **kwargs: Params.kwargs) -> int:
        json_ = any(getattr(one, "json", False) for one in (*args, *kwargs.values()))
        try:
            return asyncio.run(work(*args, **kwargs))
        except EXPECTED as error:
            return complain(str(error), CODES[kind_of(error)], json_=json_)

    return run


def signature(account: str) -> Signature | None:
    """The signature of a second person, who types the passphrase now; None where nobody is named."""
    return Signature(account, read_passphrase(f"Passphrase of {account}: ")) if account else None


async def act(
    course: str, options: ActOptions, action: str, *, times: Times | None = None, second: str = "", **details: Any
) -> int:
    """Do one act as whoever has signed in, and print its receipt; `times` are typed on the clinic's clock."""
    return await act_as(course, options, options.request(action, times=times, second=signature(second), **details))


async def act_as(course: str, options: OutputOptions, request: ActRequest) -> int:
    """Do one act as it is asked for, and print its receipt."""
    async with staff_session() as at:
        receipt = await at.perform(course, request)
    return answer(receipt, sentence(receipt), json_=options.json)


async def act_freeing(
    course: str, options: ActOptions, action: str, *, times: Times | None = None, **details: Any
) -> int:
    """Do one act and print its receipt, with who could come instead."""
    async with staff_session() as at:
        freed = await perform_freeing(at, course, options.request(action, times=times, **details))
    if options.json:
        waiting = [{"free": one.slot.begins, "course": one.course, "session": one.session} for one in freed.offers]
        as_json({**freed.receipt.model_dump(mode="json"), **({"waiting": waiting} if waiting else {})})
    else:
        print("\n".join([sentence(freed.receipt), *(f"  {one.sentence(freed.zone)}" for one in freed.offers)]))
    return OK
