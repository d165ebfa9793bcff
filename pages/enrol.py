"""Enrolling a patient: one form, and what names alike say about it."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from pages.failing import STATUS
from pages.signing_in import Posting, Staff
from pages.twins import Twins, render
from services.failures import EXPECTED, kind_of
from services.people.enrolment import EnrolmentRequest, PatientDetails, birth_date, enrol
from services.session import StaffSession

TICKS = ("email_consent", "sms_consent", "new", "beside", "sure")


def install(web: FastAPI, _: Twins) -> None:
    """Add the page."""
    web.add_api_route("/enrol", ask, methods=["GET"], include_in_schema=False)
    web.add_api_route("/enrol", begin, methods=["POST"], include_in_schema=False)


async def ask(request: Request, at: Staff) -> Response:
    """The form, empty."""
    return _form(request, at, {})


async def begin(request: Request, at: Posting) -> Response:
    """Enrol, and go to the course; or say in one sentence why not, with what was typed."""
    typed = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    try:
        found = await enrol(at, _asked(at, typed))
    except EXPECTED as why:
        return _form(request, at, typed, why=str(why), status=STATUS[kind_of(why)])
    return RedirectResponse(f"/courses/{found.course_id}/intake", HTTPStatus.SEE_OTHER)


def _asked(at: StaffSession, typed: dict[str, str]) -> EnrolmentRequest:
    """What was typed; raises InputError."""

    def said(name: str) -> str:
        return typed.get(name, "").strip()

    ticked = {name: typed.get(name) == "yes" for name in TICKS}
    details = PatientDetails(
        said("name"),
        birth_date(said("born"), at.now.date()),
        said("mrn"),
        said("email"),
        said("phone"),
        said("language"),
        email_consent=ticked["email_consent"],
        sms_consent=ticked["sms_consent"],
    )
    return EnrolmentRequest(
        details,
        said("protocol"),
        said("site"),
        said("owner"),
        said("zone"),
        said("patient"),
        new=ticked["new"],
        beside=ticked["beside"],
        reason=said("reason"),
        sure=ticked["sure"],
    )


def _form(request: Request, at: StaffSession, typed: dict[str, str], *, why: str = "", status: int = 200) -> Response:
    clinic = at.app.clinic
    offered: dict[str, Any] = {
        "protocols": [(one.id, one.title) for one in clinic.protocols.values()],
        "sites": [(one.id, one.name) for one in clinic.sites.values()],
        "languages": [(one, one) for one in at.app.texts.languages],
    }
    return render(request, "enrol.html", status, typed=typed, why=why, **offered)
