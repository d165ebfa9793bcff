"""What a closed site means for each course: new times where its chairs leave room, as a proposal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.wiring import Application
from course.actions import Refused, apply
from course.acts.catalogue import Act
from course.model.record import CourseRecord
from course.scheduling.closing_days import Alternative, alternatives, struck
from course.scheduling.slots import Slot, first_full, slots_ahead
from services.typed.times import shown

PLANNED = timedelta(days=500)
"""How far ahead every visit lies."""


@dataclass(frozen=True)
class ProposedMove:
    """What would become of one course: the act that moves it and each visit's old and new time, or why not."""

    course: str
    name: str
    act: Act | None
    visits: tuple[tuple[str, str, str], ...] = ()
    deviations: tuple[str, ...] = ()
    told: bool = False
    why_not: str = ""


@dataclass
class FreeChairs:
    """The chairs of the site as they would be taken after each move."""

    capacity: int
    taken: set[Slot]

    def moves(self, before: tuple[Slot, ...], after: tuple[Slot, ...]) -> bool:
        """Whether a course finds chairs for all that would change; then they are taken, and its old ones free."""
        new = [one for one in after if one not in before]
        if first_full(new, self.taken, self.capacity) is not None:
            return False
        self.taken = (self.taken - set(before)) | set(after)
        return True


@dataclass(frozen=True)
class ClosedSite:
    """From when until when a site is closed, and the chairs that it has after that."""

    since: datetime
    until: datetime
    room: FreeChairs

    @classmethod
    async def at(cls, app: Application, site: str, since: datetime, until: datetime) -> "ClosedSite":
        """With the chairs as they are booked now."""
        taken = await app.store.slots.between(site, since, until + PLANNED)
        return cls(since, until, FreeChairs(app.clinic.sites[site].capacity, set(taken)))

    def moves(
        self, record: CourseRecord, name: str, now: datetime, act_for: Callable[[Alternative], Act]
    ) -> ProposedMove | None:
        """Where the visits of a course would go; None where none of them lies in those days."""
        first = struck(record, self.since, self.until)
        if first is None:
            return None
        why_not = "no day of four weeks has room for it"
        for move in alternatives(record, first, self.until, self.room.taken, self.room.capacity):
            act = act_for(move)
            try:
                done = apply(record, act, now)
            except Refused as refused:
                why_not = str(refused)
                continue
            if self.room.moves(slots_ahead(record, now), slots_ahead(done.record, now)):
                return _moved(record, done.record, name, act, done.receipt.warnings)
        return ProposedMove(record.course_id, name, None, why_not=why_not)


def _moved(before: CourseRecord, after: CourseRecord, name: str, act: Act, warnings: tuple[str, ...]) -> ProposedMove:
    new = {one.id: one for one in after.open_sessions}
    changed = [(one, new[one.id]) for one in before.open_sessions if new[one.id].start != one.start]
    visits = tuple((one.id, shown(before.zone, one.start), shown(before.zone, to.start)) for one, to in changed)
    told = any(one.told is not None for one, _ in changed)
    return ProposedMove(before.course_id, name, act, visits, warnings, told=told)
