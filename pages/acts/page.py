"""The page of one act: its form, the answer of the service, and what is said again where it was refused."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from course.actions import PERMISSIONS
from course.model.terms import Action
from pages.acts import beside, care, visits
from pages.acts.form import ActForm
from pages.failing import STATUS
from pages.signing_in import Posting, Staff
from pages.twins import Twins, render
from services.errors import Kind, ServiceError
from services.failures import EXPECTED, kind_of
from services.reading.meanwhile import refuse_if_changed
from services.reading.one_course import CourseShown, shown_course
from services.reading.what_if import Supposing, WhatIf
from services.session import new_request_id
from services.typed.times import shown

FORMS: dict[Action, ActForm] = {one.action: one for one in (*care.FORMS, *visits.FORMS, *beside.FORMS)}
"""Every form, by its act."""

SEEN = re.compile("[0-9]{1,9}")
"""The last entry of the course that a form was made from."""


@dataclass(frozen=True)
class AskedField:
    """One field as it is drawn."""

    name: str
    label: str
    input: str
    help: str
    required: bool
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AskedAct:
    """The form of an act for one course, with what was typed."""

    course: str
    name: str = field(repr=False)
    born: str = field(repr=False)
    title: str
    follows: str
    button: str
    reason: bool
    reason_owed: bool
    dated: bool
    second: bool
    request_id: str
    seen: int
    beside: tuple[tuple[str, str], ...]
    fields: tuple[AskedField, ...]
    typed: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Ahead:
    """What an act would do: how it would be answered, and what would come (`+`) and not come (`-`)."""

    sentence: str
    warnings: tuple[str, ...]
    changes: tuple[tuple[str, str, str, str], ...]


def install(web: FastAPI, _: Twins) -> None:
    """Add the pages of all acts."""
    path = "/courses/{course}/acts/{action}"
    web.add_api_route(path, ask, methods=["GET"], include_in_schema=False)
    web.add_api_route(path, done, methods=["POST"], include_in_schema=False)


async def ask(request: Request, at: Staff, course: str, action: Action) -> Response:
    """The form, with what the address suggests, such as a visit."""
    typed = {name: value for name, value in request.query_params.items() if name in {"session", "item", "about"}}
    return await _form(request, at, course, _known(action), typed)


async def done(request: Request, at: Posting, course: str, action: Action) -> Response:
    """Do the act, and go back to the course; or say in one sentence why not, with what was typed."""
    form = _known(action)
    typed = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    try:
        if typed.get("look") == "yes":
            looking = Supposing.instead_of(at)
            await form.send(looking, course, typed, form.request(typed))
            return await _form(request, at, course, form, typed, ahead=_ahead(looking.found))
        if SEEN.fullmatch(seen := typed.get("seen", "")):
            await refuse_if_changed(at, course, int(seen))
        receipt = await form.send(at, course, typed, form.request(typed))
    except EXPECTED as why:
        return await _form(request, at, course, form, typed, why=str(why), status=STATUS[kind_of(why)])
    return RedirectResponse(f"/courses/{course}?done={receipt.entry}", HTTPStatus.SEE_OTHER)


async def _form(
    request: Request,
    at: Staff,
    course: str,
    form: ActForm,
    typed: dict[str, str],
    *,
    why: str = "",
    status: int = 200,
    ahead: Ahead | None = None,
) -> Response:
    found = await shown_course(at, course)
    return render(request, "act.html", status, view=_asked(form, found, typed), why=_sentence(why), ahead=ahead)


def _ahead(found: list[WhatIf]) -> Ahead:
    """What the act would do, in words; an act on several courses of a patient looks at the first."""
    first, zone = found[0], found[0].record.zone
    lines = tuple((sign, shown(zone, one.at), one.kind, one.text) for sign, one in first.changes)
    return Ahead(first.receipt.sentence, first.receipt.warnings, lines)


def _asked(form: ActForm, found: CourseShown, typed: dict[str, str]) -> AskedAct:
    record, patient = found.record, found.patient
    return AskedAct(
        course=record.course_id,
        name=patient.name if patient is not None else "",
        born=patient.birth_date.isoformat() if patient is not None else "",
        title=form.title,
        follows=form.follows,
        button=form.button,
        reason=PERMISSIONS[form.action].reason or form.reasoned,
        reason_owed=PERMISSIONS[form.action].reason,
        dated=form.dated,
        second=form.second,
        request_id=typed.get("request_id") or new_request_id(),
        seen=record.entry_count,
        beside=tuple(form.beside(record)) if form.beside is not None else (),
        fields=tuple(
            AskedField(one.name, one.label, one.input.value, one.help, one.required, tuple(one.offered(record)))
            for one in form.fields
        ),
        typed={name: value for name, value in typed.items() if "passphrase" not in name},
    )


def _known(action: Action) -> ActForm:
    if action not in FORMS:
        raise NoFormError(f"{action.replace('_', ' ')} is nothing that staff do here: go on from the course")
    return FORMS[action]


def _sentence(why: str) -> str:
    """A refusal as a page says it: without the options of the command line."""
    plain = why.removeprefix("refused: ").replace("and add --sure if it is so", "and tick that it is so")
    return plain[:1].upper() + plain[1:]


class NoFormError(ServiceError):
    """There is no such form."""

    kind = Kind.INPUT
