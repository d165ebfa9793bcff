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
    after = [one for one in in_order if one.at >= session.ended_at]
    before = [one for one in in_order if session.arrived_at is not None and one.at <= session.arrived_at]
    if not after:
        yield "no blood pressure after the end"
    elif before and after[-1].systolic > before[-1].systolic + rule.leave_systolic_over:
        yield f"systolic more than {rule.leave_systolic_over} mmHg above that before the dose"
