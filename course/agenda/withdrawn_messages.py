"""Withdrawing an unsent message that is no longer true: each part is sent anew, or dropped with a reason."""

from datetime import datetime

from course.agenda.call_tasks import call_instead, why_not_written
from course.agenda.due import agenda
from course.model.messages import Part, SendOrder
from course.model.occasions import Occasion
from course.model.parts import Mark
from course.model.record import CourseRecord
from course.model.terms import Audience, OccasionKind, OccasionState

OVERTAKEN = "overtaken by a change before it went out"
GOES_LATER = "called back with its letter: it goes out anew"

ASKED = frozenset({OccasionKind.FORMS, OccasionKind.MEASURE})
TO_BOOK = frozenset({OccasionKind.BOOK, OccasionKind.LAPSED})


def called_back(record: CourseRecord, order: SendOrder) -> bool:
    """Whether a message to the patient, composed now, would say something else or go elsewhere."""
    if order.audience is not Audience.PATIENT:
        return False
    allows = record.messaging
    revoked = not allows.allowed or (order.email and not allows.email) or (order.sms and not allows.sms)
    owed = _still_owed(record, order)
    return revoked or order.language != allows.language or any(not _says(record, part, owed) for part in order.parts)


def taken_back(record: CourseRecord, order: SendOrder, now: datetime) -> CourseRecord:
    """The record once a message was called back: what is still owed goes out anew, the rest says why it does not."""
    owed = _still_owed(record, order)
    marks = dict(record.occasions)
    for part in order.parts:
        about = marks[part.occasion].about if part.occasion in marks else None
        if part.occasion in owed and record.messaging.allowed:
            marks[part.occasion] = Mark(state=OccasionState.LATER, at=now, about=about, until=now, reason=GOES_LATER)
        else:
            reason = f"{OVERTAKEN}: {_why(record, part, owed)}"
            marks[part.occasion] = Mark(state=OccasionState.SUPPRESSED, at=now, about=about, reason=reason)
    left = [part.occasion for part in order.parts if part.occasion in owed]
    if record.messaging.allowed:
        return _unasked(record, order).with_(occasions=marks)
    changed = record.with_(occasions=marks)
    return call_instead(changed, left, now) if left else changed


def _still_owed(record: CourseRecord, order: SendOrder) -> dict[str, Occasion]:
    """What a message carried and the course, as it is now, would still say, in today's words."""
    carried = {part.occasion for part in order.parts}
    marks = {name: mark for name, mark in record.occasions.items() if name not in carried}
    return {one.id: one for one in agenda(_unasked(record, order).with_(occasions=marks)) if one.id in carried}


def _unasked(record: CourseRecord, order: SendOrder) -> CourseRecord:
    """The record as if the questionnaire that a message carries had not been asked for, unless it was answered."""
    opened = {f"ask{ask.number}/{OccasionKind.MEASURE}/1": ask for ask in record.asks if ask.closed_at is None}
    for part in order.parts:
        ask = opened.get(part.occasion)
        if ask is not None and ask.number == record.ask_count:
            asks = tuple(one for one in record.asks if one is not ask)
            return record.with_(asks=asks, ask_count=record.ask_count - 1)
    return record


def _says(record: CourseRecord, part: Part, owed: dict[str, Occasion]) -> bool:
    """Whether a part in flight says what it would say now."""
    now, mark = owed.get(part.occasion), record.occasions.get(part.occasion)
    return now is not None and now.facts == part.facts and (mark is None or now.about == mark.about)


def _why(record: CourseRecord, part: Part, owed: dict[str, Occasion]) -> str:
    if not record.messaging.allowed and (part.occasion in owed or record.messaging.stopped):
        return why_not_written(record)
    if record.end_cause is not None:
        return "the course has ended"
    if part.kind in ASKED:
        return "it has been answered"
    if part.kind in TO_BOOK:
        return "a visit is booked, or none is owed"
    if record.held is not None:
        return "the course is held"
    return "the visit has changed"
