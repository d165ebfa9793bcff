"""When a patient may leave after an infusion: the criteria, and what is not met; the limits are the protocol's."""

from collections.abc import Iterator, Sequence

from course.acts.room import Leaving
from course.model.base import minutes
from course.model.protocol.protocol import Protocol
from course.model.record import CourseRecord
from course.model.visit import Session, Vitals
from course.rules import vitals


def unmet(record: CourseRecord, session: Session, leaving: Leaving, taken: Sequence[Vitals]) -> tuple[str, ...]:
    """What stands against leaving, a sentence each; `taken` are the readings of the visit, the last ones included."""
    return tuple(_unmet(record, session, leaving, taken))


def in_words(protocol: Protocol) -> tuple[str, ...]:
    """The protocol's own rule for leaving, for a sheet of paper."""
    rule = protocol.session
    nearness = f"{rule.leave_systolic_over}/{rule.leave_diastolic_over}"
    return (
        f"{rule.leave_minutes} minutes or more after the end",
        "awake, walking safely, with the escort",
        f"vital signs of the last {rule.readings_minutes} minutes: {', '.join(vitals.in_words(protocol.leaving))}",
        f"a pressure at most {nearness} mmHg above the one before the dose; a lower one is no reason to stay",
    )


def _unmet(record: CourseRecord, session: Session, leaving: Leaving, taken: Sequence[Vitals]) -> Iterator[str]:
    rule = record.protocol.session
    if not leaving.awake:
        yield "not awake"
    if not leaving.walking:
        yield "not walking safely"
    if not leaving.escort:
        yield "no escort"
    if session.ended_at is None:
        return
    watched = int((leaving.at - session.ended_at).total_seconds() // 60)
    if leaving.at < session.ended_at + minutes(rule.leave_minutes):
        yield f"{max(watched, 0)} minutes after the end, of {rule.leave_minutes}"
    after = [one for one in taken if session.ended_at <= one.at <= leaving.at]
    found = vitals.against_limits(record.protocol.leaving, after, leaving.at, rule.readings_minutes)
    if asked := vitals.asked_again(found, rule.readings_minutes):
        yield asked
    yield from found.outside
    yield from _above(record, session, after, taken)


def _above(record: CourseRecord, session: Session, after: Sequence[Vitals], taken: Sequence[Vitals]) -> Iterator[str]:
    """A pressure too far above the one before the dose; a lower one is never too far."""
    before = [one for one in taken if session.arrived_at is not None and one.at <= session.arrived_at]
    if not after or not before:
        return
    last, first = (max(ones, key=lambda one: one.at) for ones in (after, before))
    rule = record.protocol.session
    for name, rise, most in (
        ("systolic", last.systolic - first.systolic, rule.leave_systolic_over),
        ("diastolic", last.diastolic - first.diastolic, rule.leave_diastolic_over),
    ):
        if rise > most:
            yield f"{name} more than {most} mmHg above that before the dose"
