"""What others did on a course since somebody last looked at it."""

from course.model.record import CourseRecord
from course.model.terms import Role
from services.errors import Kind, ServiceError
from services.session import StaffSession

NOT_STAFF = frozenset({Role.COURSE, Role.PATIENT})


class ChangedError(ServiceError):
    """Somebody else acted first; nothing was done."""

    kind = Kind.REFUSED


async def refuse_if_changed(at: StaffSession, typed: str, seen: int) -> None:
    """Raise ChangedError where others of the staff have acted since the entry of that number, naming what they did."""
    record = await at.courses.record(await at.course(typed))
    if news := _of_others(record, seen, at.account.name):
        raise ChangedError(
            f"others have acted since you opened this page ({'; '.join(news)}). "
            "Nothing of yours has been done: look at it, and send it again if it still holds"
        )


def _of_others(record: CourseRecord, seen: int, own_name: str) -> list[str]:
    return [
        f"{one.by}: {one.text}"
        for one in record.entries
        if one.number > seen and one.by != own_name and one.role not in NOT_STAFF
    ]
