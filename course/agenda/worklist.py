"""The worklist: what a human must do, who, by when."""

from dataclasses import replace
from datetime import datetime

from course.agenda import booster_booking
from course.agenda import questionnaires as asking
from course.agenda.date_format import when
from course.agenda.due import agenda, gates_missing
from course.agenda.evaluations import evaluation_due
from course.model.base import days, hours, minutes
from course.model.memoize import memoized
from course.model.need import CALLED_ABOUT, Need
from course.model.record import CourseRecord
from course.model.terms import NeedKind, Phase, Role, SessionStatus
from course.model.visit import Session
from course.phases import dosed_in_series, still_to_plan
from course.rules import clearance, safety, screening
from course.rules.followup import followups
from course.rules.gates import gate_problems
from course.scores import secondary

__all__ = ["Need", "needs", "needs_ahead", "next_due", "next_owed"]

STALLED_DAYS = 7
SETTLE_HOURS = 24
"""How soon an escalation is settled by whoever took it on. [set]"""

UNCONFIRMED_HOURS = 48
NOT_READY_HOURS = 24
SCREEN_HOURS = 8
"""How soon the screener is asked that a positive safety item owes. [set]"""

MEASURE_HOURS = 4
RECORD_AFTER_HOURS = 1
RECORD_AFTER_WATCH_MINUTES = 30
NAMED_MOST = 3


def needs(record: CourseRecord, now: datetime) -> tuple[Need, ...]:
    """What waits for a person now, most pressing first."""
    return tuple(need for need in needs_ahead(record, now) if need.opens <= now)


def needs_ahead(record: CourseRecord, now: datetime | None = None) -> tuple[Need, ...]:
    """All needs that the record foresees, also those that open later; `now` changes the result only during intake."""
    return _foreseen(record) if now is None or record.phase is not Phase.INTAKE else _all(record, now)


@memoized
def _foreseen(record: CourseRecord) -> tuple[Need, ...]:
    return _all(record, None)


def _all(record: CourseRecord, now: datetime | None) -> tuple[Need, ...]:
    found = list(_safety(record)) + list(_tasks(record))
    if not record.closed:
        found += [*_intake(record, now), *_visits(record), *_answers(record), *_decisions(record), *followups(record)]
    found = [_after_call(record, need) for need in found]
    return tuple(sorted(found, key=lambda need: (need.kind is not NeedKind.ESCALATION, need.due, need.kind)))


def _after_call(record: CourseRecord, need: Need) -> Need:
    """After a call the row reopens at `again_at`; a need that opened after the call is unaffected."""
    called = record.calls.get(need.kind)
    if called is None or need.kind not in CALLED_ABOUT or called.at < need.opens:
        return need
    text = f"{need.text} (last call: {called.outcome.replace('_', ' ')})"
    return replace(need, opens=called.again_at, due=max(need.due, called.again_at + days(1)), text=text)


def next_due(record: CourseRecord, now: datetime) -> datetime | None:
    """The next instant at which anything happens by itself or anything opens for a person."""
    ahead = [occasion.at for occasion in agenda(record)]
    ahead += [need.opens for need in needs_ahead(record) if need.opens > now]
    return min(ahead, default=None)


def next_owed(record: CourseRecord) -> datetime | None:
    """When the course next owes anybody anything: an occasion, or a need's due time."""
    ahead = [occasion.at for occasion in agenda(record)] + [need.due for need in needs_ahead(record)]
    ahead += [session.start for session in record.open_sessions]
    return min(ahead, default=None)


def _safety(record: CourseRecord) -> list[Need]:
    found = []
    escalation = record.open_escalation
    if escalation is not None:
        what = ", ".join(sorted({trigger.what for trigger in escalation.triggers}))
        untold = escalation.untold_since
        nobody = "" if untold is None else f", nobody to tell since {when(record.zone, untold)}"
        owner = f", with {escalation.acknowledged_by}" if escalation.acknowledged_by else ", not acknowledged"
        unheard = escalation.acknowledged_at is None
        due = escalation.clock_from + (minutes(safety.ACKNOWLEDGE_MINUTES) if unheard else hours(SETTLE_HOURS))
        found.append(
            Need(
                NeedKind.ESCALATION, escalation.id, escalation.opened_at, due, Role.PRESCRIBER, f"{what}{nobody}{owner}"
            )
        )
    since = screening.owed_since(record)
    if since is not None and not record.closed:
        text = screening.owed(record)[0]
        found.append(Need(NeedKind.SCREEN, "screen", since, since + hours(SCREEN_HOURS), Role.NURSE, text))
    if record.held is not None and not record.closed:
        held = record.held
        found.append(
            Need(NeedKind.HOLD_REVIEW, "hold", held.review_at, held.review_at, held.owner_role, f"held: {held.cause}")
        )
    return found


def _tasks(record: CourseRecord) -> list[Need]:
    return [
        Need(NeedKind.TASK, task.id, task.opened_at, task.due, task.role, task.text)
        for task in record.tasks
        if task.resolved_at is None
    ]


def _intake(record: CourseRecord, now: datetime | None) -> list[Need]:
    if record.phase is not Phase.INTAKE:
        return []
    missing = gates_missing(record)
    if missing:
        stalled = record.opened_at + days(STALLED_DAYS)
        more = " …" if len(missing) > NAMED_MOST else ""
        text = f"{len(missing)} intake answers missing: {', '.join(missing[:NAMED_MOST])}{more}"
        short = "intake answers are missing"
        return [Need(NeedKind.GATES, "intake", record.opened_at, stalled, Role.NURSE, text, short)]
    since = max((gate.since for gate in record.gates.values()), default=record.opened_at)
    due = since + days(STALLED_DAYS)
    at = now or max([since, *(one.at for one in record.scores)])
    unscreened = [f"{one}, or a prescriber signs with a reason" for one in clearance.why_unscreened(record, at)]
    against = [*clearance.why_not_clear(record, at), *unscreened]
    if against:
        more = " …" if len(against) > NAMED_MOST else ""
        text = f"before clearance: {'; '.join(against[:NAMED_MOST])}{more}"
        short = f"before clearance: {against[0]}"
        return [Need(NeedKind.GATES, "intake", since, due, Role.NURSE, text, short)]
    text = f"intake answered: sign clearance{secondary.first_ask(record)}"
    return [Need(NeedKind.CLEAR, "intake", since, due, Role.PRESCRIBER, text)]


def _visits(record: CourseRecord) -> list[Need]:
    found = []
    missing = still_to_plan(record)
    since = record.phase_since or record.opened_at
    if missing and record.held is None:
        ended = [one.ended_at for one in record.sessions if one.ended_at is not None and not one.status.is_dosed]
        opens = max([since, *ended])
        found.append(
            Need(
                NeedKind.SCHEDULE,
                f"series{record.series_number}",
                opens,
                opens + days(2),
                Role.COORDINATOR,
                f"{missing} sessions to plan",
            )
        )
    for session in record.open_sessions:
        found += _visit(record, session)
    return found + [_still_here(record, one) for one in record.sessions if one.still_here]


def _still_here(record: CourseRecord, session: Session) -> Need:
    """Somebody who was dosed and of whom nobody has written down that they left."""
    opens = (session.ended_at or session.end) + minutes(record.protocol.session.leave_minutes)
    text = f"session {session.ordinal}: has the patient left?"
    return Need(NeedKind.LEAVE, session.id, opens, opens + hours(RECORD_AFTER_HOURS), Role.NURSE, text)


def _visit(record: CourseRecord, session: Session) -> list[Need]:
    late = session.end + minutes(record.protocol.session.leave_minutes + RECORD_AFTER_WATCH_MINUTES)
    found = [
        Need(
            NeedKind.RECORD,
            session.id,
            late,
            late + hours(RECORD_AFTER_HOURS),
            Role.NURSE,
            f"session {session.ordinal}: what happened?",
        )
    ]
    if session.arrived_at is None:
        found += _not_ready(record, session)
    if session.status is SessionStatus.PLANNED and record.held is None:
        opens = max(session.start - hours(UNCONFIRMED_HOURS), session.planned_at)
        if opens < session.start:
            found.append(
                Need(
                    NeedKind.CONFIRM,
                    session.id,
                    opens,
                    session.start,
                    Role.COORDINATOR,
                    f"session {session.ordinal} is not confirmed",
                )
            )
    return found


def _not_ready(record: CourseRecord, session: Session) -> list[Need]:
    """What would refuse this visit's clearance and can still be mended: gates the day before, the measure at last."""
    number = 1 + dosed_in_series(record)
    missing = [(NOT_READY_HOURS, one.sentence) for one in gate_problems(record, session.start, number)]
    if not clearance.measure_in(record, session.start):
        missing.append((MEASURE_HOURS, f"{record.protocol.outcome.instrument} is missing"))
    late = [(MEASURE_HOURS, f"{name} is to be rated") for name in clearance.unrated(record, session.start)]
    missing += late
    if not missing or record.held is not None:
        return []
    opens = max(session.start - hours(max(ahead for ahead, _ in missing)), session.planned_at)
    shown = [what for ahead, what in missing if session.start - hours(ahead) <= opens]
    text = f"session {session.ordinal} is not ready: {', '.join(shown)}"
    return [Need(NeedKind.NOT_READY, session.id, opens, session.start, Role.NURSE, text)]


def _answers(record: CourseRecord) -> list[Need]:
    silent = asking.silent_since(record)
    if silent is None:
        return []
    text = "two questionnaires sent, no answer: call"
    return [Need(NeedKind.MEASURE, f"ask{record.ask_count}", silent, silent + days(1), Role.COORDINATOR, text)]


def _decisions(record: CourseRecord) -> list[Need]:
    found = []
    evaluation = evaluation_due(record)
    if evaluation is not None:
        opens, due, why = evaluation
        found.append(Need(NeedKind.EVALUATE, "evaluation", opens, due, Role.PRESCRIBER, why + _first_ask(record)))
    lapsed = booster_booking.lapsed_since(record)
    if lapsed is not None:
        opens = lapsed + days(record.protocol.maintenance.lapse_days)
        found.append(Need(NeedKind.LAPSED, "lapsed", opens, opens + days(7), Role.COORDINATOR, "no visit booked: call"))
    book, window = booster_booking.book_from(record), booster_booking.next_window(record)
    if book is not None and window is not None and record.maintained is not None:
        found.append(
            Need(
                NeedKind.BOOK,
                f"b{booster_booking.booster_number(record)}",
                max(book, record.maintained.since),
                window[0],
                Role.COORDINATOR,
                f"booster {booster_booking.booster_number(record)} to book",
            )
        )
    return found


def _first_ask(record: CourseRecord) -> str:
    """What an evaluation reads too and nobody has asked since the one before it, or since the series ended."""
    since = max([one.at for one in record.evaluations] + [record.phase_since or record.opened_at])
    asked = record.protocol.measuring.also_at_evaluation
    missing = [name for name in asked if not any(one.at >= since for one in record.scores_of(name))]
    missing += secondary.missing_since(record, since)
    return f"; first ask {', '.join(missing)}" if missing else ""
