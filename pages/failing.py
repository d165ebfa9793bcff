"""Failures as answers: a status, and one sentence that says what is wrong and what would be right."""

from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from adapters.identity.refusals import IdentityError
from pages.guarding import SAFE
from pages.twins import render
from services.errors import Kind
from services.failures import EXPECTED, kind_of

log = structlog.get_logger(__name__)

STATUS = {
    Kind.INPUT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    Kind.UNREACHABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Kind.REFUSED: HTTPStatus.CONFLICT,
}
OURS = "Something went wrong here, and nothing of what you sent was kept: try again, or tell ops."
NO_PAGE = "There is no such page: go on from the worklist."
UNREADABLE = "The address or the form holds something that cannot be meant: {}."


def install(web: FastAPI) -> None:
    """Answer every failure."""
    web.add_exception_handler(IdentityError, _sign_in_first)
    for expected in EXPECTED:
        if expected is not IdentityError:
            web.add_exception_handler(expected, _expected)
    web.add_exception_handler(RequestValidationError, _unreadable)
    web.add_exception_handler(HTTPException, _http)
    web.add_exception_handler(Exception, _ours)


def is_machine(request: Request) -> bool:
    """Whether whoever asks reads JSON."""
    return request.url.path.endswith(".json") or request.url.path.startswith("/api/")


def failed(request: Request, status: int, sentence: str) -> Response:
    """The sentence, as JSON for machines and as a page for people."""
    sentence = sentence[0].upper() + sentence[1:]
    if is_machine(request):
        return JSONResponse({"error": sentence}, status_code=status)
    return render(request, "failed.html", status, sentence=sentence)


async def _sign_in_first(request: Request, error: Exception) -> Response:
    if is_machine(request) or request.method not in SAFE:
        return failed(request, HTTPStatus.UNAUTHORIZED, str(error))
    if "hx-request" in request.headers:
        return Response(headers={"HX-Refresh": "true"})
    return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", HTTPStatus.SEE_OTHER)


async def _expected(request: Request, error: Exception) -> Response:
    return failed(request, STATUS[kind_of(error)], str(error))


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = sorted({str(fault["loc"][-1]) for fault in error.errors()})
    return failed(request, HTTPStatus.UNPROCESSABLE_ENTITY, UNREADABLE.format(", ".join(fields)))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    gone = error.status_code == HTTPStatus.NOT_FOUND
    return failed(request, error.status_code, NO_PAGE if gone else str(error.detail))


async def _ours(request: Request, error: Exception) -> Response:
    log.error("a page failed", path=request.scope.get("route", None) and request.scope["route"].path, exc_info=error)
    return failed(request, HTTPStatus.INTERNAL_SERVER_ERROR, OURS)
