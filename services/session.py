"""Somebody who has signed in, and what they ask a course to do."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from adapters.brake import Place
from adapters.clinic.files import snapshot
from adapters.identity.licences import expired
from adapters.identity.personal_keys import PersonalKey
from adapters.identity.token_file import this_machine
from adapters.store import StoreDownError
from adapters.store.people.access import Access
from adapters.store.people.staff import Account
from adapters.wiring import Application
from course.actions import PERMISSIONS
from course.acts.catalogue import ACT, Act
from course.model.calendar import Zone
from course.model.messages import Receipt
from course.model.terms import Action
from services.courses import CourseError, Courses, RefusedError, UnknownOutcomeError
from services.errors import InputError, NotAllowedError, ServiceError
from services.permissions import USES, Use
from services.signatures import Signature, second_signer
from services.typed.naming import course_named
from services.typed.times import instant

DONE = "What was asked is done all the same: do not repeat it."
"""What is said where a change stands, and only the access log could not be written."""


TypedTimes = str | tuple[str, ...] | None
"""One time as typed, several, or none."""


@dataclass(frozen=True)
class ActRequest:
    """An act as it is asked for: `at` and `times` are typed, on the clinic's clock; `details` are the act's own fields.

    `sure` says that a value far from what is expected was looked at again; `request_id` is that of an earlier try;
    `second` signs beside whoever has signed in.
    """

    action: str
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)
    times: Mapping[str, TypedTimes] = field(default_factory=dict)
    at: str = ""
    reason: str = field(default="", repr=False)
    sure: bool = False
    request_id: str = ""
    second: Signature | None = None


@dataclass(frozen=True)
class StaffSession:
    """The application, opened, with somebody signed in."""

    app: Application
    account: Account
    courses: Courses
    now: datetime
    place: Place = field(default_factory=this_machine)

    async def course(self, typed: str) -> str:
        """The id of the course that is meant; raises ServiceError."""
        return await course_named(self.app.store.directory, typed)

    async def refuse_unless(self, use: Use, *, what: str = "", course_id: str = "") -> None:
        """Raise NotAllowedError for whoever may not, with what would be right; the access log has it as `what`."""
        permitted = USES[use]
        if self.account.role in permitted.roles:
            return
        sentence = f"the role {self.account.role} may not {use}: {permitted.right}"
        await self.log_access(course_id, f"refused {what or use}", done=f"It was refused: {sentence}.")
        raise NotAllowedError(sentence)

    def site(self, typed: str) -> str:
        """A site of the clinic; raises InputError that names them all."""
        sites = self.app.clinic.sites
        if typed not in sites:
            raise InputError(f"there is no site {typed}: {', '.join(sites)}")
        return typed

    async def zone(self, course_id: str) -> Zone:
        """The clinic's clock of a course; raises CourseError where there is none."""
        row = await self.app.store.directory.course(course_id)
        if row is None:
            raise CourseError(f"there is no course {course_id}: `starter.py list` shows them")
        return self.site_zone(row.site)

    def site_zone(self, site: str) -> Zone:
        """The clock of a site, as its clinic file says it today; of the first where the file does not name it."""
        sites = self.app.clinic.sites
        place = sites[site] if site in sites else next(iter(sites.values()))
        return snapshot(place, self.now, self.app.clinic.limits.calendar_years).zone

    async def log_access(self, course_id: str, what: str, *, done: str = "") -> None:
        """Write down that somebody looked, or did something; where the log cannot be written, `done` is still said."""
        try:
            await self.app.store.access.note(Access(self.account.account_id, what, self.now, course_id))
        except StoreDownError as down:
            raise StoreDownError(f"{down} {done}".strip()) from None

    async def perform(self, typed: str, request: ActRequest) -> Receipt:
        """One act, applied to the course that is meant; a refusal leaves no history, so the access log has it.

        Raises ServiceError, CourseError or StoreError; UnknownOutcomeError where nobody knows whether it was applied.
        """
        course_id, act, beside = await self.meant(typed, request)
        action = request.action
        try:
            with self.courses.signers.joined(beside):
                receipt = await self.courses.act(course_id, act)
        except RefusedError as refused:
            await self.log_access(course_id, f"refused {action}", done=f"The act was refused: {refused}")
            may = self.account.role in PERMISSIONS[Action(action)].roles
            raise (ServiceError if may else NotAllowedError)(f"refused: {refused}") from None
        except UnknownOutcomeError as unknown:
            await self.log_access(course_id, f"{action}, answer unknown", done=str(unknown))
            raise
        if late := expired(self.account, self.now.date()):
            receipt = receipt.with_(warnings=(*receipt.warnings, f"your {late}: tell ops"))
        await self.log_access(course_id, action, done=f"The act stands all the same: {sentence(receipt)}")
        return receipt

    async def meant(self, typed: str, request: ActRequest) -> tuple[str, Act, Mapping[str, PersonalKey]]:
        """The course and the act that are meant, and the key of a second person who signs; raises ServiceError."""
        course_id = await self.course(typed)
        zone = await self.zone(course_id)
        times = {"effective_at": request.at, **request.times}
        fields: dict[str, Any] = {name: _instants(said, zone, self.now) for name, said in times.items() if said}
        second = await second_signer(self.app, request.second, self.now, self.place)
        if second is not None:
            fields["second"] = second.actor
        return course_id, self.build(request, fields), {} if second is None else {second.actor.account_id: second.key}

    def build(self, request: ActRequest, fields: Mapping[str, Any] | None = None) -> Act:
        """The act that was meant; raises InputError naming the field that is wrong, never what was typed."""
        given = {name: value for name, value in {**request.details, **(fields or {})}.items() if value is not None}
        try:
            return ACT.validate_python(
                {
                    "action": request.action,
                    "request_id": request.request_id or new_request_id(),
                    "actor": self.account.actor(),
                    "made_at": self.now,
                    "reason": request.reason,
                    "sure": request.sure,
                    **given,
                }
            )
        except ValidationError as wrong:
            raise InputError(_fault(wrong)) from None


def new_request_id() -> str:
    """An id for a request that nobody has tried before."""
    return f"r-{secrets.token_hex(8)}"


def written_language(app: Application, language: str) -> str:
    """A language in which the clinic writes; raises InputError that names them all."""
    languages = app.texts.languages
    if language not in languages:
        raise InputError(f"--language is one that the clinic writes: {', '.join(languages)}")
    return language


def sentence(receipt: Receipt) -> str:
    """A receipt as people read it."""
    again = " (as answered before)" if receipt.repeated else ""
    warned = "".join(f"\n  note: {warning}" for warning in receipt.warnings)
    return f"{receipt.sentence}{again} [entry {receipt.entry}]{warned}"


def _instants(typed: str | tuple[str, ...], zone: Zone, now: datetime) -> datetime | tuple[datetime, ...]:
    if isinstance(typed, str):
        return instant(typed, zone, now)
    return tuple(instant(one, zone, now) for one in typed)


def _fault(wrong: ValidationError) -> str:
    """The first fault of an input in one sentence, quoting nothing that was typed."""
    fault = wrong.errors(include_input=False, include_url=False)[0]
    where = [str(part) for part in fault["loc"] if not str(part).isupper()][1:] or ["input"]
    text = fault["msg"].removeprefix("Value error, ")
    return f"--{' '.join(where).replace('_', '-')} is wrong: {text[0].lower()}{text[1:]}"
