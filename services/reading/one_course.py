"""One course: what is known of it, what comes next, and how its scores read."""

from dataclasses import dataclass
from datetime import UTC, datetime

from activities.ports import Contact
from adapters.store.messages.sends import Sent
from adapters.store.people.directory import Patient
from course.model.parts import Score
from course.model.record import CourseRecord
from course.rules import stop_review
from course.rules.stop_review import StopReading
from course.scores import outcome_rule
from course.scores.outcome_rule import Reading, Relapse
from course.views.forecast import Upcoming, forecast
from services.reading.what_if import LOOKS_AHEAD, supposed
from services.session import StaffSession
from services.typed.times import instant

DAYS_AHEAD = LOOKS_AHEAD.days


@dataclass(frozen=True)
class CourseShown:
    """The record, and what the store knows beside it."""

    record: CourseRecord
    patient: Patient | None
    contact: Contact | None
    messages: tuple[Sent, ...]


@dataclass(frozen=True)
class Ahead:
    """What comes next as it is, and what would if somebody acted; None where nothing was supposed."""

    record: CourseRecord
    as_it_is: tuple[Upcoming, ...]
    supposed: tuple[Upcoming, ...] | None


@dataclass(frozen=True)
class Judged:
    """How scores read against the protocol's own criteria, and what they say of a relapse and of stopping."""

    record: CourseRecord
    baseline: Score | None
    readings: tuple[tuple[Score, Reading], ...]
    relapse: Relapse
    review: StopReading


async def read_course(at: StaffSession, typed: str, what: str) -> CourseRecord:
    """The record of the course that is meant; the look is on record as `what`. Raises ServiceError or CourseError."""
    record = await at.courses.record(await at.course(typed))
    await at.log_access(record.course_id, what)
    return record


async def shown_course(at: StaffSession, typed: str) -> CourseShown:
    """One course, whole; raises as `read_course`."""
    record, store = await read_course(at, typed, "show"), at.app.store
    patient = await store.directory.patient(record.patient_id)
    messages = await store.sends.of_course(record.course_id)
    return CourseShown(record, patient, await store.contacts.of(record.patient_id), messages)


async def course_ahead(at: StaffSession, typed: str, until: str = "", what_if: tuple[str, ...] = ()) -> Ahead:
    """What comes next if nobody acts, and what if somebody does; raises as `read_course`."""
    record = await read_course(at, typed, "forecast")
    horizon = instant(until, record.zone, at.now) if until else at.now + LOOKS_AHEAD
    now = datetime.now(UTC)
    after = forecast(supposed(record, what_if, at, now), now, horizon) if what_if else None
    return Ahead(record, forecast(record, now, horizon), after)


async def judged_course(at: StaffSession, typed: str) -> Judged:
    """How the scores of a course read; raises as `read_course`."""
    record = await read_course(at, typed, "judge")
    rated = record.protocol.rated
    scores = [*record.primary_scores, *(record.scores_of(rated.instrument) if rated is not None else ())]
    readings = tuple((score, outcome_rule.read(record, score)) for score in scores)
    return Judged(
        record, outcome_rule.baseline(record), readings, outcome_rule.relapse(record), stop_review.read(record)
    )
