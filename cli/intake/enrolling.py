"""Who is enrolled: a new person, somebody of the directory, or whoever an enrolment was cut off for."""

from dataclasses import dataclass, replace
from datetime import date

from activities.ports import Contact, Medium
from adapters.store.people.contacts import email_of, phone_of
from adapters.store.people.directory import CourseRow, CourseState, Patient, same_name
from cli.session import StaffSession
from course.model.protocol import Protocol
from services.errors import InputError, NotAllowedError, ServiceError


@dataclass(frozen=True)
class PatientDetails:
    """What was said of the person and of where letters go; what is empty was not said."""

    name: str
    born: date
    mrn: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    email_consent: bool = False
    sms_consent: bool = False


async def known(at: StaffSession, patient_id: str, said: PatientDetails) -> Patient:
    """Somebody of the directory, once name, birth date and MRN are theirs; raises ServiceError with whose they are."""
    found = await at.app.store.directory.patient(patient_id)
    if found is None:
        raise InputError(f"there is no patient {patient_id}: `starter.py list` shows who has a course")
    theirs = same_name(found.name, said.name) and found.birth_date == said.born
    if not theirs or said.mrn not in {"", found.mrn}:
        raise ServiceError(
            f"{patient_id} is {found.name}, born {found.birth_date}, not who was typed: "
            "correct the id or the name; `starter.py patient` puts the directory right"
        )
    return found


async def cut_off(
    at: StaffSession, said: PatientDetails, protocol: str, site: str, patient_id: str = ""
) -> CourseRow | None:
    """The course whose enrolment was begun for exactly this person and never finished, or None."""
    directory = at.app.store.directory
    people = [patient_id] if patient_id else [
        one.patient_id
        for one in await directory.alike(said.name)
        if same_name(one.name, said.name) and one.birth_date == said.born
    ]  # fmt: skip
    for one in people:
        for row in await directory.courses(patient_id=one, state=CourseState.OPENING):
            if (row.protocol_id, row.site) == (protocol, site):
                return row
    return None


async def contact(at: StaffSession, patient_id: str, said: PatientDetails) -> Contact | None:
    """Where letters go from now on, only what was said changed; None where nothing was. Raises ServiceError."""
    before = await at.app.store.contacts.of(patient_id) if patient_id else None
    kept = before or Contact()
    after = replace(
        kept,
        email=email_of(said.email) if said.email else kept.email,
        phone=phone_of(said.phone) if said.phone else kept.phone,
        language=said.language or kept.language,
        preferred=_preferred(said, kept),
    )
    if (said.email_consent and not after.email) or (said.sms_consent and not after.phone):
        raise InputError("a consent to messages needs where they go: add --email or --phone")
    return None if before is not None and after == before else after


def _preferred(said: PatientDetails, kept: Contact) -> Medium:
    if said.email_consent:
        return Medium.EMAIL
    return Medium.SMS if said.sms_consent else kept.preferred


def may_consent(at: StaffSession, protocol: Protocol, said: PatientDetails) -> None:
    """Raise ServiceError where the protocol lets somebody else write the consent to messages down."""
    given = {"email": said.email_consent, "sms": said.sms_consent}
    for gate in protocol.gates:
        if given.get(gate.channel) and at.account.role not in gate.by:
            who = " or ".join(gate.by)
            raise NotAllowedError(f"gate {gate.id} is answered by {who}: leave the consent out")


async def like_names(at: StaffSession, name: str, born: date, *, new: bool) -> tuple[Patient, ...]:
    """Patients of a like name; raises ServiceError for one of that birth date, unless this is said to be another."""
    found = await at.app.store.directory.alike(name)
    same = next((one for one in found if one.birth_date == born), None)
    if same is not None and not new:
        raise ServiceError(
            f"{same.patient_id} has a like name and that birth date: enrol with --patient {same.patient_id}, "
            "or say --new where this is another person"
        )
    return found


async def alive(at: StaffSession, patient: str) -> None:
    """Raise ServiceError for a patient of whom a course says that they have died: somebody has the wrong person."""
    for row in await at.app.store.directory.courses(patient_id=patient) if patient else ():
        if await at.courses.has_died(row.course_id):
            raise ServiceError(
                f"{patient} has died, course {row.course_id} says: look for the right patient, "
                f"or reopen that course with a second signature"
            )
