"""What people type for a course or an instrument, understood where it can mean one thing only."""

import re

from adapters.store.people.directory import CourseState, Directory, same_name
from services.errors import InputError

COURSE_ID = re.compile(r"c-[a-z0-9]{3,40}")
SAY = 'name a course by its id, such as c-1a2b3c, or by the patient\'s whole name in quotes, such as "Ayla Demir"'
SHOWN = 10


async def course_named(directory: Directory, typed: str) -> str:
    """The id of the course that is meant, by id in any case or by a whole name that one open course has.

    Raises ServiceError with the candidates where several are meant; a part of a name is never enough to act on.
    """
    text = typed.strip()
    if not text:
        raise InputError(f"no course was named: {SAY}")
    if await directory.course(text) is not None or COURSE_ID.fullmatch(text.lower()):
        return text if await directory.course(text) is not None else text.lower()
    like = {one.patient_id: one for one in await directory.find(text)}
    rows = [one for one in await directory.courses() if one.patient_id in like]
    live = [one for one in rows if one.state is not CourseState.CLOSED] or rows
    exact = [one for one in live if same_name(like[one.patient_id].name, text)]
    if len(exact) == 1:
        return exact[0].course_id
    found = [
        f"{one.course_id} ({like[one.patient_id].name}, born {like[one.patient_id].birth_date}, {one.protocol_id})"
        for one in (exact or live)[:SHOWN]
    ]
    if found:
        raise InputError(f"more than the name is needed, take the id: {'; '.join(found)}")
    return text


def instrument_named(known: tuple[str, ...], typed: str) -> str:
    """The instrument that is meant, whatever its case, hyphens and spaces; as typed where none is."""
    return next((one for one in known if _bare(one) == _bare(typed)), typed)


def _bare(name: str) -> str:
    return "".join(one for one in name.lower() if one.isalnum())


def session_id(typed: str) -> str:
    """A session as people name it, `4` or `s4`."""
    return f"s{typed}" if typed.isdigit() else typed
