"""What the patient of a course wrote, as staff read it."""

from dataclasses import dataclass

from adapters.store.messages.inbox import Item, ItemKind
from course.model.calendar import Zone
from services.permissions import Use
from services.session import StaffSession


@dataclass(frozen=True)
class PatientInbox:
    """What was written, oldest first, and the clinic's clock."""

    items: tuple[Item, ...]
    zone: Zone


async def inbox_of(at: StaffSession, typed: str) -> PatientInbox:
    """What a patient wrote in text messages; who read it is on record. Raises ServiceError."""
    await at.refuse_unless(Use.REPLIES)
    course_id = await at.course(typed)
    zone = await at.zone(course_id)
    items = tuple(one for one in await at.app.store.inbox.of_course(course_id) if one.kind is ItemKind.REPLY)
    await at.log_access(course_id, "inbox")
    return PatientInbox(items, zone)
