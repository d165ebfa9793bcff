"""The heart: what is due on a course, and when, as a pure function of its record."""

from collections.abc import Iterator
from datetime import datetime, time

from course.agenda import booster_booking, visits
from course.agenda import questionnaires as asking
from course.agenda.sending_hours import in_sending_hours
from course.model.calendar import days_from
from course.model.memoize import memoized
from course.model.occasions import Occasion, last_ordinal, open_at
from course.model.parts import Escalation
from course.model.protocol.gate import Gate
from course.model.record import CourseRecord
from course.model.terms import GateAnswer, OccasionKind, OccasionState, Phase, Role
from course.rules import safety

FORMS_AFTER_DAYS = (0, 2, 5)
MORNING = time(10)


@memoized
def agenda(record: CourseRecord) -> tuple[Occasion, ...]:
    """All occasions that are still to be done, soonest first; none speaks of what is no longer true."""
    found = (open_at(record, occasion) for occasion in _candidates(record))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.sort_key))


def due(record: CourseRecord, now: datetime) -> tuple[Occasion, ...]:
    """The occasions whose instant has come."""
    return tuple(occasion for occasion in agenda(record) if occasion.at <= now)


def _candidates(record: CourseRecord) -> Iterator[Occasion]:
    yield from _escalations(record)
    yield from booster_booking.archives(record)
    if record.closed:
        yield from _closing(record)
        return
    yield from booster_booking.calendar(record)
    yield from _forms(record)
    yield from visits.occasions(record)
    yield from asking.occasions(record)
    yield from booster_booking.bookings(record)


def _escalations(record: CourseRecord) -> Iterator[Occasion]:
    escalation = record.open_escalation
    if escalation is None or escalation.acknowledged_at is not None:
        return
    if escalation.untold_since is not None and _under_way(record, escalation):
        return
    yield Occasion(
        escalation.id,
        OccasionKind.ESCALATION,
        escalation.steps + 1,
        safety.step_due(escalation, escalation.steps_since_clock),
        facts={
            "course": record.course_id,
            "triggers": ", ".join(sorted({trigger.what for trigger in escalation.triggers})),
            "urgency": max(escalation.triggers, key=lambda one: one.urgency == "urgent").urgency,
        },
        urgent=True,
    )


def _under_way(record: CourseRecord, escalation: Escalation) -> bool:
    """Whether a message waits for somebody who can be told: no second one is begun beside it."""
    last = record.occasions.get(f"{escalation.id}/{OccasionKind.ESCALATION}/{escalation.steps}")
    return last is not None and last.state is OccasionState.IN_FLIGHT


def _forms(record: CourseRecord) -> Iterator[Occasion]:
    if record.phase is not Phase.INTAKE or not forms_missing(record):
        return
    ordinal, last = last_ordinal(record, "intake", OccasionKind.FORMS)
    if last is not None and last.state is OccasionState.LATER:
        ordinal -= 1
    if ordinal < len(FORMS_AFTER_DAYS):
        wait = FORMS_AFTER_DAYS[ordinal]
        at = record.opened_at if wait == 0 else days_from(record.zone, record.opened_at, wait, MORNING)
        yield Occasion("intake", OccasionKind.FORMS, ordinal + 1, in_sending_hours(record.messaging.zone, at))


def forms_missing(record: CourseRecord) -> tuple[str, ...]:
    """Ids of the gates that the patient's forms answer and that have no answer yet."""
    return tuple(gate.id for gate in _unanswered(record) if Role.PATIENT in gate.by)


def gates_missing(record: CourseRecord) -> tuple[str, ...]:
    """Ids of all gates that still want an answer from anybody."""
    return tuple(gate.id for gate in _unanswered(record))


def _unanswered(record: CourseRecord) -> Iterator[Gate]:
    for gate in record.protocol.gates:
        state = record.gates.get(gate.id)
        if not gate.optional and (state is None or state.answer is GateAnswer.PENDING):
            yield gate


def _closing(record: CourseRecord) -> Iterator[Occasion]:
    """The farewell of each closing, and with it each told visit that is taken back; the dead are not written to."""
    if record.closed_at is None or record.messaging.stopped:
        return
    taken_back = tuple(visits.taken_back(record))
    yield from taken_back
    ordinal, last = last_ordinal(record, "course", OccasionKind.CLOSED)
    value = last is not None and last.state is not OccasionState.LATER and last.at < record.closed_at
    at = min((one.at for one in taken_back), default=in_sending_hours(record.messaging.zone, record.closed_at))
    yield Occasion("course", OccasionKind.CLOSED, ordinal + 1 if value else max(ordinal, 1), at)
