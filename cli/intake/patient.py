"""Putting right who a patient is, and where they are reached."""

from dataclasses import replace
from typing import Annotated

from cyclopts import Parameter

from activities.ports import Contact
from adapters.store.people.contacts import email_of, phone_of
from adapters.store.people.directory import Patient
from cli.care.care import Second, signed
from cli.intake.intake import OrRead
from cli.output import answer, typed
from cli.session import ActOptions, command, staff_session
from services.enrolment import FRONT, birth_date, one_line, sure_of_age
from services.errors import InputError, NotAllowedError, ServiceError
from services.session import StaffSession

WHO_THEY_ARE = ("name", "born", "mrn")


@command
async def patient(
    course: Annotated[str, Parameter(help="any course of the patient")],
    *,
    name: OrRead = "",
    born: Annotated[OrRead, Parameter(help="date of birth, 1984-05-04")] = "",
    mrn: OrRead = "",
    email: Annotated[OrRead, Parameter(help="address, or `none`")] = "",
    phone: Annotated[OrRead, Parameter(help="number with its country, or `none`")] = "",
    second: Second = "",
    options: ActOptions = ActOptions(),
) -> int:
    """Put a name, birth date, MRN, address or telephone number right; who somebody is takes a second signature.

    What is given as `-` is read from standard input, a line each in the order name, born, mrn, email, phone, or asked
    for at a terminal; so nobody else on the machine reads it in the list of processes.

    Example: starter.py patient c-1a2b3c --email ayla.demir@example.org --reason "typed wrongly"
    """
    name, born, mrn = typed(name, "name"), typed(born, "date of birth"), typed(mrn, "MRN")
    email, phone = typed(email, "e-mail"), typed(phone, "phone")
    said = {"name": name, "born": born, "mrn": mrn, "email": email, "phone": phone}
    changed = [what for what, value in said.items() if value]
    if not changed:
        raise InputError("nothing to put right: give at least one of --name, --born, --mrn, --email, --phone")
    if not options.reason:
        raise InputError("a correction needs a reason: add --reason")
    other = await signed(second)
    async with staff_session() as at:
        if at.account.role not in FRONT:
            raise NotAllowedError(f"the role {at.account.role} may not do this: ask the front desk")
        identity = [what for what in changed if what in WHO_THEY_ARE]
        if identity and (other is None or other.account_id == at.account.account_id):
            raise ServiceError(
                f"{', '.join(identity)}: a second person must sign who somebody is: add --second ACCOUNT"
            )
        before = await _patient(at, course)
        right = replace(
            before,
            name=one_line(name) if name else before.name,
            birth_date=birth_date(born, at.now.date()) if born else before.birth_date,
            mrn=mrn or before.mrn,
        )
        contact = await _contact(at, before.patient_id, email, phone)
        doubted = await _doubted(at, course, right, options) if born else ""
        by = f", second signature by {other.name}" if other is not None else ""
        told = f"put right in the directory: {', '.join(changed)}{by}"
        await at.courses.record(course, running=True)  # one that takes no entry any more is refused before all else
        if identity:
            await at.app.store.directory.correct_patient(right)
        if contact is not None:
            await at.app.store.contacts.put(before.patient_id, contact)
        receipt = await at.perform(course, options.request("note", text=told, doubted=doubted))
        return answer(receipt, told, json_=options.json)


async def _patient(at: StaffSession, course: str) -> Patient:
    row = await at.app.store.directory.course(course)
    found = None if row is None else await at.app.store.directory.patient(row.patient_id)
    if found is None:
        raise ServiceError(f"there is no course {course}: `starter.py list` shows them")
    return found


async def _doubted(at: StaffSession, course: str, right: Patient, options: ActOptions) -> str:
    """What is doubtful about the corrected birth date; raises ServiceError where nobody was sure of it."""
    record = await at.courses.record(course)
    return sure_of_age(record.protocol.doubt, right.birth_date, at.now.date(), sure=options.sure)


async def _contact(at: StaffSession, patient_id: str, email: str, phone: str) -> Contact | None:
    """Where letters go from now on, or None where that stays; raises StoreError before anything is written."""
    if not (email or phone):
        return None
    before = await at.app.store.contacts.of(patient_id) or Contact()
    return replace(
        before,
        email=before.email if not email else "" if email == "none" else email_of(email),
        phone=before.phone if not phone else "" if phone == "none" else phone_of(phone),
    )
