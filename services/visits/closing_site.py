"""What a closed site means for each course: new times where its chairs leave room, proposed and then applied."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from adapters.wiring import Application
from course.actions import Refused, apply
from course.acts.catalogue import Act
from course.model.record import CourseRecord
from course.scheduling.closing_days import Alternative, alternatives, struck
from course.scheduling.slots import Slot, first_full, slots_ahead
from services.courses import EVERY_COURSE, CourseError
from services.errors import InputError
from services.session import ActRequest, StaffSession
from services.typed.times import instant, shown

PLANNED = timedelta(days=500)
"""How far ahead every visit lies."""

Progress = Callable[[str], None]
"""Is told what is being looked at."""


@dataclass(frozen=True)
class Closure:
    """Which site is closed from when until when, as typed on its clock, and why."""

    site: str
    since: str
    until: str
    reason: str = ""


@dataclass(frozen=True)
class ProposedMove:
    """What would become of one course: the act that moves it and each visit's old and new time, or why not."""

    course: str
    name: str = field(repr=False)
    act: Act | None
    visits: tuple[tuple[str, str, str], ...] = ()
    deviations: tuple[str, ...] = ()
    told: bool = False
    why_not: str = ""


@dataclass(frozen=True)
class Applied:
    """How many courses were moved, and which were not."""

    moved: int
    not_moved: tuple[ProposedMove, ...]


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


async def proposals(at: StaffSession, closure: Closure, progress: Progress) -> list[ProposedMove]:
    """One course after another, each where the chairs of those before it leave room; raises ServiceError."""
    zone = at.site_zone(at.site(closure.site))
    since, until = instant(closure.since, zone, at.now), instant(closure.until, zone, at.now)
    if not at.now <= until or since >= until:
        raise InputError("the site closes before it opens again, and opens in time to come: correct the days")
    rows = await at.courses.rows(f"CourseSite = '{closure.site}'", EVERY_COURSE)
    near = [row for row in rows if row.next_session is not None and row.next_session < until]
    names = await at.app.store.directory.names_of_courses(tuple(row.course_id for row in near))
    closed = await ClosedSite.at(at.app, closure.site, since, until)
    found: list[ProposedMove | None] = []
    for number, row in enumerate(near, start=1):
        progress(f"looking at {number} of {len(near)} courses")
        name = names.get(row.course_id, "")
        try:
            record = await at.courses.record(row.course_id)
        except CourseError as error:
            found.append(ProposedMove(row.course_id, name, None, why_not=str(error)))
            continue
        found.append(closed.moves(record, name, at.now, partial(_act, at, record, closure.reason)))
    return [one for one in found if one is not None]


async def apply_closure(at: StaffSession, closure: Closure, progress: Progress) -> Applied:
    """Move what is proposed; once more under the same days moves only what still stands in them."""
    if not closure.reason:
        raise InputError("say why with --reason: it stands on every course's page")
    found = await proposals(at, closure, progress)
    failed = [one for one in found if one.act is None]
    for number, one in enumerate(found, start=1):
        if one.act is None:
            continue
        progress(f"moving {number} of {len(found)} courses")
        try:
            await at.courses.act(one.course, one.act)
        except CourseError as error:
            failed.append(ProposedMove(one.course, one.name, None, why_not=str(error)))
    return Applied(len(found) - len(failed), tuple(failed))


def _act(at: StaffSession, record: CourseRecord, reason: str, move: Alternative) -> Act:
    key = f"{record.course_id}\n{move.session.id}\n{move.session.start}\n{move.to}"
    details = {"session": move.session.id, "to": move.to, "scope": move.scope, "code": "clinic"}
    request_id = f"close-{sha256(key.encode()).hexdigest()[:16]}"
    return at.build(ActRequest("defer", details, reason=reason or "the site is closed", request_id=request_id))


def _moved(before: CourseRecord, after: CourseRecord, name: str, act: Act, warnings: tuple[str, ...]) -> ProposedMove:
    new = {one.id: one for one in after.open_sessions}
    changed = [(one, new[one.id]) for one in before.open_sessions if new[one.id].start != one.start]
    visits = tuple((one.id, shown(before.zone, one.start), shown(before.zone, to.start)) for one, to in changed)
    told = any(one.told is not None for one, _ in changed)
    return ProposedMove(before.course_id, name, act, visits, warnings, told=told)
