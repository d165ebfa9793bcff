"""An amended order says which of the booked visits no longer fit it, and a person is asked to look at them."""

from datetime import timedelta
from decimal import Decimal

from course.agenda.worklist import needs
from course.model.parts import Task
from course.model.record import CourseRecord
from course.model.terms import Role, TaskKind
from tests.support.life import Life
from tests.support.stories import MONDAY, check_in, scheduled


def clashes(record: CourseRecord) -> list[Task]:
    """The open tasks about visits that no longer fit the order."""
    return [one for one in record.tasks if one.kind is TaskKind.ORDER_CLASH and one.resolved_at is None]


def late_in_the_day() -> Life:
    """A series whose visits of 40 minutes end, with the watch, just before the site closes."""
    life = scheduled()
    calendar, length = life.record.calendar, life.record.visit_minutes(40)
    ends = life.record.zone.local(MONDAY) + timedelta(minutes=length + 10)
    hours = tuple(one.model_copy(update={"closes": ends.time()}) for one in calendar.hours)
    life.record = life.record.with_(calendar=calendar.with_(hours=hours))
    return life


def of_any_length() -> Life:
    """A series under a protocol that leaves the number of sessions to the order."""
    life = scheduled()
    induction = life.record.protocol.induction.with_(sessions_min=3, sessions_max=12)
    life.record = life.record.with_(protocol=life.record.protocol.with_(induction=induction))
    return life


def test_longer_visits_that_end_after_the_site_closes() -> None:
    """Each is named with its time, in the receipt, on the page and in one task; shorter ones take the task back."""
    life = late_in_the_day()
    visits = life.record.open_sessions
    receipt = life.do("order", minutes=60, reason="slower")
    assert len(receipt.warnings) == len(visits)
    assert "outside the hours" in receipt.warnings[0]
    (task,) = clashes(life.record)
    assert all(f"session {one.id}, " in task.text for one in visits)
    assert all(f"session {one.id}, " in life.record.entries[-1].text for one in visits)
    assert (task.role, task.due <= visits[0].start) == (Role.COORDINATOR, True)
    assert task.text in [need.text for need in needs(life.record, life.now)]
    assert life.do("order", minutes=45, reason="as before").warnings == ()
    assert clashes(life.record) == []


def test_fewer_sessions_than_are_booked() -> None:
    """The last of them are too many; leaving them out does not take from what is ordered."""
    life = of_any_length()
    *kept, sixth = life.record.open_sessions
    life.do("order", sessions=len(kept), reason="enough")
    (task,) = clashes(life.record)
    assert f"session {sixth.id}, " in task.text
    assert f"session {kept[-1].id}, " not in task.text
    life.do("omit", Role.COORDINATOR, session=sixth.id, code="other", reason="not ordered any more")
    assert life.record.series_target == len(kept)


def test_more_sessions_than_the_series_may_span() -> None:
    """The protocol's span is said with the order, before anybody plans."""
    life = of_any_length()
    span = life.record.protocol.induction.span_days_max
    receipt = life.do("order", sessions=12, reason="more")
    assert any(f"at most {span}" in one for one in receipt.warnings)
    assert len(clashes(life.record)) == 1


def test_days_that_are_no_longer_ordered() -> None:
    """A visit on a Monday stands out once only Tuesdays and Thursdays are ordered."""
    life = scheduled()
    receipt = life.do("order", weekdays=(1, 3), reason="work")
    assert "none of the ordered days" in receipt.warnings[0]


def test_another_dose_for_somebody_who_is_cleared() -> None:
    """The dose was planned under the order before; visits to come are planned under the new one."""
    life = scheduled()
    visit = life.record.open_sessions[0]
    life.go_to(visit.start)
    check_in(life, visit.id)
    receipt = life.do("order", amount=Decimal("0.4"), reason="dizzy last time")
    assert receipt.warnings == (clashes(life.record)[0].text.split("booked: ")[1],)
    assert "cleared under the order before" in receipt.warnings[0]


def test_an_order_that_changes_nothing_booked() -> None:
    """Nothing to look at is no task."""
    life = scheduled()
    assert life.do("order", amount=Decimal("0.4"), minutes=40, reason="less").warnings == ()
    assert clashes(life.record) == []
