"""One course as a page: who, where it stands, what waits, comes and was."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import FastAPI

from audit.picture import Axis, curve
from course.actions import PERMISSIONS, may
from course.agenda.worklist import needs
from course.agenda.worklist_words import todo
from course.handlers.adverse_events import said
from course.model.need import Need
from course.model.record import CourseRecord
from course.model.terms import Action
from course.model.visit import Session
from course.rules.plausibility import years_old
from course.views.forecast import forecast
from pages.signing_in import Staff
from pages.twins import Twins
from pages.words import day
from pages.worklist import BUTTONS
from services.reading.course_words import order_of, reached_by, state_of
from services.reading.one_course import CourseShown, shown_course
from services.typed.times import shown

AHEAD, WEEK, HALF_DAY = timedelta(days=14), timedelta(days=7), timedelta(hours=12)
AHEAD_MOST, ENTRIES_MOST = 12, 60


@dataclass(frozen=True)
class Waiting:
    """One row of what waits for a person."""

    what: str
    due: str
    overdue: bool


@dataclass(frozen=True)
class Line:
    """One line of what comes or was: when, by whom or of which kind, what, and why."""

    at: str
    by: str
    text: str
    why: str = ""


@dataclass(frozen=True)
class Visit:
    """One column of the sessions grid."""

    session: str
    number: str
    at: str
    moved: bool
    status: str
    open: bool
    mg: str
    per_kg: str
    pressure: str
    peak: str
    measure: str
    comfort: str
    events: tuple[str, ...]
    messages: str


@dataclass(frozen=True)
class Course:
    """A course as a page."""

    course: str
    name: str
    born: str
    age: int | None
    mrn: str
    phase: str
    held: str
    protocol: str
    version: str
    site: str
    owner: str
    sentence: str
    order: str
    reached: str
    actions: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    ahead: tuple[Line, ...]
    sessions: tuple[Visit, ...]
    scores: tuple[Line, ...]
    entries: tuple[Line, ...]
    messages: tuple[Line, ...]
    curve: str
    done: str


def install(_: FastAPI, twins: Twins) -> None:
    """Add the page."""
    twins.add("/courses/{course}", course_page, "course.html")


async def course_page(at: Staff, course: str, done: int | None = None) -> Course:
    """Who, where the course stands, what waits for a person, what comes next, and everything so far.

    `done` is the number of the entry that was just made.
    """
    found = await shown_course(at, course)
    record, patient, zone = found.record, found.patient, found.record.zone
    return Course(
        course=record.course_id,
        name=patient.name if patient is not None else "",
        born=day(patient.birth_date) if patient is not None else "",
        age=years_old(patient.birth_date, zone.local(at.now).date()) if patient is not None else None,
        mrn=patient.mrn if patient is not None else "",
        phase=record.phase,
        held=record.held.cause if record.held is not None else "",
        protocol=record.protocol.title,
        version=record.protocol.version,
        site=at.app.clinic.sites[record.site].name if record.site in at.app.clinic.sites else record.site,
        owner=record.owner_name or record.owner,
        sentence=state_of(record),
        order=order_of(record.order, record.protocol.dose.basis),
        reached=reached_by(record, found.contact),
        actions=_actions(at, record, needs(record, at.now)),
        waiting=tuple(
            Waiting(todo(one), shown(zone, one.due), overdue=one.due < at.now) for one in needs(record, at.now)
        ),
        ahead=tuple(
            Line(shown(zone, one.at), one.kind, one.text)
            for one in forecast(record, at.now, at.now + AHEAD)[:AHEAD_MOST]
        ),
        sessions=tuple(_visit(found, one) for one in record.sessions),
        scores=tuple(
            Line(shown(zone, one.at), record.instruments[one.instrument].title, one.said, one.reads)
            for one in record.primary_scores
        ),
        entries=tuple(
            Line(shown(zone, one.at), one.by, one.text, one.reason) for one in reversed(record.entries[-ENTRIES_MOST:])
        ),
        messages=tuple(
            Line(shown(zone, one.as_of), ", ".join(one.kinds).replace("_", " "), one.state, one.reason)
            for one in found.messages[-ENTRIES_MOST:]
        ),
        done=next((one.text for one in record.entries if one.number == done), ""),
        curve=curve(record, Axis(record.opened_at, max(at.now, record.opened_at + AHEAD))),
    )


def _actions(at: Staff, record: CourseRecord, waiting: Sequence[Need]) -> tuple[str, ...]:
    """What whoever asks may do now, first what something waits for."""
    wanted = [page.removeprefix("acts/") for one in waiting for _, page in [BUTTONS.get(one.kind, ("", ""))]]
    allowed = [one for one in Action if one in PERMISSIONS and may(record, one, at.account.role)]
    return tuple(sorted(allowed, key=lambda one: wanted.index(one) if one in wanted else len(wanted)))


def _visit(found: CourseShown, session: Session) -> Visit:
    record, zone = found.record, found.record.zone
    dose = next((one for one in record.valid_doses if one.session == session.id), None)
    pressures = [f"{one.systolic}/{one.diastolic}" for one in session.vitals]
    peak = max(session.vitals, key=lambda one: one.systolic, default=None)
    told = [one for one in found.messages if one.occasion.startswith(f"{session.id}/")]
    return Visit(
        session=session.id,
        number=str(session.ordinal),
        at=shown(zone, session.start),
        moved=session.moved_from is not None,
        status=session.status.replace("_", " "),
        open=session.is_open,
        mg=str(session.mg or ""),
        per_kg="" if dose is None else f"{dose.mg / dose.weight_kg:.2f}",
        pressure=pressures[0] if pressures else "",
        peak="" if peak is None else f"{peak.systolic}/{peak.diastolic}",
        measure=_measure(record, session),
        comfort=dose.comfort_said if dose is not None else "",
        events=tuple(said(one) for one in record.events if one.session == session.id and not one.voided),
        messages=", ".join(f"{number} {state}" for state, number in Counter(str(one.state) for one in told).items()),
    )


def _measure(record: CourseRecord, session: Session) -> str:
    """The last primary score before the visit, none older than a week."""
    near = [one for one in record.primary_scores if session.start - WEEK <= one.at <= session.start + HALF_DAY]
    return near[-1].said if near else ""
