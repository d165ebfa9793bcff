"""Folding back what became of an occasion: marks, what the patient was told, tasks for people."""

from collections.abc import Sequence
from datetime import datetime

from course import safety
from course.asking import asked_together
from course.calendar import Zone
from course.carried import hours
from course.messages import CalendarAnswer, Part, SendOrder, SendOutcome
from course.occasions import Occasion
from course.page import open_task, write
from course.parts import COURSE, Ask, Mark
from course.record import CourseRecord
from course.terms import Audience, OccasionKind, OccasionState, Role, TaskKind

TELL_TIMES = frozenset({OccasionKind.VISIT_72H, OccasionKind.VISIT_24H, OccasionKind.VISIT_2H, OccasionKind.MOVED})
CALL_WITHIN = hours(24)
CALLED_ABOUT = frozenset({OccasionKind.FORMS, OccasionKind.MEASURE, OccasionKind.BOOK, OccasionKind.LAPSED})
"""Messages that ask something of the patient."""

NO_ROOM = "no room in a text message"
OVERTAKEN = "overtaken by a change before it went out"


def suppressed(record: CourseRecord, one: Occasion, now: datetime, why: str, *, call: bool = False) -> CourseRecord:
    """The record with an occasion that is not sent, why, and where nobody is written to a task to call."""
    mark = Mark(state=OccasionState.SUPPRESSED, at=now, about=one.about, reason=why)
    record = record.with_(occasions={**record.occasions, one.id: mark})
    record = opened_ask(record, one, now)
    if not call:
        return record
    due = one.about if one.about is not None and one.about > now else now + CALL_WITHIN
    text = f"call the patient instead of the {_plain(one.kind)} message: {why}"
    return open_task(record, TaskKind.CALL_INSTEAD, now, due, Role.COORDINATOR, text, one.id)


def called_too(record: CourseRecord, one: Occasion, now: datetime) -> CourseRecord:
    """The record with a call beside a change notice that comes less than a day before the visit."""
    if one.kind not in {OccasionKind.MOVED, OccasionKind.CANCELLED} or one.about is None:
        return record
    session = record.session(_subject(one.id))
    visit = one.about if session is None or session.told is None else min(one.about, max(session.told, now))
    if visit - now >= CALL_WITHIN:
        return record
    text = f"session {_subject(one.id)} was {_plain(one.kind)} at short notice: call the patient"
    return open_task(record, TaskKind.CALL_MOVED, now, visit, Role.COORDINATOR, text, _subject(one.id))


def opened_ask(record: CourseRecord, one: Occasion, now: datetime) -> CourseRecord:
    """The record with the request that a first questionnaire message opens, the one before it closed."""
    if one.kind is not OccasionKind.MEASURE or one.ordinal != 1:
        return record
    before = tuple(ask if ask.closed_at is not None else ask.with_(closed_at=now) for ask in record.asks)
    ask = Ask(number=record.ask_count + 1, instruments=asked_together(record), opened_at=now)
    return record.with_(asks=(*before, ask), ask_count=ask.number)


def called_back(record: CourseRecord, order: SendOrder) -> bool:
    """Whether a message in flight no longer says what is true, or goes where the patient allows none any more."""
    if order.audience is not Audience.PATIENT:
        return False
    allows = record.messaging
    revoked = (order.email and not allows.email) or (order.sms and not allows.sms)
    return revoked or any(overtaken(record, part) for part in order.parts)


def overtaken(record: CourseRecord, part: Part) -> bool:
    """Whether a part in flight speaks of a visit that has moved, gone, or been held since, or nobody is written to."""
    mark = record.occasions.get(part.occasion)
    if not record.messaging.allowed:
        return True
    if part.kind not in TELL_TIMES or mark is None:
        return False
    session = record.session(_subject(part.occasion))
    return session is None or not session.is_open or session.start != mark.about or record.held is not None


def sent(record: CourseRecord, order: SendOrder, outcome: SendOutcome, now: datetime) -> CourseRecord:
    """The record once a message was sent, refused, called back, or left in doubt."""
    marks = dict(record.occasions)
    was_called_back = outcome.reason == OVERTAKEN
    for part in order.parts:
        in_flight = marks.get(part.occasion)
        about = in_flight.about if in_flight else None
        if was_called_back and not overtaken(record, part) and part.kind is not OccasionKind.MEASURE:
            del marks[part.occasion]
            continue
        marks[part.occasion] = Mark(
            state=outcome.state,
            at=outcome.at,
            about=about,
            reason=outcome.reason,
            to=outcome.to_name,
            channel=outcome.channel,
        )
        if part.occasion in outcome.left_out:
            continue
        if was_called_back or outcome.state in {OccasionState.SENT, OccasionState.UNCERTAIN}:
            record = _told(record, part.occasion, part.kind, about)
    record = _left_out(record.with_(occasions=marks), outcome, now)
    if outcome.state is not OccasionState.SENT and order.audience is Audience.PATIENT:
        record = record.with_(sent_on=tuple(one for one in record.sent_on if one != order.as_of))
    if was_called_back:
        return record if record.messaging.allowed else _call_instead(record, order.parts, order.key, now)
    if order.audience is Audience.ONCALL:
        return _escalated(record, order, outcome, now)
    return _tasks(record, order, outcome, now)


def _left_out(record: CourseRecord, outcome: SendOutcome, now: datetime) -> CourseRecord:
    """The record where a text message had no room for all that fell on one day; what is asked of somebody is called."""
    for name in outcome.left_out:
        mark = record.occasions[name].with_(state=OccasionState.SUPPRESSED, reason=NO_ROOM)
        record = record.with_(occasions={**record.occasions, name: mark})
        kind = name.split("/")[1]
        if kind in CALLED_ABOUT:
            text = f"call the patient instead of the {_plain(kind)} message: {NO_ROOM}"
            record = open_task(record, TaskKind.CALL_INSTEAD, now, now + CALL_WITHIN, Role.COORDINATOR, text, name)
    return record


def _told(record: CourseRecord, occasion: str, kind: OccasionKind, about: datetime | None) -> CourseRecord:
    subject = _subject(occasion)
    if kind is OccasionKind.PLAN:
        return record.with_(
            sessions=tuple(one.with_(told=one.start) if one.is_open else one for one in record.sessions)
        )
    session = record.session(subject)
    if kind in TELL_TIMES and session is not None:
        return record.with_session(session.with_(told=about))
    if kind is OccasionKind.CANCELLED and session is not None:
        return record.with_session(session.with_(told=None))
    return record


def _escalated(record: CourseRecord, order: SendOrder, outcome: SendOutcome, now: datetime) -> CourseRecord:
    """Who was told; the page names each person once, however often the rounds go on."""
    escalation = next((one for one in record.escalations if one.id == _subject(order.key)), None)
    told = outcome.to_name or outcome.reason or outcome.state
    if escalation is None or told in escalation.told:
        return record
    record = record.with_(
        escalations=tuple(
            one.with_(told=(*one.told, told)) if one.id == escalation.id else one for one in record.escalations
        )
    )
    if outcome.state is OccasionState.SENT:
        return write(record, COURSE, now, f"escalation {escalation.id} sent to {told}")
    return write(record, COURSE, now, f"escalation {escalation.id} could not be delivered: {told}")


def undelivered(record: CourseRecord, occasions: tuple[str, ...], now: datetime) -> CourseRecord:
    """The record once a message that counted as sent came back; the first occasion is the message's own.

    Of an escalation the next on call is told at once.
    """
    marks = dict(record.occasions)
    for name in occasions:
        if name in marks and marks[name].state in {OccasionState.SENT, OccasionState.UNCERTAIN}:
            marks[name] = marks[name].with_(state=OccasionState.FAILED, reason="the network did not deliver it")
    changed = record.with_(occasions=marks)
    if occasions[0].split("/")[1] == OccasionKind.ESCALATION:
        return safety.hurry(changed, _subject(occasions[0]), now)
    kinds = ", ".join(_plain(name.split("/")[1]) for name in occasions)
    return _call_for_failed(changed, kinds, occasions[0], now)


def _call_for_failed(record: CourseRecord, kinds: str, key: str, now: datetime) -> CourseRecord:
    text = f"the {kinds} message was not delivered: call the patient"
    return open_task(record, TaskKind.FAILED_MESSAGE, now, now + CALL_WITHIN, Role.COORDINATOR, text, key)


def _tasks(record: CourseRecord, order: SendOrder, outcome: SendOutcome, now: datetime) -> CourseRecord:
    kinds = ", ".join(_plain(part.kind) for part in order.parts)
    due = now + CALL_WITHIN
    match outcome.state:
        case OccasionState.UNCERTAIN:
            text = f"nobody knows whether the {kinds} message arrived: ask the patient"
            return open_task(record, TaskKind.UNCERTAIN_MESSAGE, now, due, Role.COORDINATOR, text, order.key)
        case OccasionState.FAILED:
            return _call_for_failed(record, kinds, order.key, now)
        case OccasionState.SUPPRESSED if outcome.reason:
            return _call_instead(record, order.parts, order.key, now, outcome.reason)
        case _:
            return record


def _call_instead(record: CourseRecord, parts: Sequence[Part], key: str, now: datetime, why: str = "") -> CourseRecord:
    """The record with a call in place of a message; the dead are not called."""
    if record.messaging.stopped:
        return record
    kinds = ", ".join(_plain(part.kind) for part in parts)
    text = f"call the patient instead of the {kinds} message: {why or why_not_written(record)}"
    return open_task(record, TaskKind.CALL_INSTEAD, now, now + CALL_WITHIN, Role.COORDINATOR, text, key)


def why_not_written(record: CourseRecord) -> str:
    """Why the patient is not written to, of somebody who may not be."""
    return "the patient opted out" if record.messaging.opted_out_at else "no consent to written messages"


def archived(record: CourseRecord, occasion: Occasion, run_id: str, now: datetime) -> CourseRecord:
    """The record once a run's history is in the archive."""
    marks = {**record.occasions, occasion.id: Mark(state=OccasionState.SENT, at=now)}
    return record.with_(occasions=marks, archive_due=tuple(one for one in record.archive_due if one != run_id))


def refreshed(record: CourseRecord, occasion: Occasion, answer: CalendarAnswer, now: datetime) -> CourseRecord:
    """The record under a fresh calendar; visits that no longer fit become a task."""
    fresh, stands = answer.patient_zone, record.messaging.zone
    zone: Zone = fresh if fresh is not None and fresh.name == stands.name else stands
    marks = {**record.occasions, occasion.id: Mark(state=OccasionState.SENT, at=now)}
    record = record.with_(
        calendar=answer.calendar,
        messaging=record.messaging.with_(zone=zone),
        calendar_count=record.calendar_count + 1,
        occasions=marks,
    )
    for session in record.open_sessions:
        why = record.why_not_open(session.start, session.minutes)
        if why:
            record = open_task(
                record,
                TaskKind.CALENDAR_CLASH,
                now,
                session.start,
                Role.COORDINATOR,
                f"{session.id}: {why}",
                session.id,
            )
    return record


def put_back(record: CourseRecord, occasion: Occasion, until: datetime, now: datetime, why: str) -> CourseRecord:
    """The record with a job that did not succeed and is tried again at `until`."""
    mark = Mark(state=OccasionState.LATER, at=now, until=until, reason=why)
    return record.with_(occasions={**record.occasions, occasion.id: mark})


def _subject(occasion: str) -> str:
    return occasion.split("/", 1)[0]


def _plain(kind: str) -> str:
    return kind.replace("_", " ")
