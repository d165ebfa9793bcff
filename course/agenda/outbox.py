"""From occasions due to messages sent: staleness, consent, caps, merging, and folding the outcome back."""

from dataclasses import dataclass
from datetime import datetime

from course.agenda.call_tasks import why_not_written
from course.agenda.due import agenda, due
from course.agenda.send_results import CHANGES, called_too, opened_ask, suppressed
from course.agenda.sending_hours import in_sending_hours, sending_ends
from course.agenda.visits import MORNING, calendar_entries
from course.model.base import hours, minutes
from course.model.calendar import days_from
from course.model.messages import Part, SendOrder
from course.model.occasions import REMINDERS, RULES, Occasion
from course.model.parts import Mark
from course.model.record import CourseRecord
from course.model.terms import Audience, OccasionKind, OccasionState
from course.rules import safety

DAY_CAP = 1
WEEK_CAP = 3
"""Messages a patient gets a day and in seven days before capped kinds wait. [set]"""

DAYS_A_WEEK = 7
"""Caps count days of the patient's calendar, so that what comes at the same hour each week stays weekly."""

SEND_WITHIN = hours(6)
TRIED_AT_LEAST = minutes(5)
"""How long a message is tried where mail refuses; then somebody calls. [set]"""

JOBS = frozenset({OccasionKind.ARCHIVE, OccasionKind.CALENDAR})


@dataclass(frozen=True)
class DueNow:
    """What to do now: the record with everything marked, the messages to send, the jobs to run."""

    record: CourseRecord
    sends: tuple[SendOrder, ...] = ()
    jobs: tuple[Occasion, ...] = ()


def take(record: CourseRecord, now: datetime) -> DueNow:
    """Take all that is due: suppress what is stale or not wanted, put off what a cap forbids, merge the rest."""
    ready = due(record, now)
    if not ready:
        return DueNow(record)
    jobs = tuple(one for one in ready if one.kind in JOBS)
    safety = tuple(one for one in ready if one.kind is OccasionKind.ESCALATION)
    record = _mark_all(record, jobs + safety, now)
    for one in safety:
        record = _step(record, one, now)
    sends = [_order(record, (one,), now, Audience.ONCALL) for one in safety]
    record, letters = _letters(record, _for_patient(ready), now)
    sends += [_order(record, letter, now, Audience.PATIENT) for letter in letters]
    return DueNow(record, tuple(sends), jobs)


def _for_patient(ready: tuple[Occasion, ...]) -> tuple[Occasion, ...]:
    return tuple(one for one in ready if one.kind not in JOBS and one.kind is not OccasionKind.ESCALATION)


def _letters(
    record: CourseRecord, ready: tuple[Occasion, ...], now: datetime
) -> tuple[CourseRecord, list[tuple[Occasion, ...]]]:
    """What goes out now; what falls due because something before it was dropped goes along."""
    kept: list[Occasion] = []
    for one in ready:
        why = _why_not(one, ready, now)
        if why:
            record = suppressed(record, one, now, why, call=one.safety or _untrue_still(record, one, now))
        else:
            kept.append(one)
    if len(kept) < len(ready):
        return _letters(record, _for_patient(due(record, now)), now)
    if not kept:
        return record, []
    record, kept = _wait_for_morning(record, kept, now)
    record, kept = _wait_for_room(record, kept, now) if kept else (record, [])
    if not kept:
        return record, []
    kept += _pulled_forward(record, kept, now)
    if not record.messaging.allowed:
        for one in kept:
            record = suppressed(record, one, now, why_not_written(record), call=True)
        return record, []
    record = _mark_all(record, tuple(kept), now)
    record = record.with_(sent_on=(*record.sent_on, now))
    for one in kept:
        record = called_too(opened_ask(record, one, now), one, now)
    return record, [tuple(sorted(kept, key=_place_in_letter))]


def _untrue_still(record: CourseRecord, one: Occasion, now: datetime) -> bool:
    """Whether a change that is told too late leaves the patient with a visit to come that does not stand so."""
    session = record.session(one.subject)
    return one.kind in CHANGES and session is not None and session.told is not None and session.told > now


def _place_in_letter(one: Occasion) -> tuple[bool, bool]:
    """Changes, then visits, then the rest: the first gives the letter its subject."""
    return not one.urgent, one.about is None


def _why_not(one: Occasion, ready: tuple[Occasion, ...], now: datetime) -> str:
    rule = RULES[one.kind]
    begun = one.kind in {*REMINDERS, OccasionKind.MOVED} and one.about is not None and one.about <= now
    if begun:
        return "stale: the visit has begun"
    asks = one.kind is OccasionKind.MEASURE and one.ordinal == 1
    if rule.stale_after is not None and not asks and now - (one.put_off_from or one.at) > rule.stale_after:
        return "stale: no day had room for it in time" if one.put_off_from else "stale: it came too late"
    same_visit = [other for other in ready if other.subject == one.subject and other is not one]
    if one.kind in REMINDERS:
        later = [other for other in same_visit if other.kind in REMINDERS]
        if any(REMINDERS.index(other.kind) > REMINDERS.index(one.kind) for other in later):
            return "superseded: a later reminder of the same visit is due"
    if one.kind is OccasionKind.MEASURE and one.ordinal > 1:
        fresh = any(other.kind is OccasionKind.MEASURE and other.ordinal == 1 for other in ready)
        return "superseded: the next questionnaire is due" if fresh else ""
    return ""


def _wait_for_morning(record: CourseRecord, kept: list[Occasion], now: datetime) -> tuple[CourseRecord, list[Occasion]]:
    """What was due in the day and is taken at night, after an outage, waits for the morning, unless it is urgent."""
    opens = in_sending_hours(record.messaging.zone, now)
    if opens == now:
        return record, kept
    waits = [one for one in kept if not one.urgent and in_sending_hours(record.messaging.zone, one.at) == one.at]
    for one in waits:
        record = _put_off(record, one, opens, now, "sending hours: it came at night")
    return record, [one for one in kept if one not in waits]


def _put_off(record: CourseRecord, one: Occasion, until: datetime, now: datetime, why: str) -> CourseRecord:
    mark = Mark(state=OccasionState.LATER, at=now, about=one.about, until=until, reason=why)
    return record.with_(occasions={**record.occasions, one.id: mark})


def _wait_for_room(record: CourseRecord, kept: list[Occasion], now: datetime) -> tuple[CourseRecord, list[Occasion]]:
    """Capped kinds alone wait for a visit's message of the same day, or for a day with room; safety waits for none."""
    if any(one.safety or not RULES[one.kind].capped for one in kept):
        return record, kept
    until = _room_at(
        record, now, week_cap=not any(one.presses_from is not None and one.presses_from <= now for one in kept)
    )
    if until is None:
        return record, kept
    for one in kept:
        record = _put_off(record, one, until, now, "cap: enough messages already")
    return record, []


def _room_at(record: CourseRecord, now: datetime, *, week_cap: bool) -> datetime | None:
    zone = record.messaging.zone
    today = zone.local(now).date()
    for other in agenda(record):
        if (
            other.at > now
            and zone.local(other.at).date() == today
            and not RULES[other.kind].capped
            and (other.kind in {*REMINDERS, OccasionKind.PLAN})
        ):
            return other.at
    ago = {sent: (today - zone.local(sent).date()).days for sent in sorted(record.sent_on)}
    if sum(1 for back in ago.values() if back == 0) >= DAY_CAP:
        return days_from(zone, now, 1, MORNING)
    week = [sent for sent, back in ago.items() if back < DAYS_A_WEEK]
    if week_cap and len(week) >= WEEK_CAP:
        return max(days_from(zone, now, 1, MORNING), days_from(zone, week[-WEEK_CAP], 7, MORNING))
    return None


def _pulled_forward(record: CourseRecord, kept: list[Occasion], now: datetime) -> list[Occasion]:
    """What is due later the same day goes along, so that a day has one message."""
    zone = record.messaging.zone
    today = zone.local(now).date()
    along: list[Occasion] = []
    for one in agenda(record):
        if one.at <= now or not RULES[one.kind].merges or zone.local(one.at).date() != today:
            continue
        if one.kind is OccasionKind.VISIT_2H and one.about is not None and zone.local(one.about).date() == today:
            continue
        if any(one.id == other.id for other in kept) or _why_not(one, tuple(kept), now):
            continue
        along.append(one)
    return along


def _mark_all(record: CourseRecord, taken: tuple[Occasion, ...], now: datetime) -> CourseRecord:
    marks = {one.id: Mark(state=OccasionState.IN_FLIGHT, at=now, about=one.about) for one in taken}
    return record.with_(occasions={**record.occasions, **marks})


def _step(record: CourseRecord, one: Occasion, now: datetime) -> CourseRecord:
    """One more was told; after an outage the next one is told half an hour from now, not all of them at once."""
    return record.with_(
        escalations=tuple(safety.stepped(each, now) if each.id == one.subject else each for each in record.escalations)
    )


def _first(record: CourseRecord) -> str:
    """Whom an escalation was reassigned to, until that account has been told."""
    escalation = record.open_escalation
    return escalation.first if escalation is not None and escalation.steps_since_clock <= 1 else ""


def _untold(record: CourseRecord) -> bool:
    """Whether there was nobody to tell when it was last tried."""
    return record.open_escalation is not None and record.open_escalation.untold_since is not None


def _until(record: CourseRecord, letter: tuple[Occasion, ...], now: datetime) -> datetime:
    """Until when a letter may be tried: for six hours, not into the night, not past the visit that it names."""
    ends = [now + SEND_WITHIN, *(one.about for one in letter if one.about is not None)]
    if not any(one.urgent for one in letter):
        ends.append(sending_ends(record.messaging.zone, now))
    return max(min(ends), now + TRIED_AT_LEAST)


def _order(record: CourseRecord, letter: tuple[Occasion, ...], now: datetime, audience: Audience) -> SendOrder:
    safety = audience is Audience.ONCALL
    return SendOrder(
        course_id=record.course_id,
        patient_id=record.patient_id,
        site=record.site,
        audience=audience,
        parts=tuple(
            Part(occasion=one.id, kind=one.kind, facts=one.facts, calendar=calendar_entries(record, one))
            for one in letter
        ),
        as_of=now,
        language=record.messaging.language,
        email=record.messaging.email,
        sms=record.messaging.sms,
        until=None if safety else _until(record, letter, now),
        step=letter[0].ordinal - 1 if safety else 0,
        first=_first(record) if safety else "",
        resend_unsure=safety,
        waits=safety and _untold(record),
    )
