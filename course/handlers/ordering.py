"""The order, and what of the visits that are booked no longer fits it."""

from collections.abc import Iterator
from datetime import datetime

from course.acts.catalogue import AmendOrder
from course.agenda.call_tasks import visit_of
from course.handlers.change import Change, Refused, refuse_if, signature
from course.model.base import days
from course.model.calendar import days_from
from course.model.journal import open_task
from course.model.record import CourseRecord
from course.model.terms import Phase, Role, Series, SessionStatus, TaskKind
from course.model.visit import Session
from course.phases import dosed_in_series, still_to_plan
from course.rules.dosing import why_order_refused
from course.scheduling import planner

AHEAD = frozenset({SessionStatus.PLANNED, SessionStatus.CONFIRMED})
FIELDS = ("amount", "minutes", "max_mg", "sessions", "weekdays")
CLASH_DAYS = 1
"""Within how many days somebody looks at visits that no longer fit the order, or before the first of them. [set]"""


def amend_order(record: CourseRecord, act: AmendOrder, now: datetime) -> Change:
    """Change the order inside the protocol's ranges; visits that no longer fit are named, and become a task."""
    given = {name: value for name in FIELDS if (value := getattr(act, name)) is not None}
    if not given:
        raise Refused(f"nothing to amend: give at least one of {', '.join(FIELDS)}")
    changes = {name: value for name, value in given.items() if value != getattr(record.order, name)}
    signed = signature(act.actor, act.happened_at, "ordered")
    order = record.order.with_(**given, signed=signed)
    refuse_if(why_order_refused(record.protocol, order))
    changed = record.with_(order=order)
    if "minutes" in changes:
        longer = (one.with_(minutes=order.minutes) if one.status in AHEAD else one for one in record.sessions)
        changed = changed.with_(sessions=tuple(longer))
    if "sessions" in given and record.phase is Phase.INDUCTION:
        changed = changed.with_(series_target=order.sessions)
    unfit = (*_of_visits(changed, changes, act.no_chair), *_of_series(changed, changes, now))
    before = ", ".join(f"{name} {getattr(record.order, name)}" for name in given)
    after = ", ".join(f"{name} {value}" for name, value in given.items())
    return Change(_asked(changed, unfit, now), f"order amended: {after}", before, after, unfit)


def _asked(record: CourseRecord, unfit: tuple[str, ...], now: datetime) -> CourseRecord:
    """The record with one open task, which says all that does not fit the order as it now is."""
    still = tuple(
        one.with_(resolved_at=now) if one.kind is TaskKind.ORDER_CLASH and one.resolved_at is None else one
        for one in record.tasks
    )
    record = record.with_(tasks=still)
    if not unfit:
        return record
    due = min([now + days(CLASH_DAYS), *(one.start for one in record.open_sessions)])
    text = f"the order was amended, look at what is booked: {'; '.join(unfit)}"
    return open_task(record, TaskKind.ORDER_CLASH, now, due, Role.COORDINATOR, text)


def _of_visits(record: CourseRecord, changes: dict[str, object], no_chair: tuple[str, ...]) -> Iterator[str]:
    """What no longer fits, visit by visit."""
    for visit in record.open_sessions:
        named = visit_of(record, visit)
        if visit.status not in AHEAD:
            if changes.keys() & {"amount", "minutes", "max_mg"}:
                yield f"{named}: it was cleared under the order before"
            continue
        why = record.why_not_open(visit.start, visit.minutes) if "minutes" in changes else ""
        if why:
            yield f"{named}: {why}"
        elif visit.id in no_chair:
            yield f"{named}: no chair is reserved for {record.visit_minutes(visit.minutes)} minutes"
        weekday = record.zone.local(visit.start).weekday()
        if "weekdays" in changes and visit.series is Series.INDUCTION and weekday not in record.order.weekdays:
            yield f"{named}: it stands on none of the ordered days"


def _of_series(record: CourseRecord, changes: dict[str, object], now: datetime) -> Iterator[str]:
    """What no longer fits of the series: visits beyond the ordered number, or more of them than its span holds."""
    if "sessions" not in changes or record.phase is not Phase.INDUCTION or record.ceased:
        return
    booked = [one for one in record.open_sessions if one.series is Series.INDUCTION]
    more = dosed_in_series(record) + len(booked) - record.series_target
    for visit in booked[-more:] if more > 0 else ():
        yield f"{visit_of(record, visit)}: one more than the {record.series_target} sessions ordered"
    if booked and (missing := still_to_plan(record)):
        yield from _over_the_span(record, booked, missing, now)


def _over_the_span(record: CourseRecord, booked: list[Session], missing: int, now: datetime) -> Iterator[str]:
    """How the series would leave its windows if the sessions that it lacks followed those that are booked."""
    rule, zone = record.protocol.induction, record.zone
    weekdays = record.order.weekdays or rule.weekdays
    after = (days_from(zone, max(booked[-1].start, now), rule.gap_days_min + ahead) for ahead in range(7))
    first = next(one for one in after if zone.local(one).weekday() in weekdays)
    length = record.visit_minutes(record.order.minutes)
    more = planner.plan_series(rule, missing, first, weekdays, length, record.calendar)
    given = (dose.at for dose in record.series_doses)
    stands = tuple(sorted((*given, *(one.start for one in booked))))
    already = planner.check_series(stands, rule)
    for one in planner.check_series((*stands, *more.starts), rule):
        if one not in already:
            yield f"{visit_of(record, booked[-1])} and {missing} more after it: {one}"
