"""Putting right who a patient is and where they are reached; where they live; whether they are of age."""

from dataclasses import asdict, dataclass, field, replace

from activities.ports import Contact
from adapters.store.people.contacts import email_of, phone_of
from adapters.store.people.directory import Patient
from course.model.messages import Receipt
from course.rules.gates import AGE
from services.errors import InputError, ServiceError
from services.people.enrolment import birth_date, outside_the_ages, sure_of_age
from services.permissions import Use
from services.session import ActRequest, StaffSession
from services.signatures import second_signer
from services.typed.text import one_line, plain_text

IDENTITY = ("name", "born", "mrn")
NOWHERE = "none"
"""Typed where letters or calls shall go nowhere any more."""

ADDRESS_MOST = 300


@dataclass(frozen=True)
class Correction:
    """What is right, as typed; what is empty stays."""

    name: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    mrn: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)

    @property
    def changed(self) -> tuple[str, ...]:
        """What is put right."""
        return tuple(what for what, value in asdict(self).items() if value)


@dataclass(frozen=True)
class PutRight:
    """The note on the course's page, and what it says."""

    receipt: Receipt
    sentence: str


async def put_right(at: StaffSession, typed: str, right: Correction, request: ActRequest) -> PutRight:
    """Correct the directory and note it on the course's page; who somebody is takes a second signature.

    Raises ServiceError, CourseError or StoreError.
    """
    await at.refuse_unless(Use.PUT_RIGHT)
    if not right.changed:
        raise InputError("nothing to put right: give at least one of --name, --born, --mrn, --email, --phone")
    if not request.reason:
        raise InputError("a correction needs a reason: add --reason")
    other = await second_signer(at.app, request.second, at.now, at.place)
    identity = [what for what in right.changed if what in IDENTITY]
    if identity and (other is None or other.actor.account_id == at.account.account_id):
        raise ServiceError(f"{', '.join(identity)}: a second person must sign who somebody is: add --second ACCOUNT")
    course_id = await at.course(typed)
    before = await _patient(at, course_id)
    after = replace(
        before,
        name=one_line(right.name) if right.name else before.name,
        birth_date=birth_date(right.born, at.now.date()) if right.born else before.birth_date,
        mrn=right.mrn or before.mrn,
    )
    contact = await _contact(at, before.patient_id, right)
    record = await at.courses.record(course_id, running=True)  # one that takes no entry any more is refused here
    rule, born = record.protocol.doubt, after.birth_date
    doubted = sure_of_age(rule, born, at.now.date(), sure=request.sure) if right.born else ""
    if identity:
        await at.app.store.directory.correct_patient(after)
    if contact is not None:
        await at.app.store.contacts.put(before.patient_id, contact)
    by = f", second signature by {other.actor.name}" if other is not None else ""
    told = f"put right in the directory: {', '.join(right.changed)}{by}"
    note = replace(request, action="note", details={"text": told, "doubted": doubted}, second=None)
    return PutRight(await at.perform(course_id, note), told)


async def put_address(at: StaffSession, typed: str, address: str) -> str:
    """Write down where the patient of a course lives, for the drug log; the course's id. Raises ServiceError."""
    await at.refuse_unless(Use.ADDRESS)
    course_id = await at.course(typed)
    row = await at.app.store.directory.course(course_id)
    if row is None:
        raise ServiceError("there is no such course: `starter.py list` shows them")
    if len(address) > ADDRESS_MOST:
        raise InputError(f"an address has at most {ADDRESS_MOST} characters")
    await at.app.store.drug_log.put_address(row.patient_id, plain_text(address))
    await at.log_access(course_id, "address")
    return course_id


async def refuse_against_birth_date(at: StaffSession, typed: str) -> None:
    """Raise ServiceError where the gate of the age is to be answered no, and the birth date says otherwise."""
    row = await at.app.store.directory.course(await at.course(typed))
    patient = None if row is None else await at.app.store.directory.patient(row.patient_id)
    years = "" if patient is None else outside_the_ages(patient.birth_date, at.now.date())
    if years:
        raise ServiceError(f"the patient is {years}: gate {AGE} is answered yes, then a prescriber overrides it")


async def _patient(at: StaffSession, course_id: str) -> Patient:
    row = await at.app.store.directory.course(course_id)
    found = None if row is None else await at.app.store.directory.patient(row.patient_id)
    if found is None:
        raise ServiceError(f"there is no course {course_id}: `starter.py list` shows them")
    return found


async def _contact(at: StaffSession, patient_id: str, right: Correction) -> Contact | None:
    """Where letters go from now on, or None where that stays; raises StoreError before anything is written."""
    email, phone = right.email, right.phone
    if not (email or phone):
        return None
    before = await at.app.store.contacts.of(patient_id) or Contact()
    return replace(
        before,
        email=before.email if not email else "" if email == NOWHERE else email_of(email),
        phone=before.phone if not phone else "" if phone == NOWHERE else phone_of(phone),
    )
