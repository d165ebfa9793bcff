"""Signing in and out, and who has signed in."""

from http import HTTPStatus
from secrets import token_urlsafe
from typing import Annotated

from fastapi import Depends, FastAPI, Form, Request
from starlette.responses import RedirectResponse, Response

from adapters.brake import KNOWN_FOR, Place
from adapters.identity.refusals import IdentityError
from adapters.identity.sign_in import LEFT_ALONE_FOR, SIGNED_IN_FOR, account_of, end_sign_in, in_use, sign_in
from adapters.identity.signers import Signers
from adapters.wiring import Application
from pages.guarding import COOKIE, carries_key
from pages.twins import Twins, render
from services.courses import Courses
from services.errors import NotAllowedError
from services.session import StaffSession

HOME = "/"
DEVICE = "st_device"
"""Tells a browser in which somebody has signed in before from any other; it lets nobody in."""

BY_ITSELF = "st-by-itself"
"""The header of what a page asks for without anybody at it."""


def install(web: FastAPI, _: Twins) -> None:
    """Add the pages."""
    web.add_api_route("/sign-in", _ask, methods=["GET"], include_in_schema=False)
    web.add_api_route("/sign-in", _let_in, methods=["POST"], include_in_schema=False)
    web.add_api_route("/sign-out", _let_out, methods=["POST"], include_in_schema=False)


async def staff(request: Request) -> StaffSession:
    """Whoever has signed in; raises IdentityError."""
    app: Application = request.app.state.application
    now = request.app.state.clock()
    token = request.cookies.get(COOKIE, "")
    looked_in = account_of if BY_ITSELF in request.headers else in_use
    account = await looked_in(app.store, token, now)
    signers = Signers.signed_in(app.store, account.account_id, token)
    place = _place(request, request.cookies.get(DEVICE) or token)
    request.state.at = at = StaffSession(app, account, Courses(app, signers), now, place)
    return at


async def posting(request: Request, at: Annotated[StaffSession, Depends(staff)]) -> StaffSession:
    """Whoever has signed in and posts a form that was made for them; raises NotAllowedError."""
    given = (await request.form()).get("form_key", "")
    if not isinstance(given, str) or not carries_key(request, given):
        raise NotAllowedError("this form is of an earlier sign-in: open the page again, and send it from there")
    return at


Staff = Annotated[StaffSession, Depends(staff)]
Posting = Annotated[StaffSession, Depends(posting)]


async def _ask(request: Request, next: str = HOME) -> Response:  # noqa: A002  the word in the address
    return render(request, "sign_in.html", next=_here(next))


async def _let_in(
    request: Request,
    account: Annotated[str, Form(max_length=64)] = "",
    passphrase: Annotated[str, Form(max_length=512)] = "",
    next: Annotated[str, Form(max_length=512)] = HOME,  # noqa: A002
) -> Response:
    app: Application = request.app.state.application
    device = request.cookies.get(DEVICE) or token_urlsafe()
    try:
        now, place = request.app.state.clock(), _place(request, device)
        token = await sign_in(app.store, account.strip(), passphrase, now, place, good_for=LEFT_ALONE_FOR)
    except IdentityError as why:
        return render(request, "sign_in.html", HTTPStatus.UNAUTHORIZED, next=_here(next), account=account, why=str(why))
    answer = RedirectResponse(_here(next), HTTPStatus.SEE_OTHER)
    for name, value, good_for in ((COOKIE, token, SIGNED_IN_FOR), (DEVICE, device, KNOWN_FOR)):
        answer.set_cookie(
            name,
            value,
            max_age=int(good_for.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
    return answer


def _place(request: Request, device: str) -> Place:
    """From where somebody types a passphrase: this browser, known by its cookie, or an address."""
    return Place(device, "" if request.client is None else request.client.host)


async def _let_out(request: Request, at: Posting) -> Response:
    await end_sign_in(at.app.store, request.cookies.get(COOKIE, ""), at.now)
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def _here(path: str) -> str:
    """A page of these, whatever was asked for."""
    return path if path.startswith("/") and not path.startswith("//") and "\\" not in path else HOME
