"""Intake from the command line: enrol, gates, clearance, order."""

from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from cli.output import answer as done
from cli.output import typed
from cli.session import ActOptions, act, command, staff_session
from course.model.terms import GateAnswer
from course.rules.gates import AGE
from services.gates import answer_gates
from services.people import enrolment
from services.people.enrolment import EnrolmentRequest, PatientDetails, birth_date
from services.session import sentence

OrRead = Annotated[str, Parameter(allow_leading_hyphen=True)]
"""May be `-`: read from standard input."""


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
    language: Annotated[str, Parameter(help="language of letters; by default that on file, else en")] = "",
    patient: Annotated[str, Parameter(help="id of a patient who is already in the directory")] = "",
    new: Annotated[
        bool, Parameter(negative="", help="this is another person with the same name and birth date")
    ] = False,
    beside: Annotated[
        bool, Parameter(help="open a second course alongside the first; prescribers only, with a reason")
    ] = False,
    options: ActOptions = ActOptions(),
) -> int:
    """Enrol a patient on a protocol and begin the course.

    A name, birth date, MRN, e-mail or phone given as `-` is read from standard input, one line each in this order, or
    asked for at a terminal, so that nobody else on the machine sees it in the list of processes:
    starter.py enrol - - depression --email - --email-consent

    Example: starter.py enrol "Ayla Demir" 1984-05-04 depression --email ayla@example.org --email-consent
    """
    name, born, mrn = typed(name, "name"), typed(born, "date of birth"), typed(mrn, "MRN")
    email, phone = typed(email, "e-mail"), typed(phone, "phone")
    async with staff_session() as at:
        details = PatientDetails(
            name, birth_date(born, at.now.date()), mrn, email, phone, language, email_consent, sms_consent
        )
        found = await enrolment.enrol(
            at,
            EnrolmentRequest(
                details,
                protocol,
                site,
                owner,
                zone,
                patient,
                new=new,
                beside=beside,
                reason=options.reason,
                sure=options.sure,
                course_id=options.request_id,
            ),
        )
    notes = ["this enrolment was begun before, and is finished now"] if found.finished else []
    if found.outside_the_ages:
        notes.append(
            f"{found.outside_the_ages}: the gate {AGE} is answered yes, then a prescriber overrides it or declines"
        )
    notes += [f"{one.name}, born {one.birth_date}, is another patient of a like name" for one in found.alike]
    told = [f"enrolled: course {found.course_id}, next: starter.py show {found.course_id}", *notes]
    named = {
        "course": found.course_id,
        "patient": found.patient_id,
        "alike": [one.patient_id for one in found.alike],
    }
    return done(named, "\n  note: ".join(told), json_=options.json)


@command
async def gate(
    course: str,
    gate: Annotated[str, Parameter(help="a gate's id, or several with commas between them")],
    answer: GateAnswer,
    *,
    detail: Annotated[str, Parameter(help="who the escort is, which drug, what was seen")] = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Answer an intake gate, or several with the same answer, all or none; --at dates a change.

    Example: starter.py gate c-1a2b3c heart,aneurysm,psychosis no
    """
    async with staff_session() as at:
        receipt = await answer_gates(at, course, gate, answer, options.request("gate"), detail=detail)
    return done(receipt, sentence(receipt), json_=options.json)


@command
async def clear(course: str, *, options: ActOptions = ActOptions()) -> int:
    """Sign that the course may begin; prescribers only.

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
    """Amend the order inside the protocol's ranges; prescribers only.

    Example: starter.py order c-1a2b3c --amount 0.6 --reason "partial response"
    """
    days = tuple(int(one) if one.strip().isdigit() else -1 for one in weekdays.split(",")) if weekdays else None
    return await act(
        course, options, "order", amount=amount, minutes=minutes, max_mg=max_mg, sessions=sessions, weekdays=days
    )
