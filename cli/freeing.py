"""Acts that can free a chair: the receipt says who of the waiting list could take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adapters.store.waitlist import Waiting
from cli.desk import Desk, How, desk, perform, sentence
from cli.output import OK, as_json
from cli.times import shown
from course.calendar import Zone
from course.slots import Slot, full


@dataclass(frozen=True)
class Offer:
    """A chair that has become free, and somebody who waits and could take it."""

    slot: Slot
    course: str
    name: str
    session: str

    def sentence(self, zone: Zone) -> str:
        """What staff would type."""
        typed = f'starter.py defer {self.course} {self.session} "{zone.local(self.slot.begins):%Y-%m-%d %H:%M}"'
        return f"free: {shown(zone, self.slot.begins)}, which {self.name} waits for: {typed}"


async def act_freeing(
    course_id: str, how: How, action: str, *, times: dict[str, str | None] | None = None, **said: Any
) -> int:
    """Do one act and print its receipt, with who could come instead."""
    async with desk() as at:
        before = await at.house.store.slots.of_course(course_id, at.now)
        receipt = await perform(at, course_id, how, action, times=times or {}, said=said)
        row = await at.house.store.directory.course(course_id)
        freed = [one for one in before if one not in await at.house.store.slots.of_course(course_id, at.now)]
        offers = await _offers(at, row.site, course_id, freed) if row is not None and freed else []
        if how.json:
            waiting = [{"free": one.slot.begins, "course": one.course, "session": one.session} for one in offers]
            as_json({**receipt.model_dump(mode="json"), **({"waiting": waiting} if waiting else {})})
            return OK
        zone = await at.zone(course_id)
        print("\n".join([sentence(receipt), *(f"  {one.sentence(zone)}" for one in offers)]))
        return OK


async def _offers(at: Desk, site: str, course_id: str, freed: Sequence[Slot]) -> list[Offer]:
    """Who could take each chair, longest waiting first."""
    waiting = [one for one in await at.house.store.waitlist.at(site) if one.course_id != course_id]
    names = await at.house.store.directory.names_of_courses(tuple(one.course_id for one in waiting))
    return [
        Offer(slot, one.course_id, names.get(one.course_id, ""), one.session_id)
        for slot in freed
        for one in waiting
        if await _could(at, one, slot)
    ]


async def _could(at: Desk, waiting: Waiting, freed: Slot) -> bool:
    """Whether the visit stands later than the chair is free, may come that early, and fits in its own length."""
    held = await at.house.store.slots.of_course(waiting.course_id, at.now)
    mine = next((one for one in held if one.session == waiting.session_id), None)
    day = at.site_zone(waiting.site).local(freed.begins).date()
    late = waiting.before is not None and day >= waiting.before
    if mine is None or late or not at.now < freed.begins < mine.begins:
        return False
    ends = freed.begins + (mine.ends - mine.begins)
    taken = await at.house.store.slots.between(waiting.site, freed.begins, ends + timedelta(minutes=1))
    instead = Slot(mine.course_id, mine.session, freed.begins, ends)
    return full(instead, taken, at.house.clinic.sites[waiting.site].capacity) is None
