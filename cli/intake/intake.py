"""Intake from the command line: enrol, gates, clearance, order."""

import secrets
from datetime import date
from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from activities.ports import Contact
from adapters.clinic.texts import DEFAULT_LANGUAGE
from adapters.clinic.zones import zone_snapshot
from adapters.store import StoreDownError
from adapters.store.people.directory import CourseRow, CourseState
from adapters.temporal.search_attributes import refuse_missing
from cli.intake.enrolling import PatientDetails, alive, contact, cut_off, known, like_names, may_consent
from cli.output import answer as done
from cli.output import typed
from cli.session import ActOptions, StaffSession, act, command, staff_session, written_language
from course.acts.base import clean
from course.model.messages import CourseOrder
from course.model.parts import Actor
from course.model.protocol import Doubt
from course.model.terms import GateAnswer, Role
from course.rules.doubt import age_doubt, years_old
from course.rules.gates import AGE, AGE_YEARS
from services.courses import NoServerError
from services.errors import InputError, NotAllowedError, ServiceError

OrRead = Annotated[str, Parameter(allow_leading_hyphen=True)]
"""May be `-`: read from standard input."""

NAME_MOST = 200
FRONT = frozenset({Role.COORDINATOR, Role.NURSE, Role.PRESCRIBER})


@command
async def enrol(
    name: OrRead,
    born: Annotated[OrRead, Parameter(help="date of birth, 1984-05-04")],
    protocol: str,
    *,
    mrn: OrRead = "",
    site: str = "",
    owner: Annotated[str, Parameter(help="account of the prescriber who answers for the course")] = "",
    email: OrRead = "",
    phone: OrRead = "",
    email_consent: bool = False,
    sms_consent: bool = False,
    zone: Annotated[str, Parameter(help="the patient's own time zone, where it is not the clinic's")] = "",
    language: Annotated[str, Parameter(help="of letters; en, or the one the patient has, if not said")] = "",
    patient: Annotated[str, Parameter(help="id of a patient who is in the directory already")] = "",
    new: Annotated[bool, Parameter(negative="", help="another person of the same name and birth date")] = False,
    beside: Annotated[
        bool, Parameter(help="open a second course beside the first; a prescriber's, with a reason")
    ] = False,
    options: ActOptions = ActOptions(),
) -> int:
    """Enrol a patient on a protocol and begin the course.

    What is given as `-` of name, birth date, MRN, e-mail and phone is read from standard input, a line each in this
    order, or asked for at a terminal; so nobody else on the machine reads it in the list of processes:
    starter.py enrol - - depression --email - --email-consent

    Example: starter.py enrol "Ayla Demir" 1984-05-04 depression --email ayla@example.org --email-consent
    """
    name, born, mrn = typed(name, "name"), typed(born, "date of birth"), typed(mrn, "MRN")
    email, phone = typed(email, "e-mail"), typed(phone, "phone")
    async with staff_session() as at:
        if at.account.role not in FRONT:
            raise NotAllowedError(f"a {at.account.role} may not enrol: it takes coordinator, nurse or prescriber")
        if beside and (at.account.role is not Role.PRESCRIBER or not options.reason):
            raise NotAllowedError("a second course takes a prescriber and --reason")
        where = _site(at, site)
        if protocol not in at.app.clinic.protocols:
            raise InputError(f"there is no protocol {protocol}: {', '.join(sorted(at.app.clinic.protocols))}")
        if zone:
            zone_snapshot(zone, at.now, 1)
        if language:
            written_language(at, language)
        answering = await _owner(at, owner, where)
        if options.request_id and not options.request_id.startswith("c-"):
            raise InputError("an enrolment's --request-id is the course id that it printed, such as c-1a2b3c")
        await refuse_missing(at.app.client)
        said = PatientDetails(
            one_line(name), birth_date(at, born), mrn, email, phone, language, email_consent, sms_consent
        )
        doubted = sure_of_age(at.app.clinic.protocols[protocol].doubt, said.born, at, sure=options.sure)
        may_consent(at, at.app.clinic.protocols[protocol], said)
        if patient:
            await known(at, patient, said)
        begun = None if new or options.request_id else await cut_off(at, said, protocol, where, patient)
        patient = begun.patient_id if begun is not None else patient
        like = () if patient else await like_names(at, said.name, said.born, new=new)
        await alive(at, patient)
        reached = await contact(at, patient, said)
        row = begun or await _row(at, said, patient, protocol, where, course_id=options.request_id, beside=beside)
        order = at.courses.order(
            row,
            at.account.actor(),
            answering,
            at.now,
            zone=zone,
            language=await _reached(at, row, reached),
            email_consent=email_consent,
            sms_consent=sms_consent,
            reason=options.reason,
            doubted=doubted,
            request_id=f"r-{secrets.token_hex(8)}",
        )
        await _begin(at, row, order)
        enrolled = f"enrolled: course {row.course_id}, next: starter.py show {row.course_id}"
        await at.log_access(row.course_id, "enrol", done=f"All the same: {enrolled}")
        told = f"{enrolled}\n  note: this enrolment was begun before, and is finished now" if begun else enrolled
        years = outside_the_ages(said.born, at.now.date())
        if years:
            told += f"\n  note: {years}: the gate {AGE} is answered yes, then a prescriber overrides it or declines"
        notes = [f"\n  note: {one.name}, born {one.birth_date}, is another patient of a like name" for one in like]
        named = {"course": row.course_id, "patient": row.patient_id, "alike": [one.patient_id for one in like]}
        return done(named, told + "".join(notes), json_=options.json)


async def _row(
    at: StaffSession, said: PatientDetails, patient: str, protocol: str, site: str, *, course_id: str, beside: bool
) -> CourseRow:
    """The row of a new course, of somebody known or new; the row of an earlier try where its id is given."""
    directory = at.app.store.directory
    patient_id = patient or (await directory.add_patient(said.name, said.born, said.mrn)).patient_id
    row = await directory.begin_course(patient_id, protocol, site, at.now, course_id=course_id or None, beside=beside)
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
    """Start the course; where something is not there, what is begun is kept, and the same command finishes it."""
    kept = f"The enrolment is begun as {row.course_id}, and the same command finishes it."
    try:
        await at.courses.enrol(row, order)
    except StoreDownError as down:
        raise StoreDownError(f"{down} {kept}") from None
    except NoServerError as down:
        raise NoServerError(f"{down}. {kept}") from None


def outside_the_ages(born: date, today: date) -> str:
    """How old somebody is whose age is asked about, in words; or an empty string."""
    years = years_old(born, today)
    return "" if AGE_YEARS[0] <= years <= AGE_YEARS[1] else f"born {born}, which makes {years} years"


def _site(at: StaffSession, site: str) -> str:
    sites = at.app.clinic.sites
    wanted = site or at.account.site or at.app.settings.site or next(iter(sites))
    if wanted not in sites:
        raise InputError(f"there is no site {wanted}: {', '.join(sites)}")
    return wanted


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


def one_line(name: str) -> str:
    """A name as people write it; raises ServiceError."""
    try:
        said = clean(name)
    except ValueError as wrong:
        raise InputError(f"the name is wrong: {wrong}") from None
    if "\n" in said or "\t" in said or len(said) > NAME_MOST:
        raise InputError(f"the name is wrong: write it on one line, in at most {NAME_MOST} letters")
    return said


def birth_date(at: StaffSession, born: str) -> date:
    """A date of birth as people type it; raises ServiceError."""
    try:
        found = date.fromisoformat(born)
    except ValueError:
        raise InputError("--born is a date such as 1984-05-04") from None
    if found > at.now.date():
        raise InputError("--born cannot be meant: a date of birth does not lie in the future")
    return found


def sure_of_age(rule: Doubt, born: date, at: StaffSession, *, sure: bool) -> str:
    """What is doubtful about a birth date that somebody is sure of; raises ServiceError where nobody said so."""
    doubted = age_doubt(rule, born, at.now.date())
    if doubted and not sure:
        raise ServiceError(f"this is far from what is expected: {doubted}; look again, and add --sure if it is so")
    return doubted


@command
async def gate(
    course: str,
    gate: Annotated[str, Parameter(help="a gate's id, or several with commas between them")],
    answer: GateAnswer,
    *,
    detail: Annotated[str, Parameter(help="who the escort is, which drug, what was seen")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Answer an intake gate, or date a change with --at; several gates with one answer at once, all or none.

    Example: starter.py gate c-1a2b3c heart,aneurysm,psychosis no
    """
    first, *also = [one.strip() for one in gate.split(",") if one.strip()] or [gate]
    if AGE in {first, *also} and answer is GateAnswer.NO:
        await _of_age(course)
    return await act(
        course,
        options,
        "gate",
        gate=first,
        also=tuple(also),
        answer=answer,
        detail=detail,
    )


async def _of_age(course: str) -> None:
    """Raise ServiceError for a patient whose birth date says otherwise."""
    async with staff_session() as at:
        row = await at.app.store.directory.course(course)
        patient = None if row is None else await at.app.store.directory.patient(row.patient_id)
        years = "" if patient is None else outside_the_ages(patient.birth_date, at.now.date())
        if years:
            raise ServiceError(f"the patient is {years}: gate {AGE} is answered yes, then a prescriber overrides it")


@command
async def clear(course: str, *, options: ActOptions = ActOptions()) -> int:
    """Sign that the course may begin; a prescriber's.

    Example: starter.py clear c-1a2b3c
    """
    return await act(course, options, "clear")


@command
async def order(
    course: str,
    *,
    amount: Annotated[Decimal | None, Parameter(help="mg/kg or mg/kg/h, as the protocol says")] = None,
    minutes: int | None = None,
    max_mg: Decimal | None = None,
    sessions: int | None = None,
    weekdays: Annotated[str, Parameter(help="0,2,4 is Monday, Wednesday, Friday")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Amend the order inside the protocol's ranges; a prescriber's.

    Example: starter.py order c-1a2b3c --amount 0.6 --reason "partial response"
    """
    days = tuple(int(one) if one.strip().isdigit() else -1 for one in weekdays.split(",")) if weekdays else None
    return await act(
        course, options, "order", amount=amount, minutes=minutes, max_mg=max_mg, sessions=sessions, weekdays=days
    )
