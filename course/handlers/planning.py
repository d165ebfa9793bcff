"""Planning: the series, confirmations, moved and omitted visits, boosters."""

from datetime import datetime
from itertools import pairwise

from course.acts.catalogue import BookBooster, ConfirmVisit, DeferVisit, OmitVisit, ScheduleSeries
from course.agenda import booster_booking, evaluations
from course.handlers.change import Change, Refused, refuse_if, session_of, shown
from course.model.base import days
from course.model.record import CourseRecord
from course.model.terms import Role, Series, SessionStatus
from course.model.visit import Session
from course.phases import dosed_in_series, still_to_plan
from course.rules import maintenance
from course.scheduling import planner
from course.scores.booster_visits import ONE_BOOSTER_DAYS

HORIZON_DAYS = 400


def schedule_series(record: CourseRecord, act: ScheduleSeries, now: datetime) -> Change:
    """Plan every session that the running series lacks."""
    missing = still_to_plan(record)
    if missing == 0:
        raise Refused("every session of this series is planned: use `defer` to move one")
    starts, deviations, notes = _starts(record, act, missing, now)
    for start in starts:
        refuse_if(why_not_at(record, start, record.order.minutes, now))
    if deviations and not act.reason:
        raise Refused(
            f"this leaves the protocol's windows ({'; '.join(deviations)}): choose other dates or give a --reason"
        )
    changed = record
    for start in starts:
        changed = _with_new(changed, Series.INDUCTION, start, now, deviation="; ".join(deviations))
    dates = ", ".join(shown(record, start) for start in starts)
    return Change(changed, f"{len(starts)} sessions planned: {dates}", "", dates, (*deviations, *notes))


def _starts(
    record: CourseRecord, act: ScheduleSeries, missing: int, now: datetime
) -> tuple[tuple[datetime, ...], tuple[str, ...], tuple[str, ...]]:
    """When each is, where that leaves the protocol's windows, and which visits moved off a closed day."""
    if bool(act.at) == (act.first is not None):
        raise Refused("say either when the first session is (--first) or when each one is (--on)")
    rule, given = record.protocol.induction, tuple(dose.at for dose in record.series_doses)
    taken = tuple(one.start for one in record.open_sessions)
    if act.at:
        if len(act.at) > missing:
            raise Refused(f"{len(act.at)} times given, {missing} sessions to plan: give at most {missing}")
        return act.at, planner.check_series(tuple(sorted((*given, *taken, *act.at))), rule), ()
    if act.first is None or act.first < now:
        raise Refused("the first session lies in the past: a planned act needs a time to come")
    plan = planner.plan_series(
        rule,
        missing,
        act.first,
        record.order.weekdays,
        record.visit_minutes(record.order.minutes),
        record.calendar,
        after=max(given, default=record.last_infusion_at),
    )
    whole = planner.check_series(tuple(sorted((*given, *taken, *plan.starts))), rule)
    return plan.starts, tuple(dict.fromkeys((*plan.deviations, *whole))), plan.notes


def why_not_at(record: CourseRecord, start: datetime, minutes: int, now: datetime, but: str = "") -> str:
    """Why a visit cannot be planned at an instant, in one sentence, or an empty string."""
    if start < now:
        return f"{shown(record, start)} lies in the past: a planned act needs a time to come"
    if start > now + days(HORIZON_DAYS):
        return f"{shown(record, start)} is more than {HORIZON_DAYS} days off: plan nearer"
    clash = next((one for one in record.open_sessions if one.id != but and abs(one.start - start) < days(0.5)), None)
    if clash is not None:
        return f"session {clash.id} already stands at {shown(record, clash.start)}: choose another day or defer it"
    return record.why_not_open(start, minutes)


def _with_new(
    record: CourseRecord, series: Series, start: datetime, now: datetime, *, early: bool = False, deviation: str = ""
) -> CourseRecord:
    number = record.session_count + 1
    session = Session(
        id=f"s{number}",
        ordinal=number,
        series=series,
        series_number=record.series_number,
        start=start,
        minutes=record.order.minutes,
        planned_at=now,
        early=early,
        deviation=deviation,
    )
    return record.with_(sessions=(*record.sessions, session), session_count=number)


def confirm_visit(record: CourseRecord, act: ConfirmVisit, now: datetime) -> Change:
    """The patient will come."""
    session = session_of(record, act.session)
    if session.start < now:
        raise Refused(f"session {session.id} has begun: record what happened instead")
    confirmed = session.with_(status=SessionStatus.CONFIRMED, confirmed_at=act.happened_at)
    escort = "" if act.escort else ", no escort yet"
    return Change(
        record.with_session(confirmed), f"session {session.id} confirmed{escort}", session.status, "confirmed"
    )


def defer_visit(record: CourseRecord, act: DeferVisit, now: datetime) -> Change:
    """Move a visit, alone or with the rest of its series; ids stay."""
    session = session_of(record, act.session)
    if act.to == session.start:
        raise Refused(f"session {session.id} stands at {shown(record, act.to)} already: give another time")
    refuse_if(why_not_at(record.with_(sessions=()), act.to, session.minutes, now))
    moves, deviations = _moves(record, session, act)
    if deviations and not act.reason:
        raise Refused(
            f"this leaves the protocol's windows ({'; '.join(deviations)}): choose another time or give a --reason"
        )
    changed = record
    for moved, start in moves:
        refuse_if(record.why_not_open(start, moved.minutes))
        if start == moved.start:
            continue
        changed = changed.with_session(
            moved.with_(
                start=start,
                moved_at=now,
                moved_from=moved.start,
                status=SessionStatus.PLANNED,
                confirmed_at=None,
                code=act.code,
                reason=act.reason,
                deviation="; ".join(deviations),
            )
        )
    stands = [one.start for one in changed.open_sessions]
    if any(later - sooner < days(0.5) for sooner, later in pairwise(stands)):
        raise Refused(
            f"another session already stands near {shown(record, act.to)}: move it first, or use --scope rest"
        )
    rest = f" and {len(moves) - 1} after it" if len(moves) > 1 else ""
    return Change(
        changed,
        f"session {session.id}{rest} moved to {shown(record, act.to)} ({act.code})",
        shown(record, session.start),
        shown(record, act.to),
        deviations,
    )


def _moves(
    record: CourseRecord, session: Session, act: DeferVisit
) -> tuple[list[tuple[Session, datetime]], tuple[str, ...]]:
    rule = record.protocol.induction
    series = [one for one in record.open_sessions if one.series is session.series]
    if session.series is Series.BOOSTER:
        deviation = _booster_deviation(record, act.to, early=session.early)
        return [(session, act.to)], (deviation,) if deviation else ()
    given = tuple(dose.at for dose in record.series_doses)
    starts = tuple(one.start for one in series)
    index = series.index(session)
    if act.scope == "rest":
        length = record.visit_minutes(session.minutes)
        plan = planner.shift_rest(starts, index, act.to, rule, record.calendar, length, weekdays=record.order.weekdays)
        return list(zip(series[index:], plan.starts[index:], strict=True)), planner.check_series(
            given + plan.starts, rule
        )
    alone = tuple(sorted((*starts[:index], act.to, *starts[index + 1 :])))
    return [(session, act.to)], planner.check_series(given + alone, rule)


def omit_visit(record: CourseRecord, act: OmitVisit, now: datetime) -> Change:
    """Leave a visit out for good."""
    session = session_of(record, act.session)
    omitted = session.with_(status=SessionStatus.OMITTED, ended_at=now, code=act.code, reason=act.reason)
    changed = record.with_session(omitted)
    if session.series is Series.INDUCTION and not _beyond_the_order(record):
        changed = changed.with_(series_target=max(0, record.series_target - 1))
    return Change(changed, f"session {session.id} omitted ({act.code})", session.status, "omitted")


def _beyond_the_order(record: CourseRecord) -> bool:
    """Whether more sessions are given and booked than are ordered: one left out is then not one less."""
    booked = sum(1 for one in record.open_sessions if one.series is Series.INDUCTION)
    return dosed_in_series(record) + booked > record.series_target


def _same_booster(record: CourseRecord, at: datetime) -> bool:
    """Whether a visit belongs to a booster of several sessions that is booked or under way: within its week."""
    starts = [one.at for one in record.valid_doses if one.series is Series.BOOSTER]
    starts += [one.start for one in record.open_sessions if one.series is Series.BOOSTER]
    near = [one for one in starts if abs(record.zone.days_between(one, at)) < ONE_BOOSTER_DAYS]
    return 0 < len(near) < record.protocol.maintenance.sessions_per_booster


def _booster_deviation(record: CourseRecord, at: datetime, *, early: bool) -> str:
    """How a booster leaves its window; raises Refused where it comes too early, or too near the last infusion.

    As-needed ones have no window, and the brakes on early ones.
    """
    window = booster_booking.next_window(record)
    if _same_booster(record, at):
        return ""
    if early or window is None:
        refuse_if(maintenance.why_no_early_booster(record, at))
    elif at < window[0]:
        raise Refused(
            f"the window opens {shown(record, window[0])}: choose a time inside it, "
            "or a prescriber books with --early and a reason"
        )
    return "" if window is None or at <= window[1] else f"after the window, which closes {shown(record, window[1])}"


def book_booster(record: CourseRecord, act: BookBooster, now: datetime) -> Change:
    """Book one maintenance session."""
    refuse_if(why_not_at(record, act.at, record.order.minutes, now))
    if record.open_sessions and not _same_booster(record, act.at):
        raise Refused(f"session {record.open_sessions[0].id} is booked already: defer or omit it first")
    if act.early and (act.actor.role is not Role.PRESCRIBER or not act.reason):
        raise Refused("an early booster takes a prescriber and a reason: add --reason")
    if act.early:
        refuse_if(evaluations.evaluation_forced(record))
    deviation = _booster_deviation(record, act.at, early=act.early)
    if deviation and not act.reason:
        raise Refused(f"this is {deviation}: choose another time or give a --reason")
    changed = _with_new(record, Series.BOOSTER, act.at, now, early=act.early, deviation=deviation)
    kind = "early booster" if act.early else "booster"
    return Change(
        changed, f"{kind} {changed.sessions[-1].id} booked for {shown(record, act.at)}", "", shown(record, act.at)
    )
