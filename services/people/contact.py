"""What a patient allows, and in which language and where letters find them."""

from dataclasses import dataclass, replace

from adapters.clinic.zones import zone_snapshot
from course.model.messages import Receipt
from services.session import ActRequest, StaffSession, written_language


@dataclass(frozen=True)
class ContactWishes:
    """What is said anew; None or an empty zone says nothing. `zone` is where the patient lives, for sending hours."""

    email: bool | None = None
    sms: bool | None = None
    language: str | None = None
    opt_out: bool | None = None
    zone: str = ""


async def record_contact(at: StaffSession, typed: str, wishes: ContactWishes, request: ActRequest) -> Receipt:
    """Record what the patient allows; what they write is answered in the language of their letters.

    Raises what `StaffSession.perform` raises.
    """
    years = at.app.clinic.limits.calendar_years
    zone = zone_snapshot(wishes.zone, at.now, years) if wishes.zone else None
    if wishes.language is not None:
        written_language(at.app, wishes.language)
    course_id = await at.course(typed)
    receipt = await at.perform(course_id, replace(request, details={**vars(wishes), "zone": zone}))
    if wishes.language is not None:
        contacts, row = at.app.store.contacts, await at.app.store.directory.course(course_id)
        before = await contacts.of(row.patient_id) if row is not None else None
        if row is not None and before is not None:
            await contacts.put(row.patient_id, replace(before, language=wishes.language))
    return receipt
