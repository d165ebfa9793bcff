"""The default staff: everything right and on time, as a pure function of record, now and scenario."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from course.agenda.due import gates_missing
from course.agenda.worklist import Need, needs
from course.model.calendar import days_from
from course.model.parts import Hold, Task
from course.model.protocol.adjunct import NO_MEDICINE
from course.model.record import CourseRecord
from course.model.terms import Action, Decision, NeedKind, OccasionKind, Role
from course.rules.clearance import measure_in
from course.rules.holds import REVIEW_DAYS
from course.scores import secondary
from play.scenario.file import Review, Scenario
from play.scenario.when import span
from play.staff.booking import booster, series
from play.staff.duty import Duty, staffed_before
from play.staff.patient import answer
from play.staff.standpoint import Standpoint
from play.staff.visiting import FINE, HOLD_LOOKS_AHEAD, gate_duties, gates_for, visits


def duties(record: CourseRecord, now: datetime, scenario: Scenario) -> tuple[Duty, ...]:
    """What the staff will do about all that is open, each with its instant, soonest first."""
    desk = Standpoint(record, now, scenario)
    found = [*visits(desk), *_review_in_time(desk)]
    for need in needs(record, now):
        handle = HANDLERS.get(need.kind)
        if handle is not None and need.kind not in scenario.staff.leaves:
            found += handle(desk, need)
    return tuple(sorted(found, key=lambda duty: duty.at))


def looks_again(record: CourseRecord, now: datetime) -> tuple[datetime, ...]:
    """When the staff look at the course anew though nothing has opened: as visits begin, a day before under a hold."""
    ahead = timedelta() if record.held is None else HOLD_LOOKS_AHEAD
    starts = [one.start for one in record.open_sessions]
    return tuple(sorted(one for start in starts for one in {start - ahead, start} if one > now))


def _gates(desk: Standpoint, need: Need) -> Iterator[Duty]:
    at = desk.soon(need.opens)
    missing = gates_missing(desk.record)
    asked = [gate for gate in desk.record.protocol.gates if gate.id in missing or gate.id in desk.scenario.staff.gates]
    open_ones = [gate for gate in asked if gate.id in missing or gate.id not in desk.record.gates]
    yield from gate_duties(desk, open_ones, at)
    if not missing:
        yield from _clear(desk, need)


def _described(desk: Standpoint, instrument: str) -> bool:
    """Whether the scenario says what is answered to an instrument."""
    return any(one.instrument == instrument for one in desk.scenario.answers)


def _clear(desk: Standpoint, need: Need) -> Iterator[Duty]:
    """Signed as soon as the baseline is in; whatever else stands against it is then said."""
    rule = desk.record.protocol.screening
    asked = list(rule.at_intake)
    if not any(desk.record.scores_of(name) for name in rule.suicide):
        asked.append(rule.follow_up)
    asked += [name for name in secondary.missing_since(desk.record, desk.record.opened_at) if _described(desk, name)]
    for name in asked:
        fields = answer(desk.record, desk.scenario, name, 1)
        if fields is not None and not desk.record.scores_of(name):
            yield Duty(desk.soon(need.opens), f"intake/{name}", Role.NURSE, fields)
            return
    baselines = [one.id for one in desk.record.protocol.long_term if one.at_intake]
    for check in baselines:
        if check not in desk.record.baselines:
            fields = {"action": "check", "check": check, "positive": False}
            yield Duty(desk.soon(need.opens), f"intake/{check}", Role.NURSE, fields)
            return
    if baselines and desk.record.medicines_listed_at is None:
        fields = {"action": "medicine", "name": NO_MEDICINE, "starts": desk.soon(need.opens), "at_intake": True}
        yield Duty(desk.soon(need.opens), "intake/medicines", Role.NURSE, fields)
        return
    if measure_in(desk.record, desk.now):
        since = max([need.opens, *(score.at for score in desk.record.primary_scores)])
        yield Duty(desk.soon(since), "clear", Role.PRESCRIBER, {"action": "clear"})


def _schedule(desk: Standpoint, need: Need) -> Iterator[Duty]:
    value = series(desk)
    if value is not None:
        yield Duty(desk.soon(need.opens), f"schedule/{desk.record.session_count}", Role.COORDINATOR, value)


def _book(desk: Standpoint, need: Need) -> Iterator[Duty]:
    value = booster(desk)
    if value is not None:
        yield Duty(desk.soon(need.opens), f"book/{desk.record.session_count}", Role.COORDINATOR, value)


def _lapsed(desk: Standpoint, need: Need) -> Iterator[Duty]:
    yield from _book(desk, need) if desk.record.maintained is not None else _schedule(desk, need)


def _confirm(desk: Standpoint, need: Need) -> Iterator[Duty]:
    at = desk.soon(need.opens)
    if desk.scenario.patient.confirms and at < need.due:
        fields = {"action": "confirm", "session": need.subject}
        yield Duty(at, f"confirm/{need.subject}/{need.due}", Role.COORDINATOR, fields)


def _left(desk: Standpoint, need: Need) -> Iterator[Duty]:
    leaving = {"at": "now", "awake": True, "walking": True, "escort": True}
    fields = {"action": "leave", "session": need.subject, "leaving": leaving, "readings": (FINE,)}
    yield Duty(desk.soon(need.opens), f"leave/{need.subject}", Role.NURSE, fields)


def _not_ready(desk: Standpoint, need: Need) -> Iterator[Duty]:
    session = desk.record.session(need.subject)
    if session is not None:
        yield from gates_for(desk, session, min(desk.soon(need.opens), session.start))


def _silence(desk: Standpoint, need: Need) -> Iterator[Duty]:
    """A call after two questionnaires: the patient answers on the telephone, or stays silent."""
    number = desk.record.ask_count
    value = answer(desk.record, desk.scenario, desk.record.protocol.outcome.instrument, number)
    if value is not None:
        yield Duty(desk.soon(need.opens), f"call/{need.subject}", Role.COORDINATOR, value)


def _evaluate(desk: Standpoint, need: Need) -> Iterator[Duty]:
    record, staff = desk.record, desk.scenario.staff
    number = len(record.evaluations)
    decision = staff.decisions[min(number, len(staff.decisions) - 1)]
    fields: dict[str, Any] = {"action": "evaluate", "decision": decision, "reason": "seen with the patient"}
    if number < len(desk.scenario.patient.wishes):
        fields["wish"] = desk.scenario.patient.wishes[number]
    if decision is Decision.EXTEND:
        fields["sessions"] = staff.extend_by
    if decision is Decision.MAINTENANCE and record.maintained is None:
        fields |= {"as_needed": staff.as_needed, "interval_days": None if staff.as_needed else staff.interval_days}
    at = desk.soon(need.opens)
    rule = record.protocol.measuring
    for instrument in (*rule.also_at_evaluation, *rule.secondary):
        asked = answer(record, desk.scenario, instrument, number + 1) if _described(desk, instrument) else None
        if asked is not None:
            yield Duty(at, f"measure/{instrument}/{number}", Role.NURSE, asked)
    yield Duty(at, f"evaluate/{number}/{record.phase}", Role.PRESCRIBER, fields)


def _hold_review(desk: Standpoint, need: Need) -> Iterator[Duty]:
    if desk.record.held is not None:
        yield _review(desk, desk.record.held, desk.soon(need.opens))


def _review_in_time(desk: Standpoint) -> Iterator[Duty]:
    """A review that would fall on a closed day is held on the last open one before it."""
    held = desk.record.held
    if held is None or held.review_at <= desk.now or NeedKind.HOLD_REVIEW in desk.scenario.staff.leaves:
        return
    at = staffed_before(desk.record.calendar, held.review_at)
    if max([held.since, *_kept(desk, held)]) < at < held.review_at:
        yield _review(desk, held, at)


def _kept(desk: Standpoint, held: Hold) -> list[datetime]:
    """When this hold was reviewed and kept."""
    return [one.at for one in desk.record.entries if one.action is Action.REVIEW and one.at >= held.since]


def _review(desk: Standpoint, held: Hold, at: datetime) -> Duty:
    reviews = desk.scenario.staff.hold_reviews
    verdict = reviews[min(len(_kept(desk, held)), len(reviews) - 1)]
    fields: dict[str, Any] = {"action": "release", "asked_again": True, "reason": "the cause has passed"}
    if verdict is Review.KEEP:
        review_at = min(days_from(desk.record.zone, at, REVIEW_DAYS), at + timedelta(days=REVIEW_DAYS))
        fields = {"action": "review", "review_at": review_at, "reason": "the cause stands"}
    return Duty(at, f"hold/{held.review_at}", Role.PRESCRIBER, fields)


def _escalation(desk: Standpoint, need: Need) -> Iterator[Duty]:
    escalation = desk.record.open_escalation
    if escalation is None:
        return
    staff = desk.scenario.staff
    if escalation.acknowledged_at is None:
        at = max(escalation.clock_from + span(staff.acknowledges_after), desk.now)
        yield Duty(
            at, f"acknowledge/{need.subject}/{escalation.clock_from}", Role.PRESCRIBER, {"action": "acknowledge"}
        )
        return
    at = max(escalation.acknowledged_at + span(staff.resolves_after), desk.now)
    fields = {"action": "resolve", "item": escalation.id, "reason": "spoken with the patient, safety plan made"}
    yield Duty(at, f"resolve/{need.subject}", Role.PRESCRIBER, fields)


def _task(desk: Standpoint, need: Need) -> Iterator[Duty]:
    task = next(one for one in desk.record.tasks if one.id == need.subject)
    at = desk.soon(need.opens)
    yield from _by_telephone(desk, task, at)
    fields = {"action": "resolve", "item": task.id, "reason": "done"}
    yield Duty(at, f"resolve/{task.id}", task.role, fields)


def _by_telephone(desk: Standpoint, task: Task, at: datetime) -> Iterator[Duty]:
    """Who may not be written to is asked by telephone."""
    subject, _, kind = task.session.partition("/")
    number = subject.removeprefix("ask")
    if kind.startswith(OccasionKind.MEASURE) and number.isdigit():
        value = answer(desk.record, desk.scenario, desk.record.protocol.outcome.instrument, int(number))
        if value is not None:
            yield Duty(at, f"call/{subject}", Role.COORDINATOR, value)


def _therapy(desk: Standpoint, need: Need) -> Iterator[Duty]:
    fields = {"action": "attend", "therapy": need.subject, "came": True}
    yield Duty(desk.soon(need.opens), f"attend/{need.subject}/{need.opens}", Role.COORDINATOR, fields)


def _medicine(desk: Standpoint, need: Need) -> Iterator[Duty]:
    fields = {"action": "review_medicine", "medicine": need.subject, "reason": "seen with the patient"}
    yield Duty(desk.soon(need.opens), f"review/{need.subject}/{need.opens}", Role.PRESCRIBER, fields)


def _check(desk: Standpoint, need: Need) -> Iterator[Duty]:
    fields = {"action": "check", "check": need.subject, "positive": False}
    yield Duty(desk.soon(need.opens), f"check/{need.subject}/{need.opens}", Role.NURSE, fields)


def _screen(desk: Standpoint, need: Need) -> Iterator[Duty]:
    value = answer(desk.record, desk.scenario, desk.record.protocol.screening.follow_up, desk.record.ask_count)
    if value is not None:
        yield Duty(desk.soon(need.opens), f"screen/{need.opens}", Role.NURSE, value)


HANDLERS: dict[NeedKind, Callable[[Standpoint, Need], Iterator[Duty]]] = {
    NeedKind.ESCALATION: _escalation,
    NeedKind.SCREEN: _screen,
    NeedKind.HOLD_REVIEW: _hold_review,
    NeedKind.TASK: _task,
    NeedKind.GATES: _gates,
    NeedKind.CLEAR: _clear,
    NeedKind.SCHEDULE: _schedule,
    NeedKind.CONFIRM: _confirm,
    NeedKind.LEAVE: _left,
    NeedKind.NOT_READY: _not_ready,
    NeedKind.MEASURE: _silence,
    NeedKind.EVALUATE: _evaluate,
    NeedKind.BOOK: _book,
    NeedKind.LAPSED: _lapsed,
    NeedKind.THERAPY: _therapy,
    NeedKind.MEDICINE: _medicine,
    NeedKind.CHECK: _check,
}
"""Who looks after which need; what happens on the day of a visit stands in `visiting`."""
