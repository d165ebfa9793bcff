"""A three-day storm over forty patients: proposed, looked at, moved together."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.courses import Courses
from adapters.wiring import House
from course.carried import days
from course.record import CourseRecord
from course.terms import Role
from tests.cli.conftest import Terminal
from tests.support.life import Life
from tests.support.ready import ready
from tests.support.records import order
from workflows.course import TreatmentCourse

PATIENTS = 40
NOW = datetime.now(UTC).replace(microsecond=0)


def planned(hour: int) -> CourseRecord:
    """A course in induction now, six visits from the second Monday ahead, at an hour of the day."""
    fresh = ready()
    begun = order(now=NOW)
    record = fresh.with_(
        calendar=begun.calendar, opened_at=NOW - days(3), phase_since=NOW - days(2), sessions=(), series_target=6
    )
    life = Life(record, NOW)
    wall = record.zone.local(NOW).replace(hour=hour, minute=0, second=0) + timedelta(days=7)
    first = record.zone.lenient(wall + timedelta(days=7 - wall.weekday()))
    life.do("schedule", Role.COORDINATOR, first=first, reason="as agreed")
    return life.record


async def begin(house: House, number: int) -> str:
    """Patient and course, the workflow from the record as it stands."""
    patient = await house.store.directory.add_patient(f"Storm Patient {number}", date(1984, 5, 4), "")
    row = await house.store.directory.begin_course(patient.patient_id, "depression", "northside", NOW)
    record = planned(9 + number % 6).with_(course_id=row.course_id, patient_id=patient.patient_id)
    begun = order(now=NOW).with_(course_id=row.course_id, patient_id=patient.patient_id).on_a_new_page(record)
    await house.client.start_workflow(
        TreatmentCourse.run, begun, id=row.course_id, task_queue=house.settings.task_queue
    )
    await house.store.directory.mark_open(row.course_id)
    return row.course_id


@pytest.mark.timeout(180)
async def test_a_storm_over_forty_patients(terminal: Terminal, opened: House) -> None:
    """Nothing moves before a look; then no visit lies in the storm, nobody has two a day, and once is enough."""
    courses = await asyncio.gather(*(begin(opened, number) for number in range(PATIENTS)))
    gateway = Courses(opened)
    before = {one: (await gateway.record(one)).open_sessions for one in courses}
    storm = min(one.start for visits in before.values() for one in visits)
    zone = (await gateway.record(courses[0])).zone
    since = zone.local(storm).replace(hour=0, minute=0)
    words = [
        *("close-site", "northside", "--from", f"{since:%Y-%m-%d %H:%M}"),
        *("--until", f"{since + timedelta(days=3):%Y-%m-%d %H:%M}"),
    ]
    await terminal.sign_in("cole")
    refused = await terminal.type(*words, "--apply")
    assert (refused.code, "say why" in refused.err) == (2, True)
    while len(listed := (await terminal.type("list", "--json")).said) < PATIENTS:
        assert len(listed) <= PATIENTS
    proposed = await terminal.type(*words, "--reason", "storm", "--json")
    assert {one["course"] for one in proposed.said} == set(courses)
    assert {one: (await gateway.record(one)).open_sessions for one in courses} == before
    applied = await terminal.type(*words, "--reason", "storm", "--apply", "--json")
    assert applied.said == {"moved": PATIENTS, "not_moved": []}
    told = {one["course"]: [visit["becomes"] for visit in one["visits"]] for one in proposed.said}
    for course in courses:
        visits = (await gateway.record(course)).open_sessions
        assert len(visits) == 6
        assert not any(storm <= one.start < storm + days(2) for one in visits)
        assert max(Counter(zone.local(one.start).date() for one in visits).values()) == 1
        assert [f"{zone.local(one.start):%a %d %b %Y %H:%M} {zone.abbreviation(one.start)}" for one in visits] == told[
            course
        ]
    assert (await terminal.type(*words, "--reason", "storm", "--apply", "--json")).said == {"moved": 0, "not_moved": []}
