"""The worklist: what waits for whom, and the one button that does it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi import FastAPI

from adapters.store.people.directory import same_name
from course.model.terms import NeedKind, Role
from pages.signing_in import Staff
from pages.twins import Twins
from services.reading.course_list import ListedCourse
from services.reading.tabs import Tab, TabbedWork, tabbed_work
from services.typed.times import shown

DOTS_MOST = 12
SOON = timedelta(hours=24)

BUTTONS: dict[NeedKind, tuple[str, str]] = {
    NeedKind.ESCALATION: ("See to it", "escalation"),
    NeedKind.SCREEN: ("Ask the screen", "acts/measure"),
    NeedKind.HOLD_REVIEW: ("Review hold", "acts/review"),
    NeedKind.GATES: ("Answer gates", "intake"),
    NeedKind.CLEAR: ("Sign clearance", "acts/clear"),
    NeedKind.SCHEDULE: ("Plan visits", "acts/schedule"),
    NeedKind.CONFIRM: ("Confirm", "acts/confirm"),
    NeedKind.RECORD: ("Record visit", "acts/session"),
    NeedKind.LEAVE: ("Record leaving", "acts/leave"),
    NeedKind.MEASURE: ("Enter answers", "acts/measure"),
    NeedKind.EVALUATE: ("Evaluate", "acts/evaluate"),
    NeedKind.BOOK: ("Book booster", "acts/booster"),
    NeedKind.LAPSED: ("Record call", "acts/call"),
    NeedKind.THERAPY: ("Record attendance", "acts/attend"),
    NeedKind.MEDICINE: ("Review medicine", "acts/review_medicine"),
    NeedKind.CHECK: ("Record check", "acts/check"),
}
"""What the button of a row says, and which page of the course it opens; others open the course."""


@dataclass(frozen=True)
class WorkRow:
    """One course that waits for somebody."""

    course: str
    name: str
    birth_date: date | None
    mrn: str
    alike: bool
    wrong: str
    todo: tuple[str, ...]
    urgent: bool
    due: datetime | None
    due_at: str
    overdue: bool
    soon: bool
    protocol: str
    where: str
    held: bool
    given: int
    target: int
    scores: tuple[float, ...]
    reads: str
    button: str
    href: str


@dataclass(frozen=True)
class DoneRow:
    """One act of today."""

    at: str
    what: str
    course: str


@dataclass(frozen=True)
class Worklist:
    """One tab of the worklist as a page."""

    tab: Tab
    counts: dict[Tab, int]
    rows: tuple[WorkRow, ...]
    done: tuple[DoneRow, ...]
    running: int
    next_visit: str
    gaps: tuple[str, ...]


def install(_: FastAPI, twins: Twins) -> None:
    """Add the page."""
    twins.add("/", worklist, "worklist.html")


async def worklist(at: Staff, tab: Tab | None = None) -> Worklist:
    """What waits for whoever has signed in, or under another tab."""
    found = await tabbed_work(at, tab or (Tab.CLINIC if at.account.role in {Role.OPS, Role.AUDITOR} else Tab.MINE))
    zone = at.site_zone(at.account.site)
    return Worklist(
        tab=found.tab,
        counts=found.counts,
        rows=tuple(_row(at, one, found) for one in found.rows),
        done=tuple(DoneRow(shown(zone, one.at), one.what.replace("_", " "), one.course_id) for one in found.done),
        running=found.running,
        next_visit=shown(zone, found.next_visit),
        gaps=found.gaps,
    )


def _row(at: Staff, listed: ListedCourse, found: TabbedWork) -> WorkRow:
    row, card, patient = listed.row, listed.row.card, listed.patient
    button, page = next((BUTTONS[kind] for kind in BUTTONS if kind in row.needs), ("Open", ""))
    return WorkRow(
        course=row.course_id,
        name=listed.name,
        birth_date=patient.birth_date if patient is not None else None,
        mrn=patient.mrn if patient is not None else "",
        alike=any(other is not listed and same_name(other.name, listed.name) for other in found.rows),
        wrong=listed.wrong,
        todo=listed.todo,
        urgent=row.urgent,
        due=row.need_due,
        due_at=shown(at.site_zone(row.site), row.need_due),
        overdue=row.need_due is not None and row.need_due < at.now,
        soon=row.need_due is not None and row.need_due < at.now + SOON,
        protocol=card.short if card is not None and card.short else row.protocol,
        where=card.where if card is not None else "",
        held=row.held,
        given=min(card.given, DOTS_MOST) if card is not None else 0,
        target=min(max(card.target, card.given), DOTS_MOST) if card is not None else 0,
        scores=tuple(float(one) for one in card.scores) if card is not None else (),
        reads=card.reads if card is not None else "",
        button=button,
        href=f"/courses/{row.course_id}/{page}".rstrip("/"),
    )
