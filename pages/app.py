"""All pages of a clinic as one ASGI application."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from adapters.wiring import Application
from pages import (
    courses,
    day,
    enrol,
    escalation,
    failing,
    guarding,
    intake,
    patients,
    roster,
    signing_in,
    tables,
    worklist,
)
from pages.acts import page as acts
from pages.twins import Twins

STATIC = Path(__file__).parent / "static"


def _clock() -> datetime:
    return datetime.now(UTC)


def pages(app: Application, clock: Callable[[], datetime] = _clock) -> FastAPI:
    """The pages over an opened application; `clock` is what they take as now."""
    web = FastAPI(
        title="Structured Treatments", version="1", docs_url=None, redoc_url=None, openapi_url="/openapi.json"
    )
    web.state.application, web.state.clock = app, clock
    guarding.install(web)
    failing.install(web)
    twins = Twins(web)
    for room in (signing_in, worklist, roster, day, enrol, acts, intake, escalation, tables, courses, patients):
        room.install(web, twins)
    web.mount("/static", StaticFiles(directory=STATIC), name="static")
    return web
