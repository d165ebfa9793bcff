"""A three-day storm over forty patients on three chairs: proposed, looked at, moved together, nobody overbooked."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.chairs.reserving import settle
from adapters.wiring import Application
from course.model.base import days, minutes
from course.model.record import CourseRecord
from course.model.terms import Role
from course.scheduling.slots import Slot, slots_ahead
from services.courses import Courses
from tests.cli.conftest import Terminal
from tests.support.life import Life
from tests.support.ready import ready
from tests.support.records import CLINIC_FOLDER, calendar, order
from workflows.course import TreatmentCourse

PATIENTS, CHAIRS, STAY = 40, 5, minutes(120)
NOW = datetime.now(UTC).replace(microsecond=0)
ROUNDS = 5
"""So many stays of two hours follow each other on a chair from eight to six: 25 patients a day."""


@pytest.fixture(scope="module")
def environment(environment: Path) -> Iterator[Path]:
    """The clinic with five chairs at the northside."""
    folder = shutil.copytree(CLINIC_FOLDER, environment / "clinic")
    text = (folder / "clinic.toml").read_text()
    (folder / "clinic.toml").write_text(text.replace("chairs = 6 ", f"chairs = {CHAIRS} "))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ST_CLINIC_FOLDER", str(folder))
        yield environment


def week() -> datetime:
    """Midnight, on the clinic's wall, of the next Monday but one whose week has no closed day."""
    site = calendar("northside", NOW)
    today = site.zone.local(NOW).replace(hour=0, minute=0, second=0)
    monday = today + timedelta(days=14 - today.weekday())
    while any((monday + timedelta(days=ahead)).date() in site.closed for ahead in range(5)):
        monday += timedelta(days=7)
    return monday


def planned(number: int) -> CourseRecord:
    """A course in induction: two visits, on Monday and Wednesday for the first 25, else on Tuesday and Thursday."""
    fresh = ready()
    record = fresh.with_(
        calendar=calendar("northside", NOW),
        opened_at=NOW - days(3),
        phase_since=NOW - days(2),
        sessions=(),
        series_target=2,
    )
    day, place = divmod(number, CHAIRS * ROUNDS)
    first = week() + timedelta(days=day, hours=8) + STAY * (place // CHAIRS)
    life = Life(record, NOW)
    at = tuple(record.zone.lenient(one) for one in (first, first + timedelta(days=2)))
    life.do("schedule", Role.COORDINATOR, at=at, reason="as agreed")
    return life.record


async def begin(app: Application, number: int) -> str:
    """Patient and course, the workflow from the record as it stands, and its chairs."""
    patient = await app.store.directory.add_patient(f"Storm Patient {number}", date(1984, 5, 4), "")
    row = await app.store.directory.begin_course(patient.patient_id, "depression", "northside", NOW)
    record = planned(number).with_(course_id=row.course_id, patient_id=patient.patient_id)
    begun = order(now=NOW).with_(course_id=row.course_id, patient_id=patient.patient_id).on_a_new_page(record)
    await app.client.start_workflow(TreatmentCourse.run, begun, id=row.course_id, task_queue=app.settings.task_queue)
    await app.store.directory.mark_open(row.course_id)
    assert await settle(app.slots, record, NOW) == ()
    return row.course_id


def most_at_once(slots: list[Slot]) -> int:
    """How many patients are there when it is fullest."""
    return max(sum(1 for two in slots if two.begins <= one.begins < two.ends) for one in slots)


@pytest.mark.timeout(180)
async def test_a_storm_over_forty_patients(terminal: Terminal, opened: Application) -> None:
    """Nothing moves before a look; then no visit lies in the storm, nobody has two a day, no chair two patients."""
    courses = await asyncio.gather(*(begin(opened, number) for number in range(PATIENTS)))
    gateway = Courses(opened)
    before = {one: (await gateway.record(one)).open_sessions for one in courses}
    zone, since = calendar("northside", NOW).zone, week()
    storm = zone.lenient(since)
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
    slots: list[Slot] = []
    for course in courses:
        record = await gateway.record(course)
        visits = record.open_sessions
        assert len(visits) == 2
        assert not any(storm <= one.start < storm + days(3) for one in visits)
        assert max(Counter(zone.local(one.start).date() for one in visits).values()) == 1
        assert {f"{zone.local(one.start):%a %d %b %Y %H:%M} {zone.abbreviation(one.start)}" for one in visits} >= set(
            told[course]
        )
        slots += slots_ahead(record, NOW)
    assert most_at_once(slots) == CHAIRS
    assert set(await opened.store.slots.between("northside", NOW, NOW + days(400))) == set(slots)
    assert (await terminal.type(*words, "--reason", "storm", "--apply", "--json")).said == {"moved": 0, "not_moved": []}
