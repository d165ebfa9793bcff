"""How a record begins: from an order, or from the run before."""

from datetime import datetime

from course.model.base import days
from course.model.journal import open_task, write
from course.model.messages import CourseOrder
from course.model.parts import GateState, Messaging, Order
from course.model.protocol.gate import Gate
from course.model.protocol.protocol import Protocol
from course.model.record import CourseRecord
from course.model.shared import shared
from course.model.terms import Action, GateAnswer, Role, TaskKind


def open_record(order: CourseOrder, now: datetime) -> CourseRecord:
    """The first record of a course; the protocol's text, version and sha256 are copied in and never change under it.

    Citations and worked examples are left out, as no rule reads them; the sha256 names the file that has them.
    """
    if order.protocol is None or order.calendar is None:
        raise ValueError("a course starts with its protocol and its site's calendar")
    messaging = Messaging(zone=order.patient_zone or order.calendar.zone, language=order.language)
    record = CourseRecord(
        course_id=order.course_id,
        patient_id=order.patient_id,
        opened_at=now,
        phase_since=now,
        site=order.site,
        owner=order.owner,
        owner_name=order.owner_name,
        protocol=shared(order.protocol.with_(sources={})),
        instruments={name: shared(one.with_(examples=(), sources={})) for name, one in order.instruments.items()},
        calendar=order.calendar,
        messaging=messaging.with_(email=order.email_consent, sms=order.sms_consent),
        order=order.order or default_order(order.protocol),
        amendment_days=order.amendment_days,
        safety_plan_days=order.safety_plan_days,
    )
    record = record.with_(gates={gate.id: _answered(order, now) for gate in consents(order)})
    protocol = order.protocol
    text = f"enrolled on {protocol.id} {protocol.version} (sha {protocol.sha256[:8]}){with_consent(order)}"
    enrolled = write(record, order.enrolled_by, now, text, action=Action.ENROL, reason=order.reason)
    return _with_doubt(enrolled, order, now)


def _with_doubt(record: CourseRecord, order: CourseOrder, now: datetime) -> CourseRecord:
    """The record with a prescriber's task about what was doubted, and somebody was sure of."""
    if not order.doubted:
        return record
    text = f"enrolled by {order.enrolled_by.name}, who was sure: {order.doubted}"
    return open_task(record, TaskKind.ALERT, now, now + days(1), Role.PRESCRIBER, text, f"enrol {order.request_id}")


def consents(order: CourseOrder) -> tuple[Gate, ...]:
    """The consents to messages that are given at enrolment."""
    given = {"email": order.email_consent, "sms": order.sms_consent}
    return tuple(gate for gate in order.protocol.gates if given.get(gate.channel)) if order.protocol is not None else ()


def with_consent(order: CourseOrder) -> str:
    """The words that were consented to, as the entry of the enrolment goes on; or nothing."""
    lines = [f'"{gate.text}" ({gate.id})' for gate in consents(order)]
    return f", with consent to {' and '.join(lines)}" if lines else ""


def _answered(order: CourseOrder, now: datetime) -> GateState:
    return GateState(answer=GateAnswer.YES, since=now, by=order.enrolled_by.name)


def default_order(protocol: Protocol) -> Order:
    """The protocol's own defaults, unsigned until a prescriber clears or amends."""
    dose, induction = protocol.dose, protocol.induction
    return Order(
        amount=dose.amount,
        minutes=dose.minutes,
        max_mg=dose.max_mg,
        sessions=induction.sessions,
        weekdays=induction.weekdays,
    )


def carried_on(record: CourseRecord, run_before: str | None) -> CourseRecord:
    """The record at the top of a new page; the run before waits to be archived."""
    if run_before is None or run_before in record.archive_due:
        return record
    return record.with_(archive_due=(*record.archive_due, run_before), runs=record.runs + 1)
