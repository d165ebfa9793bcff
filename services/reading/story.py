"""The story of a course, out of its histories."""

from collections import Counter
from dataclasses import dataclass

from adapters.store.tables import ARCHIVE
from adapters.temporal.updates import run_of
from audit.histories import compared_histories
from audit.key_book import key_book
from audit.signatures import State
from audit.timeline import Line, story
from course.model.calendar import Zone
from services.errors import ServiceError
from services.session import StaffSession


@dataclass(frozen=True)
class Run:
    """One run of a course, and where the log has it since it was archived."""

    number: int
    run_id: str
    log_index: int | None


@dataclass(frozen=True)
class CourseStory:
    """What happened, oldest first, and the runs of which the archive holds something else than the server."""

    course_id: str
    zone: Zone
    lines: tuple[Line, ...]
    runs: tuple[Run, ...]
    differing: tuple[str, ...]

    @property
    def counts(self) -> dict[State, int]:
        """How many signatures there are of each kind."""
        return Counter(one.state for line in self.lines for one in line.signatures)

    def log_index(self, line: Line) -> int | None:
        """Where the log has the run in which a line stands."""
        return self.runs[line.run - 1].log_index


async def course_story(at: StaffSession, typed: str, *, acts: bool = False) -> CourseStory:
    """When, who, what, why, which event; with `acts` only what people did. Raises ServiceError or CourseError."""
    course_id = await at.course(typed)
    zone = await at.zone(course_id)
    found = await compared_histories(at.app, course_id)
    if not found.runs:
        raise ServiceError(f"course {course_id} has no history: it was enrolled and never began")
    await at.log_access(course_id, "timeline")
    log = at.app.store.log
    lines = await story(found.runs, at.app.ring, await key_book(log))
    runs = [run_of(history) for history in found.runs]
    archived = [await log.index_of(ARCHIVE.name, f"{course_id}/{run}") for run in runs]
    numbered = tuple(Run(number, run, index) for number, (run, index) in enumerate(zip(runs, archived, strict=True), 1))
    kept = tuple(line for line in lines if not acts or line.role != "course")
    return CourseStory(course_id, zone, kept, numbered, tuple(found.differing))
