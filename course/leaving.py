"""When a patient may leave after an infusion: the criteria, and what is not met; the limits are the protocol's."""

from collections.abc import Iterator, Sequence

from course.carried import minutes
from course.record import CourseRecord
from course.room_acts import Leaving
from course.visit import Session, Vitals


def unmet(record: CourseRecord, session: Session, leaving: Leaving, vitals: Sequence[Vitals]) -> tuple[str, ...]:
    """What stands against leaving, a sentence each; `vitals` are those of the visit, the last ones included."""
    return tuple(_unmet(record, session, leaving, vitals))


def _unmet(record: CourseRecord, session: Session, leaving: Leaving, vitals: Sequence[Vitals]) -> Iterator[str]:
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
    in_order = sorted(vitals, key=lambda one: one.at)
    recent = max(session.ended_at, leaving.at - minutes(rule.leave_minutes))
    after = [one for one in in_order if one.at >= recent]
    before = [one for one in in_order if session.arrived_at is not None and one.at <= session.arrived_at]
    if not after:
        yield f"no blood pressure after the end, in the last {rule.leave_minutes} minutes"
    elif before:
        yield from _off("systolic", after[-1].systolic - before[-1].systolic, rule.leave_systolic_over)
        yield from _off("diastolic", after[-1].diastolic - before[-1].diastolic, rule.leave_diastolic_over)


def _off(name: str, change: int, most: int) -> Iterator[str]:
    """A pressure that is not near the one before the dose, above or below."""
    if abs(change) > most:
        yield f"{name} more than {most} mmHg {'above' if change > 0 else 'below'} that before the dose"
