"""The story of a course, out of its histories."""

from dataclasses import dataclass

from audit.histories import compared_histories
from audit.timeline import Line, story
from course.model.calendar import Zone
from services.errors import ServiceError
from services.session import StaffSession


@dataclass(frozen=True)
class CourseStory:
    """What happened, oldest first, and the runs of which the archive holds something else than the server."""

    zone: Zone
    lines: tuple[Line, ...]
    differing: tuple[str, ...]


async def course_story(at: StaffSession, typed: str, *, acts: bool = False) -> CourseStory:
    """When, who, what, why, which event; with `acts` only what people did. Raises ServiceError or CourseError."""
    course_id = await at.course(typed)
    zone = await at.zone(course_id)
    found = await compared_histories(at.app, course_id)
    if not found.runs:
        raise ServiceError(f"course {course_id} has no history: it was enrolled and never began")
    await at.log_access(course_id, "timeline")
    lines = await story(found.runs, at.app.ring)
    kept = tuple(line for line in lines if not acts or line.role != "course")
    return CourseStory(zone, kept, tuple(found.differing))
