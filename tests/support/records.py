"""Records to test rules on: the shipped clinic, one fresh course, one whose six infusions were given."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from adapters.clinic.files import Clinic, load_clinic, snapshot
from course.model.base import days
from course.model.calendar import Calendar
from course.model.messages import CourseOrder
from course.model.parts import Actor, Score
from course.model.protocol.instrument import band_of
from course.model.record import CourseRecord
from course.model.terms import Role, Series
from course.model.visit import Dose
from course.opening import open_record

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


@cache
def calendar(site: str, began: datetime) -> Calendar:
    """A site's calendar, taken when a course began."""
    return snapshot(clinic().sites[site], began, YEARS)


def order(
    protocol: str = "depression", site: str = "northside", now: datetime | None = None, whole: Clinic | None = None
) -> CourseOrder:
    """What a course starts from, in the shipped clinic or in another one."""
    began = now or at("2026-11-02T14:00Z")
    whole = whole or clinic()
    return CourseOrder(
        course_id="c-test",
        patient_id="p-test",
        site=site,
        owner="lee",
        owner_name="Dr Lee",
        protocol=whole.protocols[protocol],
        instruments={name: whole.instruments[name] for name in whole.protocols[protocol].instruments},
        calendar=calendar(site, began),
        enrolled_by=actor(Role.COORDINATOR),
        enrolled_at=began,
        email_consent=True,
        request_id="enrol-test",
        asks_apart=True,
    )


@cache
def _fresh(protocol: str) -> CourseRecord:
    began = at("2026-11-02T14:00Z")
    return open_record(order(protocol, now=began), began)


def make_record(protocol: str = "depression", **changes: object) -> CourseRecord:
    """A fresh record of 2 November 2026 at the northside, with the named fields changed."""
    return _fresh(protocol).with_(**changes)


DEPRESSION = clinic().protocols["depression"]
CRPS = clinic().protocols["crps"]
PHQ9 = clinic().instruments["phq9"]
CALENDAR = make_record().calendar
"""The northside's: New York."""

FIRST = at("2026-11-09T14:00Z")
"""The first infusion: Monday, nine o'clock in New York."""

SERIES = (0, 2, 4, 7, 9, 11)
"""Days of six infusions, Monday, Wednesday, Friday."""


def measured(day: float, total: float, number: int = 1, *, instrument: str = "phq9", **but: Any) -> Score:
    """A score, `day` days from the first infusion."""
    band = band_of(clinic().instruments[instrument], total)
    return Score(id=f"m{number}", instrument=instrument, at=FIRST + days(day), total=total, band=band).with_(**but)


def answered(day: float, answers: str, number: int = 1, **but: Any) -> Score:
    """A PHQ-9 answered item by item."""
    return measured(day, sum(int(one) for one in answers), number, answers=answers, **but)


def infused(day: float, number: int = 1, *, mg: str = "35", **but: Any) -> Dose:
    """A dose for 70 kg in 40 minutes, `day` days from the first infusion."""
    given = Dose(session=f"s{number}", at=FIRST + days(day), mg=Decimal(mg), minutes=40, weight_kg=Decimal(70))
    return given.with_(**but)


def boosted(day: float, number: int = 7, *, early: bool = False) -> Dose:
    """A booster."""
    return infused(day, number, series=Series.BOOSTER, early=early)


def treated(
    *scores: Score, doses: Sequence[Dose] | None = None, protocol: str = "depression", **changes: object
) -> CourseRecord:
    """A course with these scores, and with these doses or the six of an induction."""
    given = [infused(day, number) for number, day in enumerate(SERIES, start=1)] if doses is None else doses
    return make_record(protocol, scores=scores, score_count=len(scores), doses=tuple(given), **changes)
