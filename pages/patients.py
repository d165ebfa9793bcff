"""Pages of patients: a questionnaire behind a link, one question a screen; opening a link changes nothing."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, FastAPI, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from adapters.clinic.page_texts import ENGLISH, PageFile
from adapters.clinic.wording.facts import said_of
from adapters.wiring import Application
from pages.twins import Twins, render
from services.errors import InputError
from services.replies.answers import Asked, Closed, LinkError, asked, keep, send

SKIPPED = "skip"


async def _asked(request: Request, token: Annotated[str, Path(max_length=64)]) -> Asked:
    """What the link asks; raises LinkError."""
    return await asked(_app(request), token, request.app.state.clock())


Link = Annotated[Asked, Depends(_asked)]


@dataclass(frozen=True)
class Screen:
    """What every screen says: the words of its language, filled in for the site that asks."""

    words: dict[str, str]
    language: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Given:
    """One question with what was answered, as words."""

    number: int
    item: str
    answer: str = field(repr=False)


def install(web: FastAPI, _: Twins) -> None:
    """Add the pages."""
    web.add_exception_handler(LinkError, _closed)
    path = "/q/{token}"
    web.add_api_route(path, welcome, methods=["GET"], include_in_schema=False)
    web.add_api_route(f"{path}/check", check, methods=["GET"], include_in_schema=False)
    web.add_api_route(f"{path}/check", done, methods=["POST"], include_in_schema=False)
    web.add_api_route(f"{path}/{{number}}", question, methods=["GET"], include_in_schema=False)
    web.add_api_route(f"{path}/{{number}}", answered, methods=["POST"], include_in_schema=False)


async def welcome(request: Request, token: str, found: Link) -> Response:
    """What awaits the patient; nothing changes by looking."""
    return _screen(
        request, found, token, "welcome", started=found.next_question > 0, next=_where(found, found.next_question)
    )


async def question(request: Request, token: str, found: Link, number: int) -> Response:
    """One question with its answers."""
    if not 0 <= number <= found.next_question or number >= len(found.questions):
        return _to(token, found.next_question, found)
    return _question(request, found, token, number)


async def answered(
    request: Request, token: str, found: Link, number: int, answer: Annotated[str, Form(max_length=8)] = ""
) -> Response:
    """Keep an answer and go on to the next question, or back to the check where all are answered."""
    if answer != SKIPPED and not answer.isdecimal():
        return _question(request, found, token, number, why=found.texts.pages.choose)
    try:
        given = await keep(_app(request), found, number, None if answer == SKIPPED else int(answer))
    except InputError:
        return _to(token, found.next_question, found)
    return _to(token, sum(len(one) for one in given.values()), found)


async def check(request: Request, token: str, found: Link) -> Response:
    """Every answer, before it is sent."""
    if found.next_question < len(found.questions):
        return _to(token, found.next_question, found)
    return _screen(request, found, token, "check", given=_given(request, found))


async def done(request: Request, token: str, found: Link) -> Response:
    """Send, and say what was sent."""
    try:
        sent = await send(_app(request), found, request.app.state.clock())
    except InputError:
        return _to(token, found.next_question, found)
    return _screen(request, found, token, "sent", given=_given(request, found), sent=sent)


async def _closed(request: Request, error: Exception) -> Response:
    """The page that says kindly why a link opens nothing."""
    assert isinstance(error, LinkError)
    app = _app(request)
    texts = app.page_texts.get(error.language) or app.page_texts[ENGLISH]
    screen = Screen(_words(app, texts, error.site), texts.language, "")
    status = HTTPStatus.SERVICE_UNAVAILABLE if error.why is Closed.LATER else HTTPStatus.NOT_FOUND
    return _render(request, screen, "closed", status, sentence=screen.words[error.why])


def _question(request: Request, found: Asked, token: str, number: int, *, why: str = "") -> Response:
    asked_now = found.questions[number]
    scale = _app(request).clinic.instruments[asked_now.instrument]
    values = found.answered.get(asked_now.instrument, [])
    before = str(values[asked_now.item]) if asked_now.item < len(values) else ""
    words = asked_now.wording.answers
    numbers = range(round(scale.item_min), round(scale.item_max) + 1)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if why else HTTPStatus.OK
    return _screen(
        request,
        found,
        token,
        "question",
        status,
        number=number,
        of=len(found.questions),
        wording=asked_now.wording,
        item=asked_now.wording.items[asked_now.item],
        answers=[(str(one), words[one - numbers[0]] if words else str(one)) for one in numbers],
        before=SKIPPED if before == "None" else before,
        why=why,
    )


def _given(request: Request, found: Asked) -> list[Given]:
    """Every question with its answer in words."""
    rows = []
    for number, one in enumerate(found.questions):
        value = found.answered[one.instrument][one.item]
        least = round(_app(request).clinic.instruments[one.instrument].item_min)
        words = one.wording.answers
        said = found.texts.pages.no_answer if value is None else words[value - least] if words else str(value)
        rows.append(Given(number, one.wording.items[one.item], said))
    return rows


def _to(token: str, number: int, found: Asked) -> Response:
    """On to a question, or to the check after the last."""
    return RedirectResponse(f"/q/{token}/{_where(found, number)}", HTTPStatus.SEE_OTHER)


def _where(found: Asked, number: int) -> str:
    return str(number) if number < len(found.questions) else "check"


def _screen(
    request: Request, found: Asked, token: str, name: str, status: int = HTTPStatus.OK, **shown: object
) -> Response:
    screen = Screen(_words(_app(request), found.texts, found.site), found.texts.language, token)
    return _render(request, screen, name, status, **shown)


def _render(request: Request, screen: Screen, name: str, status: int, **shown: object) -> Response:
    return render(request, f"patients/{name}.html", status, screen=screen, words=screen.words, **shown)


def _words(app: Application, texts: PageFile, site: str) -> dict[str, str]:
    """The page's words with the site's facts; a question's own numbers are filled in by its template."""
    place = app.clinic.sites.get(site) or app.clinic.sites[app.home_site]
    facts = {**said_of(place), "number": "{number}", "of": "{of}", "when": "{when}"}
    return {name: str(text).format(**facts) for name, text in texts.pages.model_dump().items()}


def _app(request: Request) -> Application:
    app: Application = request.app.state.application
    return app
