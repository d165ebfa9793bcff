"""What stands before every page: headers, where a post comes from, how large it may be."""

import hmac
from collections.abc import Awaitable, Callable
from hashlib import sha256
from http import HTTPStatus

from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

COOKIE = "st_session"
LARGEST_POST_BYTES = 256 * 1024
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer; see OWASP's Secure Headers Project."""

Next = Callable[[Request], Awaitable[Response]]


def install(web: FastAPI) -> None:
    """Look at each request before a page sees it, and at each answer before it leaves."""
    web.middleware("http")(_guard)


def form_key(request: Request) -> str:
    """What a form of this sign-in carries, so that no other page can post in its name."""
    token = request.cookies.get(COOKIE, "")
    return hmac.digest(token.encode(), b"form", sha256).hex() if token else ""


def carries_key(request: Request, given: str) -> bool:
    """Whether a form was made for whoever posts it."""
    return hmac.compare_digest(form_key(request).encode(), given.encode("utf-8", "replace"))


async def _guard(request: Request, call_next: Next) -> Response:
    refused = _refused(request)
    answer = await call_next(request) if refused is None else refused
    answer.headers.update(HEADERS)
    if not request.url.path.startswith("/static/"):
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _refused(request: Request) -> Response | None:
    """Why a post is not let through, or None."""
    if request.method in SAFE:
        return None
    size = request.headers.get("content-length", "")
    if not size.isdigit():
        return _plain(HTTPStatus.LENGTH_REQUIRED, "A request says how long it is: send Content-Length.")
    if int(size) > LARGEST_POST_BYTES:
        return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is too much text for one request: send less.")
    if not _from_here(request):
        return _plain(HTTPStatus.FORBIDDEN, "This form was sent from another site: open the page here, and send it.")
    return None


def _from_here(request: Request) -> bool:
    """Whether a browser says that the post comes from these pages; what is no browser says nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or origin.split("://")[-1] == request.headers.get("host")


def _plain(status: HTTPStatus, sentence: str) -> Response:
    return PlainTextResponse(sentence, status_code=status)
