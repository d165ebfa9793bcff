"""What stands in a patient's own calendar, after every letter."""

from datetime import timedelta

from course.model.terms import Role
from tests.support.calendars import PatientsCalendar, entries
from tests.support.served import NAME, Served


async def test_a_patients_calendar_follows_the_course(course: Served) -> None:
    """Reminded, moved twice, left out, discharged: after each letter the calendar shows the visits that stand."""
    await course.clear()
    monday = await course.next_monday()
    await course.do("schedule", Role.COORDINATOR, first=monday)
    await course.go_to(monday - timedelta(hours=20))
    first, second = (await course.record()).open_sessions[:2]
    for hours in (3, 5):
        await course.do("defer", session=first.id, to=monday + timedelta(hours=hours), reason="chair busy")
        await course.wait(minutes=1)
        assert shown(course).stands()[0] == monday + timedelta(hours=hours)
    await course.go_to(second.start - timedelta(hours=20))
    assert second.start in shown(course).stands()
    await course.do("omit", session=second.id, code="illness", reason="a cold")
    await course.wait(hours=14)
    assert second.start not in shown(course).stands()
    third = (await course.record()).session("s3")
    assert third is not None
    await course.go_to(third.start - timedelta(hours=20))
    assert third.start in shown(course).stands()
    await course.do("discharge", reason="moves away")
    await course.wait(days=1)
    assert shown(course).stands() == [monday + timedelta(hours=5)]
    found = [entry for letter in course.mailbox() for entry in entries(letter)]
    assert {entry.summary for entry in found} == {"Your visit at Northside"}
    assert len({entry.uid for entry in found}) == 4
    assert not [entry for entry in found if NAME in str(entry) or course.handle.id in entry.uid]


def shown(course: Served) -> PatientsCalendar:
    """The calendar after every letter so far, in the order in which they came."""
    calendar = PatientsCalendar()
    for letter in course.mailbox():
        calendar.receive(letter)
    return calendar
