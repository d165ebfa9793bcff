"""Patients and their courses: opaque ids outside, sealed names inside."""

import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database import Database
from adapters.store.errors import StoreError
from adapters.store.log.writing import log_rows, logged
from adapters.store.tables import COURSES, PATIENTS

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
ID_LENGTH = 10
PATIENTS_LOCK = 7_307_213_005


class CourseState(StrEnum):
    """What the directory knows of a course: its workflow is being started, lives, or has closed."""

    OPENING = "opening"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Patient:
    """One person; the opaque id is all that leaves the store by itself."""

    patient_id: str
    name: str = field(repr=False)
    birth_date: date = field(repr=False)
    mrn: str = field(default="", repr=False)


@dataclass(frozen=True)
class CourseRow:
    """One course of one patient; `beside` says that a prescriber allowed it next to another open one."""

    course_id: str
    patient_id: str
    protocol_id: str
    site: str
    state: CourseState
    beside: bool
    opened_at: datetime
    closed_at: datetime | None


def new_id(prefix: str) -> str:
    """A fresh opaque id, `p-` for patients and `c-` for courses."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))}"


ALIKE = 0.85
"""From so alike on, 1 being the same, two names are warned of. [set]"""


class Directory:
    """Who is who, and which courses they have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_patient(self, name: str, birth_date: date, mrn: str = "") -> Patient:
        """A new patient; refused while another one has the same MRN."""
        patient = Patient(new_id("p"), _named(name), birth_date, mrn.strip())
        async with self._database.writing() as connection:
            await self._one_mrn(connection, patient)
            async with logged(connection, PATIENTS, PATIENTS.c.patient_id == patient.patient_id):
                await connection.execute(insert(PATIENTS).values(patient_id=patient.patient_id, **_columns(patient)))
        return patient

    async def correct_patient(self, patient: Patient) -> None:
        """Put a name, a birth date or an MRN right."""
        _named(patient.name)
        async with self._database.writing() as connection:
            await self._one_mrn(connection, patient)
            mine = PATIENTS.c.patient_id == patient.patient_id
            async with logged(connection, PATIENTS, mine):
                changed = await connection.execute(update(PATIENTS).where(mine).values(**_columns(patient)))
            if not changed.rowcount:
                raise StoreError(f"There is no patient {patient.patient_id}: see the directory.")

    async def patient(self, patient_id: str) -> Patient | None:
        """The patient with this id, or None."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(PATIENTS).where(PATIENTS.c.patient_id == patient_id))
            row = found.one_or_none()
        return None if row is None else _patient(row)

    async def patients(self) -> tuple[Patient, ...]:
        """Everybody, by name."""
        async with self._database.reading() as connection:
            return await self._all(connection)

    async def find(self, words: str) -> tuple[Patient, ...]:
        """Those whose name holds every word, whatever its case and accents, or whose MRN or birth date it is."""
        wanted = _folded(words).split()
        return tuple(
            one
            for one in await self.patients()
            if wanted
            and (
                all(word in _folded(one.name) for word in wanted)
                or words.strip() in {one.mrn, one.birth_date.isoformat(), one.patient_id}
            )
        )

    async def alike(self, name: str) -> tuple[Patient, ...]:
        """Patients whom somebody could take for one of this name: the same words, or nearly the same letters."""
        wanted = " ".join(sorted(_folded(name).split()))
        found = []
        for one in await self.patients():
            other = " ".join(sorted(_folded(one.name).split()))
            if SequenceMatcher(None, wanted, other).ratio() >= ALIKE:
                found.append(one)
        return tuple(found)

    async def begin_course(
        self,
        patient_id: str,
        protocol_id: str,
        site: str,
        opened_at: datetime,
        *,
        course_id: str | None = None,
        beside: bool = False,
    ) -> CourseRow:
        """A row in state `opening`; the same course id again gives the row that is there.

        A second open course of a patient is refused unless it is `beside` the first by a prescriber's leave.
        """
        wanted = CourseRow(
            course_id or new_id("c"), patient_id, protocol_id, site, CourseState.OPENING, beside, opened_at, None
        )
        async with self._database.writing() as connection:
            mine = PATIENTS.c.patient_id == patient_id
            patient = await connection.execute(select(PATIENTS.c.patient_id).where(mine).with_for_update())
            if patient.one_or_none() is None:
                raise StoreError(f"There is no patient {patient_id}: add the patient first.")
            rows = await connection.execute(select(COURSES).where(COURSES.c.patient_id == patient_id))
            courses = [_course(row) for row in rows]
            same = next((one for one in courses if one.course_id == wanted.course_id), None)
            if same is not None:
                return same
            other = next((one for one in courses if one.state is not CourseState.CLOSED), None)
            if other is not None and not beside:
                raise StoreError(
                    f"Patient {patient_id} has the open course {other.course_id}: "
                    "close it first, or have a prescriber allow a second one."
                )
            try:
                await connection.execute(insert(COURSES).values(**vars(wanted)))
                await log_rows(connection, COURSES, vars(wanted))
            except IntegrityError:
                raise StoreError(f"Course {wanted.course_id} belongs to another patient: take a new id.") from None
        return wanted

    async def mark_open(self, course_id: str) -> None:
        """Its workflow has been started, or the course was reopened."""
        await self._mark(course_id, CourseState.OPEN, None)

    async def mark_closed(self, course_id: str, closed_at: datetime) -> None:
        """The course has closed."""
        await self._mark(course_id, CourseState.CLOSED, closed_at)

    async def course(self, course_id: str) -> CourseRow | None:
        """The course with this id, or None."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(COURSES).where(COURSES.c.course_id == course_id))
            row = found.one_or_none()
        return None if row is None else _course(row)

    async def courses(
        self, *, patient_id: str | None = None, site: str | None = None, state: CourseState | None = None
    ) -> tuple[CourseRow, ...]:
        """Courses of a patient, a site, in a state; the newest first."""
        query = select(COURSES).order_by(COURSES.c.opened_at.desc(), COURSES.c.course_id)
        for column, value in ((COURSES.c.patient_id, patient_id), (COURSES.c.site, site), (COURSES.c.state, state)):
            if value is not None:
                query = query.where(column == value)
        async with self._database.reading() as connection:
            return tuple(_course(row) for row in await connection.execute(query))

    async def names(self, patient_ids: tuple[str, ...]) -> dict[str, str]:
        """The names of one page of a list."""
        query = select(PATIENTS).where(PATIENTS.c.patient_id.in_(patient_ids))
        async with self._database.reading() as connection:
            return {row.patient_id: row.name for row in await connection.execute(query)}

    async def names_of_courses(self, course_ids: tuple[str, ...]) -> dict[str, str]:
        """The names of the patients of one page of courses, by course."""
        same = COURSES.c.patient_id == PATIENTS.c.patient_id
        query = select(COURSES.c.course_id, PATIENTS.c.name).join(PATIENTS, same)
        async with self._database.reading() as connection:
            found = await connection.execute(query.where(COURSES.c.course_id.in_(course_ids)))
            return {row.course_id: row.name for row in found}

    async def patients_of_courses(self, course_ids: tuple[str, ...]) -> dict[str, Patient]:
        """The patients of one page of courses, by course."""
        query = select(COURSES.c.course_id, PATIENTS).join(PATIENTS, COURSES.c.patient_id == PATIENTS.c.patient_id)
        async with self._database.reading() as connection:
            found = await connection.execute(query.where(COURSES.c.course_id.in_(course_ids)))
            return {row.course_id: _patient(row) for row in found}

    async def _mark(self, course_id: str, state: CourseState, closed_at: datetime | None) -> None:
        mine = COURSES.c.course_id == course_id
        async with self._database.writing() as connection, logged(connection, COURSES, mine):
            values = {"state": state, "closed_at": closed_at}
            if not (await connection.execute(update(COURSES).where(mine).values(**values))).rowcount:
                raise StoreError(f"There is no course {course_id} in the directory: enrol it first.")

    async def _all(self, connection: AsyncConnection) -> tuple[Patient, ...]:
        found = [_patient(row) for row in await connection.execute(select(PATIENTS))]
        return tuple(sorted(found, key=lambda one: (_folded(one.name), one.birth_date, one.patient_id)))

    async def _one_mrn(self, connection: AsyncConnection, patient: Patient) -> None:
        """Sealed columns have no index, so the writer of an MRN reads all of them, one writer at a time."""
        if not patient.mrn:
            return
        if not self._database.is_sqlite:
            await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": PATIENTS_LOCK})
        for other in await self._all(connection):
            if other.mrn == patient.mrn and other.patient_id != patient.patient_id:
                raise StoreError(f"That MRN belongs to patient {other.patient_id}: use that patient, or correct it.")


def _named(name: str) -> str:
    if not name.strip():
        raise StoreError("A patient has a name: write it as it stands in the papers.")
    return name.strip()


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same words, whatever their order, case and accents."""
    return sorted(_folded(one).split()) == sorted(_folded(other).split())


def _folded(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words).casefold()
    return "".join(one for one in plain if not unicodedata.combining(one))


def _columns(patient: Patient) -> dict[str, str]:
    return {"name": patient.name.strip(), "birth_date": patient.birth_date.isoformat(), "mrn": patient.mrn.strip()}


def _patient(row: Row[Any]) -> Patient:
    return Patient(row.patient_id, row.name, date.fromisoformat(row.birth_date), row.mrn)


def _course(row: Row[Any]) -> CourseRow:
    return CourseRow(**{**row._mapping, "state": CourseState(row.state), "beside": bool(row.beside)})  # noqa: SLF001
