"""The intake of a course: every gate with its answer, and several answered at once."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import FastAPI, Form, Request
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.responses import RedirectResponse, Response

from course.model.terms import GateAnswer
from course.rules.clearance import why_not_clear
from course.rules.gates import gate_problems
from pages.failing import STATUS
from pages.signing_in import Posting, Staff
from pages.twins import Twins, render
from services.errors import InputError
from services.failures import EXPECTED, kind_of
from services.gates import answer_gates
from services.reading.one_course import shown_course
from services.session import ActRequest, new_request_id
from services.typed.times import shown


@dataclass(frozen=True)
class GateRow:
    """One gate, its answer, and whether it stands against treatment now."""

    gate: str
    text: str
    kind: str
    by: str
    answer: str
    since: str
    expires: str
    detail: str
    against: bool
    mine: bool


@dataclass(frozen=True)
class Intake:
    """The gates of a course, and what stands against clearance."""

    course: str
    name: str
    born: str
    phase: str
    gates: tuple[GateRow, ...]
    against: tuple[str, ...]
    request_id: str
    answers: tuple[str, ...] = tuple(GateAnswer)


class Typed(BaseModel):
    """Gates that are ticked, and what is said of them."""

    model_config = ConfigDict(extra="forbid")

    form_key: str = ""
    gate: tuple[str, ...] = ()
    answer: GateAnswer | None = None
    detail: Annotated[str, Field(max_length=2_000)] = ""
    when: Annotated[str, Field(max_length=64)] = ""
    request_id: Annotated[str, Field(max_length=64)] = ""

    @field_validator("answer", mode="before")
    @classmethod
    def _chosen(cls, value: object) -> object:
        return value or None


def install(web: FastAPI, twins: Twins) -> None:
    """Add the page."""
    web.add_api_route("/courses/{course}/intake", answer, methods=["POST"], include_in_schema=False)
    twins.add("/courses/{course}/intake", intake, "intake.html")


async def intake(at: Staff, course: str) -> Intake:
    """Every gate of the protocol in its order."""
    found = await shown_course(at, course)
    record, patient, zone = found.record, found.patient, found.record.zone
    against = {one.gate for one in gate_problems(record, at.now)}
    rows = []
    for gate in record.protocol.gates:
        state = record.gates.get(gate.id)
        rows.append(
            GateRow(
                gate=gate.id,
                text=gate.text,
                kind=gate.kind,
                by=" or ".join(gate.by),
                answer="" if state is None else state.answer,
                since="" if state is None else shown(zone, state.since),
                expires="" if state is None else shown(zone, state.expires),
                detail="" if state is None else state.detail or state.reason,
                against=gate.id in against,
                mine=at.account.role in gate.by,
            )
        )
    return Intake(
        course=record.course_id,
        name=patient.name if patient is not None else "",
        born=patient.birth_date.isoformat() if patient is not None else "",
        phase=record.phase,
        gates=tuple(rows),
        against=why_not_clear(record, at.now),
        request_id=new_request_id(),
    )


async def answer(request: Request, at: Posting, course: str, typed: Annotated[Typed, Form()]) -> Response:
    """Answer the gates that are ticked, all or none."""
    asked = ActRequest("gate", at=typed.when, reason=typed.detail, request_id=typed.request_id)
    try:
        if typed.answer is None:
            raise InputError("choose an answer for what is ticked")
        await answer_gates(at, course, ",".join(typed.gate), typed.answer, asked, detail=typed.detail)
    except EXPECTED as why:
        view = await intake(at, course)
        status = STATUS[kind_of(why)]
        return render(request, "intake.html", status, view=view, why=str(why).removeprefix("refused: "))
    return RedirectResponse(f"/courses/{course}/intake", HTTPStatus.SEE_OTHER)
