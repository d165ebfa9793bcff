"""What is written down in the treatment room: readings, adverse events, how the patient left; and namesakes."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from adapters.store.people.directory import CourseState
from course.model.calendar import Zone
from course.model.messages import Receipt
from services.errors import InputError
from services.session import ActRequest, StaffSession
from services.typed.times import instant
from services.typed.vitals import adverse, reading


@dataclass(frozen=True)
class Leaving:
    """How the patient left, and when, as typed; `gone` where nobody had let them go."""

    left: str = ""
    awake: bool = False
    walking: bool = False
    escort: bool = False
    gone: bool = False


@dataclass(frozen=True)
class RoomNotes:
    """Readings and adverse events as typed, and how the patient left, once that is so."""

    readings: tuple[str, ...] = field(default=(), repr=False)
    events: tuple[str, ...] = field(default=(), repr=False)
    leaving: Leaving = Leaving()


async def record_in_room(at: StaffSession, typed: str, notes: RoomNotes, request: ActRequest) -> Receipt:
    """An act with what was seen in the room; readings were taken when it happened unless they say their own time.

    Raises what `StaffSession.perform` raises.
    """
    course_id = await at.course(typed)
    zone = await at.zone(course_id)
    happened = instant(request.at, zone, at.now) if request.at else at.now
    seen: dict[str, Any] = {"readings": tuple(_reading(one, zone, happened) for one in notes.readings)}
    if notes.events:
        seen["adverse"] = tuple(adverse_event(one) for one in notes.events)
    if notes.leaving.left:
        how = {name: value for name, value in vars(notes.leaving).items() if name != "left"}
        seen["leaving"] = {"at": instant(notes.leaving.left, zone, at.now), **how}
    return await at.perform(course_id, replace(request, details={**request.details, **seen}))


async def namesakes(at: StaffSession, typed: str) -> list[str]:
    """Open courses at the same site that are of another patient of a like name."""
    directory = at.app.store.directory
    row = await directory.course(await at.course(typed))
    mine = None if row is None else await directory.patient(row.patient_id)
    if row is None or mine is None:
        return []
    others = {one.patient_id for one in await directory.alike(mine.name)} - {mine.patient_id}
    here = [one for one in await directory.courses() if one.patient_id in others and one.site == row.site]
    return [one.course_id for one in here if one.state is not CourseState.CLOSED]


def adverse_event(typed: str) -> dict[str, Any]:
    """An adverse event's fields; raises InputError saying how it is written."""
    try:
        return adverse(typed)
    except ValueError as wrong:
        raise InputError(str(wrong)) from None


def _reading(typed: str, zone: Zone, happened: datetime) -> dict[str, Any]:
    numbers, _, time = typed.partition("@")
    try:
        return {"at": instant(f"today {time}", zone, happened) if time else happened, **reading(numbers)}
    except ValueError as wrong:
        raise InputError(f"--bp: {wrong}, with its time as 122/78@09:05") from None
