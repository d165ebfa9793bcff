"""What is due around a visit: reminders, notices of change, the day after."""

from collections.abc import Iterator
from datetime import datetime, time

from course.agenda.date_format import moment
from course.agenda.sending_hours import SENDING_OPENS, in_sending_hours
from course.model.base import days, hours, minutes
from course.model.calendar import days_from
from course.model.messages import CalendarEntry
from course.model.occasions import REMINDERS, RULES, Occasion, last_ordinal
from course.model.parts import Mark
from course.model.record import CourseRecord
from course.model.terms import OccasionKind, OccasionState, Series, SessionStatus
from course.model.visit import Session

EVENING = time(18)
MORNING = time(10)
SOON = hours(24)
"""A change to a visit this near is told at once, at any hour."""


def occasions(record: CourseRecord) -> Iterator[Occasion]:
    """Everything due for every visit that the record still carries."""
    yield from _plan(record)
    for session in record.sessions:
        yield from _changes(record, session)
        if session.is_open and session.arrived_at is None and record.held is None:
            yield from _reminders(record, session)
        yield from _afterwards(record, session)


def nominal(record: CourseRecord, session: Session, kind: OccasionKind) -> datetime:
    """When a reminder belongs, before late booking and by the patient's sending hours; 09:00 stays 09:00."""
    zone = record.messaging.zone
    match kind:
        case OccasionKind.VISIT_72H:
            return in_sending_hours(zone, days_from(record.zone, session.start, -3))
        case OccasionKind.VISIT_24H:
            return in_sending_hours(zone, days_from(record.zone, session.start, -1))
        case _:
            two_hours = session.start - hours(2)
            if zone.local(two_hours).time() < SENDING_OPENS:
                return days_from(zone, two_hours, -1, EVENING)
            morning = in_sending_hours(zone, two_hours)
            return morning if morning < session.start else days_from(zone, two_hours, 0, EVENING)


def _plan(record: CourseRecord) -> Iterator[Occasion]:
    """A daily series gets one message with all its dates."""
    series = [one for one in record.open_sessions if one.series is Series.INDUCTION]
    if record.protocol.induction.is_daily and len(series) > 1 and record.held is None:
        planned_at = min(one.planned_at for one in series)
        dates = "\n".join(moment(record, one.start) for one in series)
        subject = f"series{record.series_number}"
        ordinal, last = last_ordinal(record, subject, OccasionKind.PLAN)
        if last is None or last.state is OccasionState.LATER:
            at = in_sending_hours(record.messaging.zone, planned_at)
            yield Occasion(subject, OccasionKind.PLAN, max(ordinal, 1), at, facts={"dates": dates})
        elif (again := _told_anew_from(record, last)) is not None:
            at = in_sending_hours(record.messaging.zone, again)
            yield Occasion(subject, OccasionKind.PLAN, ordinal + 1, at, facts={"dates": dates})


def _reminders(record: CourseRecord, session: Session) -> Iterator[Occasion]:
    daily = record.protocol.induction.is_daily and session.series is Series.INDUCTION
    known_since = max(
        (one for one in (session.planned_at, session.moved_at, record.released_at) if one is not None),
    )
    for kind in (OccasionKind.VISIT_24H,) if daily else REMINDERS:
        ordinal, last = last_ordinal(record, session.id, kind)
        belongs = nominal(record, session, kind)
        if last is None or last.state is OccasionState.LATER:
            yield _reminder(record, session, kind, max(ordinal, 1), max(belongs, known_since))
            continue
        anew = _told_anew_from(record, last)
        if anew is not None:
            yield _reminder(record, session, kind, ordinal + 1, max(belongs, anew))
            continue
        moved_by = RULES[kind].resend_if_moved_by
        far = last.about is not None and moved_by is not None and abs(session.start - last.about) >= moved_by
        if far and last.state.is_settled and belongs > known_since:
            yield _reminder(record, session, kind, ordinal + 1, belongs)


def _told_anew_from(record: CourseRecord, last: Mark) -> datetime | None:
    """From when what was told before a hold is told again, since the patient was called about the hold; else None."""
    released = record.released_at
    return released if released is not None and last.state.is_settled and last.at < released else None


def _reminder(record: CourseRecord, session: Session, kind: OccasionKind, ordinal: int, at: datetime) -> Occasion:
    decent = in_sending_hours(record.messaging.zone, at)
    return Occasion(
        session.id,
        kind,
        ordinal,
        decent if decent < session.start else at,
        session.start,
        session.ordinal,
        facts=_facts(record, session),
    )


def _facts(record: CourseRecord, session: Session) -> dict[str, str]:
    return {
        "when": moment(record, session.start),
        "minutes": str(record.visit_minutes(session.minutes)),
        "solids_hours": str(record.protocol.session.fasting_solids_hours),
        "fluids_hours": str(record.protocol.session.fasting_fluids_hours),
    }


def _changes(record: CourseRecord, session: Session) -> Iterator[Occasion]:
    """A visit whose time the patient was told, and which now stands elsewhere or nowhere."""
    if session.told is None:
        return
    if session.is_open and session.told != session.start and session.moved_at is not None:
        ordinal, last = last_ordinal(record, session.id, OccasionKind.MOVED)
        waits = last is not None and last.state is OccasionState.LATER
        if last is None or waits or (last.state.is_settled and last.about != session.start):
            facts = {**_facts(record, session), "was": moment(record, session.told)}
            yield Occasion(
                session.id,
                OccasionKind.MOVED,
                ordinal if waits else ordinal + 1,
                _change_at(record, session.moved_at, min(session.told, session.start)),
                session.start,
                session.ordinal,
                facts=facts,
                urgent=True,
            )
    yield from _taken_back(record, session)


def taken_back(record: CourseRecord) -> Iterator[Occasion]:
    """Every visit that the patient was told of and that was cut off before its time came."""
    for session in record.sessions:
        yield from _taken_back(record, session)


def _taken_back(record: CourseRecord, session: Session) -> Iterator[Occasion]:
    if session.told is None or session.ended_at is None:
        return
    if session.is_cut_off and session.told > session.ended_at:
        yield Occasion(
            session.id,
            OccasionKind.CANCELLED,
            1,
            _change_at(record, session.ended_at, session.told),
            session.told,
            session.ordinal,
            facts={"was": moment(record, session.told)},
            urgent=True,
        )


def calendar_entries(record: CourseRecord, one: Occasion) -> tuple[CalendarEntry, ...]:
    """What a message does to the patient's calendar: visits that it names stand there, visits cut off leave it."""
    match one.kind:
        case OccasionKind.PLAN:
            named = [session for session in record.open_sessions if session.series is Series.INDUCTION]
        case kind if kind in {*REMINDERS, OccasionKind.MOVED, OccasionKind.CANCELLED}:
            named = [session for session in record.sessions if session.id == one.subject]
        case _:
            named = []
    return tuple(_calendar_entry(record, session) for session in named)


def _calendar_entry(record: CourseRecord, session: Session) -> CalendarEntry:
    """Its sequence is the seconds from the planning to the last change, which needs no counting and never falls."""
    starts = session.told if session.is_cut_off and session.told is not None else session.start
    changed = session.ended_at if session.is_cut_off else session.moved_at
    sequence = 0 if changed is None else 1 + int((changed - session.planned_at).total_seconds())
    return CalendarEntry(
        session=session.id,
        starts=starts,
        ends=starts + minutes(record.visit_minutes(session.minutes)),
        sequence=sequence + session.is_cut_off,
        cancelled=session.is_cut_off,
    )


def _change_at(record: CourseRecord, made: datetime, visit: datetime) -> datetime:
    return made if visit - made < SOON else in_sending_hours(record.messaging.zone, made)


def _afterwards(record: CourseRecord, session: Session) -> Iterator[Occasion]:
    if session.ended_at is None:
        return
    zone = record.messaging.zone
    if session.status is SessionStatus.NO_SHOW:
        at = in_sending_hours(zone, session.ended_at)
        yield Occasion(session.id, OccasionKind.NO_SHOW, 1, at, None, session.ordinal)
    if session.status is SessionStatus.GIVEN and not _visit_next_day(record, session):
        at = days_from(zone, session.ended_at, 1, MORNING)
        yield Occasion(session.id, OccasionKind.CHECKIN, 1, at, None, session.ordinal, safety=True)


def _visit_next_day(record: CourseRecord, session: Session) -> bool:
    """Whether another visit stands, or stood, on the following day: between daily sessions nobody is asked."""
    ended = session.ended_at or session.start
    return any(ended < one.start < ended + days(1.5) for one in record.sessions if not one.is_cut_off)
