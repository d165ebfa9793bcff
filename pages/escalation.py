"""The open escalation of a course: why, who was told, until when somebody must have taken it on, and how to call."""

from dataclasses import dataclass, field

from fastapi import FastAPI

from course.actions import may
from course.model.terms import Action
from course.rules.safety import step_due
from pages.signing_in import Staff
from pages.twins import Twins
from pages.words import day
from services.reading.one_course import shown_course
from services.typed.times import shown


@dataclass(frozen=True)
class EscalationPage:
    """What is known of it; `item` is empty where none is open."""

    course: str
    name: str = field(repr=False)
    born: str = field(repr=False)
    phone: str = field(repr=False)
    crisis_line: str
    item: str
    opened: str
    triggers: tuple[tuple[str, str, str], ...]
    told: tuple[str, ...]
    owner: str
    next_told: str
    overdue: bool
    actions: tuple[str, ...]


def install(_: FastAPI, twins: Twins) -> None:
    """Add the page."""
    twins.add("/courses/{course}/escalation", escalation, "escalation.html")


async def escalation(at: Staff, course: str) -> EscalationPage:
    """The escalation that is open, or that none is."""
    found = await shown_course(at, course)
    record, patient, zone, one = found.record, found.patient, found.record.zone, found.record.open_escalation
    site = at.app.clinic.sites.get(record.site)
    waits = one is not None and one.acknowledged_at is None
    due = step_due(one, one.steps_since_clock) if one is not None and waits else None
    allowed = (Action.ACKNOWLEDGE, Action.CALL, Action.MEASURE, Action.HOLD, Action.SAFETY_PLAN, Action.RESOLVE)
    return EscalationPage(
        course=record.course_id,
        name=patient.name if patient is not None else "",
        born=day(patient.birth_date) if patient is not None else "",
        phone=found.contact.phone if found.contact is not None else "",
        crisis_line=site.crisis_line if site is not None else "",
        item=one.id if one is not None else "",
        opened=shown(zone, one.opened_at) if one is not None else "",
        triggers=tuple((shown(zone, why.at), why.what, why.urgency) for why in one.triggers) if one is not None else (),
        told=one.told if one is not None else (),
        owner=one.acknowledged_by if one is not None else "",
        next_told=shown(zone, due),
        overdue=due is not None and due < at.now,
        actions=tuple(act for act in allowed if may(record, act, at.account.role)) if one is not None else (),
    )
