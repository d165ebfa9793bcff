"""Acts that can free a chair, and who of the waiting list could take it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.store.chairs.waitlist import WaitingCourse
from course.actions import Refused, apply
from course.model.calendar import Zone
from course.model.messages import Receipt
from course.model.record import CourseRecord
from course.scheduling.slots import Slot, full, slots_ahead
from services.courses import CourseError
from services.session import ActRequest, StaffSession
from services.typed.times import shown


@dataclass(frozen=True)
class Offer:
    """A chair that has become free, and somebody who waits and could take it."""

    slot: Slot
    course: str
    name: str = field(repr=False)
    session: str
    note: str = ""

    def sentence(self, zone: Zone) -> str:
        """What staff would type."""
        typed = f'starter.py defer {self.course} {self.session} "{zone.local(self.slot.begins):%Y-%m-%d %H:%M}"'
        note = f" ({self.note})" if self.note else ""
        return f"free: {shown(zone, self.slot.begins)}, for {self.name} who waits: {typed}{note}"


@dataclass(frozen=True)
class Freed:
    """An act's receipt, the clock of its course, and who could take the chairs that it freed."""

    receipt: Receipt
    zone: Zone
    offers: tuple[Offer, ...]


async def perform_freeing(at: StaffSession, typed: str, request: ActRequest) -> Freed:
    """Do one act that may free a chair; raises what `StaffSession.perform` raises."""
    course_id = await at.course(typed)
    before = await at.app.store.slots.of_course(course_id, at.now)
    receipt = await at.perform(course_id, request)
    row = await at.app.store.directory.course(course_id)
    freed = [one for one in before if one not in await at.app.store.slots.of_course(course_id, at.now)]
    offers = await _offers(at, row.site, course_id, freed) if row is not None and freed else []
    return Freed(receipt, await at.zone(course_id), tuple(offers))


async def _offers(at: StaffSession, site: str, course_id: str, freed: Sequence[Slot]) -> list[Offer]:
    """Who could take each chair, longest waiting first."""
    waiting = [one for one in await at.app.store.waitlist.at(site) if one.course_id != course_id]
    names = await at.app.store.directory.names_of_courses(tuple(one.course_id for one in waiting))
    found = []
    for one in waiting:
        wanted = [slot for slot in freed if slot.begins > at.now and _early_enough(at, one, slot)]
        record = await _record(at, one) if wanted else None
        if record is None:
            continue
        for slot in wanted:
            note = await _tried(at, record, one, slot)
            if note is not None:
                found.append(Offer(slot, one.course_id, names.get(one.course_id, ""), one.session_id, note))
    return sorted(found, key=lambda offer: offer.slot.begins)


def _early_enough(at: StaffSession, waiting: WaitingCourse, freed: Slot) -> bool:
    return waiting.before is None or at.site_zone(waiting.site).local(freed.begins).date() < waiting.before


async def _record(at: StaffSession, waiting: WaitingCourse) -> CourseRecord | None:
    try:
        return await at.courses.record(waiting.course_id)
    except CourseError:
        return None


async def _tried(at: StaffSession, record: CourseRecord, waiting: WaitingCourse, freed: Slot) -> str | None:
    """What would be left of the protocol's windows if the visit moved there; None where it is no gain, or not taken."""
    visit = record.session(waiting.session_id)
    if visit is None or visit.start <= freed.begins:
        return None
    moved = {"session": visit.id, "to": freed.begins, "code": "clinic"}
    try:
        done = apply(record, at.build(ActRequest("defer", moved, reason="an earlier chair")), at.now)
    except Refused:
        return None
    wanted = next(one for one in slots_ahead(done.record, at.now) if one.session == visit.id)
    taken = await at.app.store.slots.between(waiting.site, wanted.begins, wanted.ends)
    fits = full(wanted, taken, at.app.clinic.sites[waiting.site].capacity) is None
    return "; ".join(done.receipt.warnings) if fits else None
