"""Records to test rules on: the shipped clinic, one fresh course."""

from datetime import datetime
from functools import cache
from pathlib import Path

from adapters.clinic import Clinic, load_clinic, snapshot
from course.enrolment import open_record
from course.messages import CourseOrder
from course.record import Actor, CourseRecord
from course.terms import Role

CLINIC_FOLDER = Path(__file__).parents[2] / "clinic"
YEARS = 12


@cache
def clinic() -> Clinic:
    """The clinic that the repository ships."""
    return load_clinic(CLINIC_FOLDER)


def at(text: str) -> datetime:
    """An instant as ISO 8601 writes it, `Z` included."""
    return datetime.fromisoformat(text)


def actor(role: Role) -> Actor:
    """Somebody in a role."""
    return Actor(account_id=f"a-{role}", name=f"Any {role.capitalize()}", role=role, via="test")


def order(protocol: str = "depression", site: str = "northside", now: datetime | None = None) -> CourseOrder:
    """What a course starts from."""
    began = now or at("2026-11-02T14:00Z")
    whole = clinic()
    return CourseOrder(
        course_id="c-test",
        patient_id="p-test",
        site=site,
        owner="lee",
        owner_name="Dr Lee",
        protocol=whole.protocols[protocol],
        instruments={name: whole.instruments[name] for name in whole.protocols[protocol].instruments},
        calendar=snapshot(whole.sites[site], began, YEARS),
        enrolled_by=actor(Role.COORDINATOR),
        enrolled_at=began,
        email_consent=True,
        request_id="enrol-test",
    )


def make_record(protocol: str = "depression", **changes: object) -> CourseRecord:
    """A fresh record of 2 November 2026 at the northside, with the named fields changed."""
    began = at("2026-11-02T14:00Z")
    return open_record(order(protocol, now=began), began).with_(**changes)
