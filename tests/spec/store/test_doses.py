from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.store import Store
from course.model.parts import Escalation, Hold, Trigger
from course.model.record import CourseRecord
from course.model.terms import HoldCause, Role, Series, SessionStatus, Urgency
from course.model.visit import Session
from services.doses import doses_of, why_not_early, why_not_today
from tests.support.records import FIRST, boosted, infused, treated

NOW = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)
BORN = date(1981, 3, 14)
NOON = FIRST + timedelta(hours=3)
"""Noon in New York on the day of the first infusion."""


class Clinic:
    """Courses of one patient and of somebody else, as the directory and their workflows know them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.records: dict[str, CourseRecord] = {}
        self.patient = ""

    async def begin(self, **record: object) -> str:
        """One more course of the patient, with this record; without one it has ended for good."""
        self.patient = self.patient or (await self.store.directory.add_patient("Ada Example", BORN)).patient_id
        row = await self.store.directory.begin_course(self.patient, "crps", "westside", NOW, beside=True)
        if record:
            self.records[row.course_id] = treated(**record).with_(course_id=row.course_id, site=row.site)  # type: ignore[arg-type]
        return row.course_id

    async def read(self, course_id: str) -> CourseRecord | None:
        """What the course itself says."""
        return self.records.get(course_id)

    async def why_not(self, course_id: str, at: datetime = NOON) -> str:
        """Why the patient is not to be dosed on this course."""
        return await why_not_today(self.store.directory, self.read, course_id, at)


@pytest.fixture
async def clinic(store: Store) -> Clinic:
    """A course without doses."""
    found = Clinic(store)
    await found.begin(doses=())
    return found


async def test_doses_count_per_patient(clinic: Clinic) -> None:
    """Doses of all courses in one row, voided ones and other people's left out; an ended course stops nothing."""
    first = await clinic.begin(doses=(infused(0), infused(2, 2, voided=True)))
    second = await clinic.begin(doses=(infused(1, mg="20"),))
    await clinic.begin()
    other = Clinic(clinic.store)
    await other.begin(doses=(infused(0),))
    found = await doses_of(clinic.store.directory, clinic.read, clinic.patient)
    assert [(one.course_id, one.site, one.dose.mg) for one in found] == [
        (first, "westside", Decimal(35)),
        (second, "westside", Decimal(20)),
    ]


async def test_one_dose_a_day_over_all_courses(clinic: Clinic) -> None:
    """The day is that of the other clinic's wall, from midnight to midnight; one's own course does not count."""
    (empty,) = clinic.records
    dosed = await clinic.begin(doses=(infused(0),))
    assert await clinic.why_not(dosed) == ""
    assert await clinic.why_not(empty) == f"the patient was dosed today on course {dosed} at westside"
    midnight = datetime(2026, 11, 10, 5, tzinfo=UTC)
    assert await clinic.why_not(empty, midnight - timedelta(minutes=1)) != ""
    assert await clinic.why_not(empty, midnight) == ""


async def test_what_holds_the_patient_elsewhere_holds_here(clinic: Clinic) -> None:
    """A clinical hold and an urgent escalation of another course stand before a dose here, an operator's hold not."""
    (empty,) = clinic.records
    held = await clinic.begin(doses=())
    for cause, said in (
        (HoldCause.MANIA, f"the patient's course {held} at westside is held (mania)"),
        (HoldCause.OPERATOR, ""),
    ):
        hold = Hold(cause=cause, since=NOW, review_at=NOW + timedelta(days=5), owner="lee", owner_role=Role.PRESCRIBER)
        clinic.records[held] = clinic.records[held].with_(held=hold)
        assert await clinic.why_not(empty) == said
    at = NOON - timedelta(days=3)
    trigger = Trigger(what="PHQ-9 item 9", subject="m1", at=at, urgency=Urgency.URGENT)
    told = Escalation(id="e1", opened_at=at, clock_from=at, triggers=(trigger,))
    clinic.records[held] = clinic.records[held].with_(held=None, escalations=(told,))
    assert await clinic.why_not(empty) == f"an escalation is open on the patient's course {held} at westside"


async def test_the_brakes_on_early_boosters_count_every_course(clinic: Clinic) -> None:
    """Three days after an infusion on another course is too soon, a week after is not; alone, nothing is said here."""
    (mine,) = clinic.records
    directory = clinic.store.directory
    assert await why_not_early(directory, clinic.read, mine, FIRST + timedelta(days=3)) == ""
    await clinic.begin(doses=(infused(0),))
    soon = await why_not_early(directory, clinic.read, mine, FIRST + timedelta(days=3))
    assert soon == "that is 3 days after the last infusion: an early booster waits for 7"
    assert await why_not_early(directory, clinic.read, mine, FIRST + timedelta(days=7)) == ""
    boosters = tuple(boosted(day, number) for number, day in enumerate((1, 2, 3), start=2))
    await clinic.begin(doses=(boosted(0), *boosters))
    assert "boosters were given in the 28 days before" in await why_not_early(
        directory, clinic.read, mine, FIRST + timedelta(days=12)
    )


async def test_a_check_in_elsewhere_counts_as_a_dose_to_come(clinic: Clinic) -> None:
    """Two rooms cannot clear one patient on the same day."""
    (empty,) = clinic.records
    session = Session(id="s1", ordinal=1, series=Series.INDUCTION, start=FIRST, minutes=40, planned_at=FIRST)
    arrived = session.with_(status=SessionStatus.ARRIVED, arrived_at=FIRST)
    busy = await clinic.begin(doses=(), sessions=(arrived,))
    assert await clinic.why_not(empty) == f"the patient is checked in today on course {busy} at westside"
    assert await clinic.why_not(empty, NOON + timedelta(days=1)) == ""
