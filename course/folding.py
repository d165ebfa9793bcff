"""Folding back what became of an occasion: marks, what the patient was told, tasks for people."""

from datetime import datetime

from course import safety
from course.asking import asked_together
from course.calendar import Zone
from course.calling_back import OVERTAKEN, taken_back
from course.instead import CALL_WITHIN, call_instead, named, plain, visit_of
from course.messages import CalendarAnswer, Part, SendOrder, SendOutcome
from course.occasions import Occasion
from course.page import open_task, write
from course.parts import COURSE, Ask, Mark
from course.record import CourseRecord
from course.terms import Audience, OccasionKind, OccasionState, Role, TaskKind

TELL_TIMES = frozenset({OccasionKind.VISIT_72H, OccasionKind.VISIT_24H, OccasionKind.VISIT_2H, OccasionKind.MOVED})
CALLED_ABOUT = frozenset({OccasionKind.FORMS, OccasionKind.MEASURE, OccasionKind.BOOK, OccasionKind.LAPSED})
"""Messages that ask something of the patient."""

NO_ROOM = "no room in a text message"


def suppressed(record: CourseRecord, one: Occasion, now: datetime, why: str, *, call: bool = False) -> CourseRecord:
    """The record with an occasion that is not sent, why, and where nobody is written to a task to call."""
    mark = Mark(state=OccasionState.SUPPRESSED, at=now, about=one.about, reason=why)
    record = record.with_(occasions={**record.occasions, one.id: mark})
    record = opened_ask(record, one, now)
    if not call:
        return record
    due = one.about if one.about is not None and one.about > now else now + CALL_WITHIN
    text = f"call the patient instead of the {named(record, one.id)} message: {why}"
    return open_task(record, TaskKind.CALL_INSTEAD, now, due, Role.COORDINATOR, text, one.id)


def called_too(record: CourseRecord, one: Occasion, now: datetime) -> CourseRecord:
    """The record with a call beside a change notice that comes less than a day before the visit."""
    if one.kind not in {OccasionKind.MOVED, OccasionKind.CANCELLED} or one.about is None:
        return record
    session = record.session(_subject(one.id))
    visit = one.about if session is None or session.told is None else min(one.about, max(session.told, now))
    if visit - now >= CALL_WITHIN:
        return record
    which = f"session {_subject(one.id)}" if session is None else visit_of(record, session)
    text = f"{which}, was {plain(one.kind)} at short notice: call the patient"
    return open_task(record, TaskKind.CALL_MOVED, now, visit, Role.COORDINATOR, text, _subject(one.id))


def opened_ask(record: CourseRecord, one: Occasion, now: datetime) -> CourseRecord:
    """The record with the request that a first questionnaire message opens, the one before it closed."""
    if one.kind is not OccasionKind.MEASURE or one.ordinal != 1:
        return record
    before = tuple(ask if ask.closed_at is not None else ask.with_(closed_at=now) for ask in record.asks)
    ask = Ask(number=record.ask_count + 1, instruments=asked_together(record), opened_at=now)
    return record.with_(asks=(*before, ask), ask_count=ask.number)


def sent(record: CourseRecord, order: SendOrder, outcome: SendOutcome, now: datetime) -> CourseRecord:
    """The record once a message was sent, refused, called back, or left in doubt."""
    if outcome.state is not OccasionState.SENT and order.audience is Audience.PATIENT:
        record = record.with_(sent_on=tuple(one for one in record.sent_on if one != order.as_of))
    if outcome.reason == OVERTAKEN:
        return taken_back(record, order, now)
    marks = dict(record.occasions)
    for part in order.parts:
        in_flight = marks.get(part.occasion)
        about = in_flight.about if in_flight else None
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
        if outcome.state in {OccasionState.SENT, OccasionState.UNCERTAIN}:
            record = _told(record, part, about)
            marks |= dict.fromkeys(taken_back_with(part), marks[part.occasion])
    record = _left_out(record.with_(occasions=marks), outcome, now)
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
            text = f"call the patient instead of the {plain(kind)} message: {NO_ROOM}"
            record = open_task(record, TaskKind.CALL_INSTEAD, now, now + CALL_WITHIN, Role.COORDINATOR, text, name)
    return record


def taken_back_with(part: Part) -> tuple[str, ...]:
    """The cancellations that a farewell says with its own words: of each visit that it takes out of the calendar."""
    if part.kind is not OccasionKind.CLOSED:
        return ()
    return tuple(f"{entry.session}/{OccasionKind.CANCELLED}/1" for entry in part.calendar if entry.cancelled)


def _told(record: CourseRecord, part: Part, about: datetime | None) -> CourseRecord:
    """The record with what a message that went out, or may have, told of visits."""
    if part.kind is OccasionKind.PLAN:
        return record.with_(
            sessions=tuple(one.with_(told=one.start) if one.is_open else one for one in record.sessions)
        )
    if part.kind is OccasionKind.CLOSED:
        gone = {entry.session for entry in part.calendar if entry.cancelled}
        return record.with_(sessions=tuple(one.with_(told=None) if one.id in gone else one for one in record.sessions))
    session = record.session(_subject(part.occasion))
    if session is None:
        return record
    if part.kind in TELL_TIMES:
        return record.with_session(session.with_(told=about))
    return record.with_session(session.with_(told=None)) if part.kind is OccasionKind.CANCELLED else record


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
    kinds = ", ".join(named(record, name) for name in occasions)
    return _call_for_failed(changed, kinds, occasions[0], now)


def _call_for_failed(record: CourseRecord, kinds: str, key: str, now: datetime) -> CourseRecord:
    text = f"the {kinds} message was not delivered: call the patient"
    return open_task(record, TaskKind.FAILED_MESSAGE, now, now + CALL_WITHIN, Role.COORDINATOR, text, key)


def _tasks(record: CourseRecord, order: SendOrder, outcome: SendOutcome, now: datetime) -> CourseRecord:
    kinds = ", ".join(named(record, part.occasion) for part in order.parts)
    due = now + CALL_WITHIN
    match outcome.state:
        case OccasionState.UNCERTAIN:
            text = f"nobody knows whether the {kinds} message arrived: ask the patient"
            return open_task(record, TaskKind.UNCERTAIN_MESSAGE, now, due, Role.COORDINATOR, text, order.key)
        case OccasionState.FAILED:
            return _call_for_failed(record, kinds, order.key, now)
        case OccasionState.SUPPRESSED if outcome.reason:
            return call_instead(record, order.parts, order.key, now, outcome.reason)
        case _:
            return record


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
