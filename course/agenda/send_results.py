"""Folding back what became of an occasion: marks, what the patient was told, tasks for people."""

from datetime import datetime

from course.agenda.call_tasks import CALL_WITHIN, call_by, call_instead, named, visit_of
from course.agenda.questionnaires import asked_together
from course.agenda.timezone_changes import kept_at_their_hour
from course.agenda.withdrawn_messages import OVERTAKEN, taken_back
from course.model.base import minutes, plain
from course.model.calendar import Zone
from course.model.journal import open_task, without_old_steps, write
from course.model.messages import NOBODY_TO_TELL, CalendarAnswer, Part, SendOrder, SendOutcome
from course.model.occasions import REMINDERS, Occasion
from course.model.parts import COURSE, Ask, Escalation, Mark
from course.model.record import CourseRecord
from course.model.terms import Audience, OccasionKind, OccasionState, Role, TaskKind
from course.rules import safety

TELL_TIMES = frozenset({OccasionKind.VISIT_72H, OccasionKind.VISIT_24H, OccasionKind.VISIT_2H, OccasionKind.MOVED})
CHANGES = frozenset({OccasionKind.MOVED, OccasionKind.CANCELLED})
"""Messages that take back what the patient was told."""

CALLED_ABOUT = CHANGES | {OccasionKind.FORMS, OccasionKind.MEASURE, OccasionKind.BOOK, OccasionKind.LAPSED}
"""Messages in whose place somebody calls where a text has no room: they ask something, or take something back."""

NO_ROOM = "no room in a text message"


def suppressed(record: CourseRecord, one: Occasion, now: datetime, why: str, *, call: bool = False) -> CourseRecord:
    """The record with an occasion that is not sent, why, and where nobody is written to a task to call."""
    mark = Mark(state=OccasionState.SUPPRESSED, at=now, about=one.about, reason=why)
    record = record.with_(occasions={**record.occasions, one.id: mark})
    record = opened_ask(record, one, now)
    if not call:
        return record
    return call_instead(record, (one.id,), now, why)


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
    may_be_out = outcome.state in {OccasionState.SENT, OccasionState.UNCERTAIN}
    if not may_be_out and order.audience is Audience.PATIENT:
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
    record = _left_out(record.with_(occasions=marks), order, outcome, now)
    if order.audience is Audience.ONCALL:
        return without_old_steps(_escalated(record, order, outcome, now))
    return _tasks(record, order, outcome, now)


def _left_out(record: CourseRecord, order: SendOrder, outcome: SendOutcome, now: datetime) -> CourseRecord:
    """The record where a text message had no room for all that fell on one day: the rest goes alone, or somebody calls.

    Nothing is lost but the second reminder of a visit that the text names.
    """
    named_too = {_subject(part.occasion) for part in order.parts if part.occasion not in outcome.left_out}
    calls = []
    for part in (one for one in order.parts if one.occasion in outcome.left_out):
        repeats = part.kind in REMINDERS and _subject(part.occasion) in named_too
        alone = part.kind not in CALLED_ABOUT and not repeats
        mark = record.occasions[part.occasion].with_(
            state=OccasionState.LATER if alone else OccasionState.SUPPRESSED,
            until=now if alone else None,
            reason=NO_ROOM,
        )
        record = record.with_(occasions={**record.occasions, part.occasion: mark})
        calls += [part.occasion] if part.kind in CALLED_ABOUT else []
    changes = [name for name in calls if name.split("/")[1] in CHANGES]
    record = call_instead(record, changes, now, NO_ROOM) if changes else record
    for name in calls:
        record = record if name in changes else call_instead(record, (name,), now, NO_ROOM)
    return record


def _told(record: CourseRecord, part: Part, about: datetime | None) -> CourseRecord:
    """The record with what a message that went out, or may have, told of visits."""
    if part.kind is OccasionKind.PLAN:
        return record.with_(
            sessions=tuple(one.with_(told=one.start) if one.is_open else one for one in record.sessions)
        )
    session = record.session(_subject(part.occasion))
    if session is None:
        return record
    if part.kind in TELL_TIMES:
        return record.with_session(session.with_(told=about))
    return record.with_session(session.with_(told=None)) if part.kind is OccasionKind.CANCELLED else record


def _escalated(record: CourseRecord, order: SendOrder, outcome: SendOutcome, now: datetime) -> CourseRecord:
    """Who was told; the page names each person once, however often the rounds go on."""
    escalation = next((one for one in record.escalations if one.id == _subject(order.key)), None)
    last = escalation is not None and order.key.endswith(f"/{escalation.steps}")
    if escalation is not None and last and outcome.reason == NOBODY_TO_TELL:
        escalation = safety.told_nobody(escalation, now)
        record = _looked_for_again(record, escalation, order.key, now)
    elif escalation is not None and escalation.untold_since is not None:
        escalation = safety.told_at_last(escalation, now)
        record = record.with_escalation(escalation)
    told = outcome.to_name or outcome.reason or outcome.state
    if escalation is None or told in escalation.told:
        return record
    record = record.with_escalation(escalation.with_(told=(*escalation.told, told)))
    if outcome.state is OccasionState.SENT:
        return write(record, COURSE, now, f"escalation {escalation.id} sent to {told}")
    return write(record, COURSE, now, f"escalation {escalation.id} could not be delivered: {told}")


def _looked_for_again(record: CourseRecord, escalation: Escalation, occasion: str, now: datetime) -> CourseRecord:
    """The record whose escalation found nobody to tell: a minute later it looks again, outside its steps."""
    again = now + minutes(safety.LOOK_AGAIN_MINUTES)
    mark = Mark(state=OccasionState.LATER, at=now, until=again, reason=NOBODY_TO_TELL)
    return record.with_escalation(escalation).with_(occasions={**record.occasions, occasion: mark})


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
    return _call_for_failed(changed, kinds, occasions[0], now, call_by(record, occasions, now))


def _call_for_failed(record: CourseRecord, kinds: str, key: str, now: datetime, due: datetime) -> CourseRecord:
    text = f"the {kinds} message was not delivered: call the patient"
    return open_task(record, TaskKind.FAILED_MESSAGE, now, due, Role.COORDINATOR, text, key)


def _tasks(record: CourseRecord, order: SendOrder, outcome: SendOutcome, now: datetime) -> CourseRecord:
    names = [part.occasion for part in order.parts]
    kinds = ", ".join(named(record, name) for name in names)
    due = call_by(record, names, now)
    match outcome.state:
        case OccasionState.UNCERTAIN:
            text = f"nobody knows whether the {kinds} message arrived: ask the patient"
            return open_task(record, TaskKind.UNCERTAIN_MESSAGE, now, due, Role.COORDINATOR, text, order.key)
        case OccasionState.FAILED:
            return _call_for_failed(record, kinds, order.key, now, due)
        case OccasionState.SUPPRESSED if outcome.reason:
            return call_instead(record, [part.occasion for part in order.parts], now, outcome.reason)
        case _:
            return record


def archived(record: CourseRecord, occasion: Occasion, run_id: str, now: datetime) -> CourseRecord:
    """The record once a run's history is in the archive."""
    marks = {**record.occasions, occasion.id: Mark(state=OccasionState.SENT, at=now)}
    return record.with_(occasions=marks, archive_due=tuple(one for one in record.archive_due if one != run_id))


def refreshed(record: CourseRecord, occasion: Occasion, answer: CalendarAnswer, now: datetime) -> CourseRecord:
    """The record under a fresh calendar; visits keep their hour, and those that no longer fit become a task."""
    before = record.zone
    fresh, stands = answer.patient_zone, record.messaging.zone
    zone: Zone = fresh if fresh is not None and fresh.name == stands.name else stands
    marks = {**record.occasions, occasion.id: Mark(state=OccasionState.SENT, at=now)}
    record = record.with_(
        calendar=answer.calendar,
        messaging=record.messaging.with_(zone=zone),
        calendar_count=record.calendar_count + 1,
        occasions=marks,
    )
    record = kept_at_their_hour(record, before, now)
    for session in record.open_sessions:
        why = record.why_not_open(session.start, session.minutes)
        if why:
            record = open_task(
                record,
                TaskKind.CALENDAR_CLASH,
                now,
                session.start,
                Role.COORDINATOR,
                f"{visit_of(record, session)}: {why}",
                session.id,
            )
    return record


def put_back(record: CourseRecord, occasion: Occasion, until: datetime, now: datetime, why: str) -> CourseRecord:
    """The record with a job that did not succeed and is tried again at `until`."""
    mark = Mark(state=OccasionState.LATER, at=now, until=until, reason=why)
    return record.with_(occasions={**record.occasions, occasion.id: mark})


def _subject(occasion: str) -> str:
    return occasion.split("/", 1)[0]
