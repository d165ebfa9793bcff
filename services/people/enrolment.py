"""Enrolment: who is meant, whether they may be enrolled, and the course that begins."""

from dataclasses import dataclass, field, replace
from datetime import date

from activities.ports import Contact, Medium
from adapters.clinic.texts import DEFAULT_LANGUAGE
from adapters.clinic.zones import zone_of
from adapters.store import StoreDownError
from adapters.store.people.contacts import email_of, phone_of
from adapters.store.people.directory import CourseRow, CourseState, Patient, same_name
from adapters.temporal.search_attributes import refuse_missing
from course.model.messages import CourseOrder
from course.model.parts import Actor
from course.model.protocol.protocol import Protocol
from course.model.protocol.session import Doubt
from course.model.terms import Role
from course.rules.gates import AGE_YEARS
from course.rules.plausibility import age_doubt, years_old
from services.courses import NoServerError
from services.errors import InputError, NotAllowedError, ServiceError
from services.permissions import Use
from services.session import StaffSession, new_request_id, written_language
from services.typed.text import one_line


@dataclass(frozen=True)
class PatientDetails:
    """What was said of the person and of where letters go; what is empty was not said."""

    name: str = field(repr=False)
    born: date = field(repr=False)
    mrn: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    language: str = ""
    email_consent: bool = False
    sms_consent: bool = False


@dataclass(frozen=True)
class EnrolmentRequest:
    """Whom to enrol on which protocol; `patient` is the id of somebody known, `zone` where they live if elsewhere.

    `new` says that this is another person than the one of that name and birth date; `beside` opens a second course.
    """

    details: PatientDetails
    protocol: str
    site: str = ""
    owner: str = ""
    zone: str = ""
    patient: str = ""
    new: bool = False
    beside: bool = False
    reason: str = field(default="", repr=False)
    sure: bool = False
    course_id: str = ""


@dataclass(frozen=True)
class Enrolled:
    """The course that has begun; `finished` where an earlier try was cut off, `alike` are patients of a like name."""

    course_id: str
    patient_id: str
    finished: bool
    alike: tuple[Patient, ...]
    outside_the_ages: str = field(repr=False)


async def enrol(at: StaffSession, asked: EnrolmentRequest) -> Enrolled:
    """Begin a course, or finish a beginning that was cut off; raises ServiceError, StoreError or CourseError."""
    born = birth_date(f"{asked.details.born}", at.now.date())
    details = replace(asked.details, name=one_line(asked.details.name), born=born)
    asked = replace(asked, details=details)
    site = await _may_enrol(at, asked)
    owner = await _owner(at, asked.owner, site)
    await refuse_missing(at.app.client)
    doubted = sure_of_age(at.app.clinic.protocols[asked.protocol].doubt, details.born, at.now.date(), sure=asked.sure)
    _may_consent(at, at.app.clinic.protocols[asked.protocol], details)
    if asked.patient:
        await _known(at, asked.patient, details)
    begun = None if asked.new or asked.course_id else await _cut_off(at, asked, site)
    patient_id = begun.patient_id if begun is not None else asked.patient
    alike = () if patient_id else await _like_names(at, details, new=asked.new)
    await _alive(at, patient_id)
    contact = await _contact(at, patient_id, details)
    await _close_terminated(at, patient_id)
    row = begun or await _row(at, asked, patient_id, site)
    order = at.courses.order(
        row,
        at.account.actor(),
        owner,
        at.now,
        zone=asked.zone,
        language=await _reached(at, row, contact),
        email_consent=details.email_consent,
        sms_consent=details.sms_consent,
        reason=asked.reason,
        doubted=doubted,
        request_id=new_request_id(),
    )
    await _begin(at, row, order)
    await at.log_access(row.course_id, "enrol", done=f"All the same: course {row.course_id} is enrolled")
    years = outside_the_ages(details.born, at.now.date())
    return Enrolled(row.course_id, row.patient_id, begun is not None, alike, years)


def birth_date(born: str, today: date) -> date:
    """A date of birth as people type it; raises InputError."""
    try:
        found = date.fromisoformat(born)
    except ValueError:
        raise InputError("--born is a date such as 1984-05-04") from None
    if found > today:
        raise InputError("--born cannot be meant: a date of birth does not lie in the future")
    return found


def sure_of_age(rule: Doubt, born: date, today: date, *, sure: bool) -> str:
    """What is doubtful about a birth date that somebody is sure of; raises ServiceError where nobody said so."""
    doubted = age_doubt(rule, born, today)
    if doubted and not sure:
        raise ServiceError(f"this is far from what is expected: {doubted}; look again, and add --sure if it is so")
    return doubted


def outside_the_ages(born: date, today: date) -> str:
    """How old somebody is whose age is asked about, in words; or an empty string."""
    years = years_old(born, today)
    return "" if AGE_YEARS[0] <= years <= AGE_YEARS[1] else f"born {born}, which makes {years} years"


async def _may_enrol(at: StaffSession, asked: EnrolmentRequest) -> str:
    """The site at which the course begins; raises ServiceError for what cannot be asked, or not by this role."""
    await at.refuse_unless(Use.ENROL)
    if asked.beside and (at.account.role is not Role.PRESCRIBER or not asked.reason):
        raise NotAllowedError("a second course takes a prescriber and --reason")
    clinic = at.app.clinic
    site = at.site(asked.site or at.account.site or at.app.home_site)
    if asked.protocol not in clinic.protocols:
        raise InputError(f"there is no protocol {asked.protocol}: {', '.join(sorted(clinic.protocols))}")
    if asked.zone:
        zone_of(asked.zone)
    if asked.details.language:
        written_language(at.app, asked.details.language)
    if asked.course_id and not asked.course_id.startswith("c-"):
        raise InputError("an enrolment's --request-id is the course id that it printed, such as c-1a2b3c")
    return site


async def _owner(at: StaffSession, owner: str, site: str) -> Actor:
    """Who is named; else whoever enrols, is based at the site, or is first on call there, and is a prescriber."""
    if at.account.role is Role.PRESCRIBER and not owner:
        return at.account.actor()
    people = [one for one in await at.app.store.staff.accounts() if one.role is Role.PRESCRIBER and not one.disabled]
    oncall = [one.account_id for one in await at.app.store.oncall.people(site, at.now)]
    based = [one.account_id for one in people if one.site == site]
    wanted = [owner] if owner else [*based, *oncall]
    found = next((one for name in wanted for one in people if one.account_id == name), None)
    if found is None:
        why = f"{owner} is no prescriber in service" if owner else f"no prescriber works or is on call at {site}"
        raise InputError(f"{why}: give one with --owner: {', '.join(one.account_id for one in people)}")
    return found.actor()


def _may_consent(at: StaffSession, protocol: Protocol, details: PatientDetails) -> None:
    """Raise NotAllowedError where the protocol lets somebody else write the consent to messages down."""
    given = {"email": details.email_consent, "sms": details.sms_consent}
    for gate in protocol.gates:
        if given.get(gate.channel) and at.account.role not in gate.by:
            who = " or ".join(gate.by)
            raise NotAllowedError(f"gate {gate.id} is answered by {who}: leave the consent out")


async def _known(at: StaffSession, patient_id: str, details: PatientDetails) -> Patient:
    """Somebody of the directory, once name, birth date and MRN are theirs; raises ServiceError with whose they are."""
    found = await at.app.store.directory.patient(patient_id)
    if found is None:
        raise InputError(f"there is no patient {patient_id}: `starter.py list` shows who has a course")
    theirs = same_name(found.name, details.name) and found.birth_date == details.born
    if not theirs or details.mrn not in {"", found.mrn}:
        raise ServiceError(
            f"{patient_id} is {found.name}, born {found.birth_date}, not who was typed: "
            "correct the id or the name; `starter.py patient` puts the directory right"
        )
    return found


async def _cut_off(at: StaffSession, asked: EnrolmentRequest, site: str) -> CourseRow | None:
    """The course whose enrolment was begun for exactly this person and never finished, or None."""
    directory, details = at.app.store.directory, asked.details
    people = [asked.patient] if asked.patient else [
        one.patient_id
        for one in await directory.alike(details.name)
        if same_name(one.name, details.name) and one.birth_date == details.born
    ]  # fmt: skip
    for one in people:
        for row in await directory.courses(patient_id=one, state=CourseState.OPENING):
            if (row.protocol_id, row.site) == (asked.protocol, site):
                return row
    return None


async def _like_names(at: StaffSession, details: PatientDetails, *, new: bool) -> tuple[Patient, ...]:
    """Patients of a like name; raises ServiceError for one of that birth date, unless this is said to be another."""
    found = await at.app.store.directory.alike(details.name)
    same = next((one for one in found if one.birth_date == details.born), None)
    if same is not None and not new:
        raise ServiceError(
            f"{same.patient_id} has a like name and that birth date: enrol with --patient {same.patient_id}, "
            "or say --new where this is another person"
        )
    return found


async def _alive(at: StaffSession, patient_id: str) -> None:
    """Raise ServiceError for a patient of whom a course says that they have died: somebody has the wrong person."""
    for row in await at.app.store.directory.courses(patient_id=patient_id) if patient_id else ():
        if await at.courses.has_died(row.course_id):
            raise ServiceError(
                f"{patient_id} has died, course {row.course_id} says: look for the right patient, "
                f"or reopen that course with a second signature"
            )


async def _close_terminated(at: StaffSession, patient_id: str) -> None:
    """A course that was terminated at the server stands in no new one's way; the access log says that it was."""
    directory = at.app.store.directory
    for row in await directory.courses(patient_id=patient_id, state=CourseState.OPEN) if patient_id else ():
        if await at.courses.was_terminated(row.course_id):
            await directory.mark_closed(row.course_id, at.now)
            await at.log_access(row.course_id, "closed: it was terminated at the server")


async def _contact(at: StaffSession, patient_id: str, details: PatientDetails) -> Contact | None:
    """Where letters go from now on, only what was said changed; None where nothing was. Raises ServiceError."""
    before = await at.app.store.contacts.of(patient_id) if patient_id else None
    kept = before or Contact()
    after = replace(
        kept,
        email=email_of(details.email) if details.email else kept.email,
        phone=phone_of(details.phone) if details.phone else kept.phone,
        language=details.language or kept.language,
        preferred=_preferred(details, kept),
    )
    if (details.email_consent and not after.email) or (details.sms_consent and not after.phone):
        raise InputError("a consent to messages needs where they go: add --email or --phone")
    return None if before is not None and after == before else after


def _preferred(details: PatientDetails, kept: Contact) -> Medium:
    if details.email_consent:
        return Medium.EMAIL
    return Medium.SMS if details.sms_consent else kept.preferred


async def _row(at: StaffSession, asked: EnrolmentRequest, patient: str, site: str) -> CourseRow:
    """The row of a new course, of somebody known or new; the row of an earlier try where its id is given."""
    directory, details = at.app.store.directory, asked.details
    patient_id = patient or (await directory.add_patient(details.name, details.born, details.mrn)).patient_id
    row = await directory.begin_course(
        patient_id, asked.protocol, site, at.now, course_id=asked.course_id or None, beside=asked.beside
    )
    if row.state is CourseState.CLOSED:
        raise ServiceError(f"course {row.course_id} has closed: enrol without --request-id")
    return row


async def _reached(at: StaffSession, row: CourseRow, contact: Contact | None) -> str:
    """Write down where letters go, if that is new; the language in which the patient is written to."""
    if contact is not None:
        await at.app.store.contacts.put(row.patient_id, contact)
    kept = await at.app.store.contacts.of(row.patient_id)
    return kept.language if kept is not None else DEFAULT_LANGUAGE


async def _begin(at: StaffSession, row: CourseRow, order: CourseOrder) -> None:
    """Start the course; where something is not there, what is begun is kept, and the same request finishes it."""
    kept = f"The enrolment is begun as {row.course_id}, and the same command finishes it."
    try:
        await at.courses.enrol(row, order)
    except StoreDownError as down:
        raise StoreDownError(f"{down} {kept}") from None
    except NoServerError as down:
        raise NoServerError(f"{down}. {kept}") from None
