"""One view, two faces: a page for people, and beside it at `.json` the same for machines."""

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.templating import Jinja2Templates
from starlette.responses import HTMLResponse, Response

from pages import words
from pages.guarding import form_key
from pages.rooms import rooms_for
from services.session import StaffSession

TEMPLATES = Jinja2Templates(directory=Path(__file__).parent / "templates")
TEMPLATES.env.trim_blocks = TEMPLATES.env.lstrip_blocks = True
words.install(TEMPLATES.env)
TEMPLATES.env.globals["rooms_for"] = rooms_for

Read = Callable[..., Awaitable[Any]]


class Twins:
    """Adds each page twice: `read` takes what FastAPI finds in the request and gives a dataclass."""

    def __init__(self, web: FastAPI) -> None:
        self.web = web

    def add(self, path: str, read: Read, template: str) -> None:
        """Serve `read` as JSON at `PATH.json` and, through the template, as HTML at `PATH`."""
        twin = "/worklist.json" if path == "/" else f"{path}.json"
        self.web.add_api_route(twin, read, methods=["GET"], tags=["pages"], summary=(read.__doc__ or "").split(".")[0])
        self.web.add_api_route(path, _html(read, template), methods=["GET"], include_in_schema=False)


def render(request: Request, template: str, status: int = 200, /, **context: Any) -> HTMLResponse:
    """A template, with who has signed in where somebody has."""
    at: StaffSession | None = getattr(request.state, "at", None)
    known = {"at": at, "form_key": form_key(request), "path": request.url.path, "query": request.url.query}
    return TEMPLATES.TemplateResponse(request, template, {**known, **context}, status_code=status)


def _html(read: Read, template: str) -> Callable[..., Awaitable[Response]]:
    """The same function for people; FastAPI reads its parameters as those of `read`, and the request beside them."""

    @wraps(read)
    async def page(request: Request, **given: Any) -> Response:
        return render(request, template, view=await read(**given))

    own = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in inspect.signature(read).parameters.values()]
    first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    page.__signature__ = inspect.Signature([first, *own])  # type: ignore[attr-defined]
    return page
