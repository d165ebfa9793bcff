"""A new release of the tz database: visits that are booked keep their hour, and somebody sees to it."""

from course.agenda import send_results
from course.model.base import hours
from course.model.calendar import Zone
from course.model.messages import CalendarAnswer, CalendarEntry
from course.model.occasions import Occasion
from course.model.terms import OccasionKind, Role, TaskKind
from tests.support.life import Life
from tests.support.stories import local, scheduled

TAKEN = Occasion("cal1", OccasionKind.CALENDAR, 1, scheduled().now)


def an_hour_later(zone: Zone, life: Life) -> Zone:
    """The same zone, in which the clocks are put back by an hour from now on."""
    stands = [one for one in zone.transitions if one.at <= life.now]
    from_now = [stands[-1].with_(at=life.now), *(one for one in zone.transitions if one.at > life.now)]
    back = [one.with_(offset_minutes=one.offset_minutes - 60) for one in from_now]
    return zone.with_(transitions=(*stands, *back))


def under_new_clocks(life: Life) -> None:
    """The calendar is taken anew after the release."""
    calendar = life.record.calendar
    fresh = calendar.with_(zone=an_hour_later(calendar.zone, life), taken_at=life.now)
    life.record = send_results.refreshed(life.record, TAKEN, CalendarAnswer(calendar=fresh), life.now)


def told_of_the_first() -> Life:
    """A series whose first visit the patient was told of."""
    life = scheduled()
    life.go_to(life.record.open_sessions[0].start - hours(60))
    assert life.record.open_sessions[0].told is not None
    return life


def test_a_told_visit_keeps_its_hour_when_the_clocks_are_set_anew() -> None:
    """09:00 stays 09:00, an hour later; nothing is taken back, the page says so and a person has a task."""
    life = told_of_the_first()
    before = [(one.id, local(life, one.start), one.start) for one in life.record.open_sessions]
    under_new_clocks(life)
    visits = life.record.open_sessions
    assert [(one.id, local(life, one.start)) for one in visits] == [(name, wall) for name, wall, _ in before]
    assert [one.start - at for one, (_, _, at) in zip(visits, before, strict=True)] == [hours(1)] * len(visits)
    assert visits[0].told == visits[0].start
    (task,) = [one for one in life.record.tasks if one.kind is TaskKind.CALENDAR_CLASH]
    assert all(f"session {one.id}, " in task.text for one in visits)
    assert "are set anew" in life.record.entries[-1].text
    assert task.role is Role.COORDINATOR
    sent = len(life.sent)
    life.go_to(visits[0].start)
    kinds = [part.kind for _, order in life.sent[sent:] for part in order.parts if part.occasion.startswith("s1/")]
    assert kinds == [OccasionKind.VISIT_24H, OccasionKind.VISIT_2H]


def test_the_next_letter_puts_the_visit_right_in_the_patients_calendar() -> None:
    """The entry has the same visit at its new instant, with a higher sequence than the one before."""
    life = told_of_the_first()
    first = life.record.open_sessions[0].start
    under_new_clocks(life)
    life.go_to(first - hours(12))
    entries: list[CalendarEntry] = [
        entry
        for _, order in life.to_patient()
        for part in order.parts
        for entry in part.calendar
        if entry.session == "s1"
    ]
    assert [one.starts for one in entries] == [first, first + hours(1)]
    assert entries[1].sequence > entries[0].sequence


def test_a_calendar_whose_clocks_stand_as_before_moves_nothing() -> None:
    """A calendar that is taken every 29 days is no task."""
    life = told_of_the_first()
    before = life.record.sessions
    life.record = send_results.refreshed(life.record, TAKEN, CalendarAnswer(calendar=life.record.calendar), life.now)
    assert (life.record.sessions, life.record.tasks) == (before, ())
