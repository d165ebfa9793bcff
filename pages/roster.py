"""The roster: every open course, filtered, with addresses that stay good and a file for a spreadsheet."""

import csv
import io
from dataclasses import astuple, dataclass, fields
from typing import Annotated, Any

from fastapi import FastAPI, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from course.model.terms import NeedKind, Phase
from pages.signing_in import Posting, Staff
from pages.twins import Twins, render
from services.errors import ServiceError
from services.reading.course_list import CourseFilter, ListedCourse, course_list
from services.typed.times import shown

A_PAGE, MOST = 50, 10_000
NAME_MOST = 200


class Asked(BaseModel):
    """The filter as an address says it; a name never stands in an address."""

    model_config = ConfigDict(extra="forbid")

    phase: Phase | None = None
    protocol: Annotated[str, Field(max_length=64)] = ""
    site: Annotated[str, Field(max_length=64)] = ""
    need: NeedKind | None = None
    held: bool | None = None
    mine: bool = False
    most: Annotated[int, Field(ge=1, le=MOST)] = A_PAGE

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_is_empty(cls, given: Any) -> Any:
        """A form sends what nobody chose as an empty word."""
        return {name: value for name, value in given.items() if value != ""} if isinstance(given, dict) else given

    def filter(self, name: str = "") -> CourseFilter:
        """What the services ask for, and one row more, so that it is known whether there are more."""
        return CourseFilter(
            self.phase, self.protocol, self.site, self.need, self.held, self.mine, name=name, most=self.most + 1
        )


@dataclass(frozen=True)
class RosterRow:
    """One open course."""

    course: str
    name: str
    born: str
    mrn: str
    protocol: str
    site: str
    where: str
    needs: str
    due: str
    next_visit: str
    reads: str


@dataclass(frozen=True)
class Roster:
    """The open courses that match, and what a filter may say."""

    asked: Asked
    rows: tuple[RosterRow, ...]
    more: bool
    protocols: tuple[str, ...]
    sites: tuple[str, ...]
    phases: tuple[Phase, ...] = tuple(one for one in Phase if one is not Phase.CLOSED)
    kinds: tuple[NeedKind, ...] = tuple(NeedKind)
    why: str = ""


def install(web: FastAPI, twins: Twins) -> None:
    """Add the page, the search by name, and the file."""
    web.add_api_route("/roster.csv", roster_csv, methods=["GET"], tags=["pages"], response_class=Response)
    web.add_api_route("/roster", search, methods=["POST"], include_in_schema=False)
    twins.add("/roster", roster, "roster.html")


async def roster(at: Staff, asked: Annotated[Asked, Query()]) -> Roster:
    """Open courses, what is due soonest first."""
    return _roster(at, asked, await course_list(at, asked.filter()))


async def search(request: Request, at: Posting, name: Annotated[str, Form(max_length=NAME_MOST)] = "") -> Response:
    """Open courses of the patients whom a name, a birth date or an MRN fits; posted, so that no address holds it."""
    why, found = "", []
    try:
        found = await course_list(at, Asked().filter(name))
    except ServiceError as nobody:
        why = str(nobody)
    return render(request, "roster.html", view=_roster(at, Asked(), found, why), name=name)


async def roster_csv(at: Staff, asked: Annotated[Asked, Query()]) -> Response:
    """The same as a file for a spreadsheet, all of it."""
    found = await course_list(at, asked.model_copy(update={"most": MOST}).filter())
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow([one.name for one in fields(RosterRow)])
    out.writerows([_harmless(cell) for cell in astuple(_row(at, one))] for one in found)
    kept = {"Content-Disposition": 'attachment; filename="roster.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=kept)


def _roster(at: Staff, asked: Asked, found: list[ListedCourse], why: str = "") -> Roster:
    clinic = at.app.clinic
    rows = tuple(_row(at, one) for one in found[: asked.most])
    return Roster(asked, rows, len(found) > asked.most, tuple(clinic.protocols), tuple(clinic.sites), why=why)


def _row(at: Staff, listed: ListedCourse) -> RosterRow:
    row, card, patient, zone = listed.row, listed.row.card, listed.patient, at.site_zone(listed.row.site)
    return RosterRow(
        course=row.course_id,
        name=listed.name,
        born=patient.birth_date.isoformat() if patient is not None else "",
        mrn=patient.mrn if patient is not None else "",
        protocol=card.short if card is not None and card.short else row.protocol,
        site=row.site,
        where=listed.wrong or (card.where if card is not None else ""),
        needs=", ".join(one.replace("_", " ") for one in row.needs),
        due=shown(zone, row.need_due),
        next_visit=shown(zone, row.next_session),
        reads=card.reads if card is not None else "",
    )


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; see OWASP, CSV Injection."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
