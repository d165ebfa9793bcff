"""What the player has seen of a course: needs and tasks as they opened, phases, entries, messages and their fates."""

from dataclasses import dataclass, field
from datetime import datetime

from course.agenda.worklist import Need, needs
from course.model.parts import Entry, Mark
from course.model.record import CourseRecord
from course.model.terms import NeedKind, Phase, Role, SessionStatus, TaskKind


@dataclass(frozen=True)
class OpenedNeed:
    """A need, and when it was first seen."""

    at: datetime
    need: Need


@dataclass(frozen=True)
class Refusal:
    """An act that was refused, in whose name, with its sentence."""

    at: datetime
    action: str
    role: Role
    sentence: str


@dataclass(frozen=True)
class PlayedStep:
    """A step that was played, and what it came to."""

    at: datetime
    what: str
    answer: str


@dataclass
class Observed:
    """Grows with every look, so that nothing is lost when the record prunes it."""

    needs: dict[str, OpenedNeed] = field(default_factory=dict)
    tasks: dict[str, tuple[TaskKind, datetime]] = field(default_factory=dict)
    phases: list[tuple[Phase, datetime]] = field(default_factory=list)
    entries: dict[int, Entry] = field(default_factory=dict)
    marks: dict[tuple[str, str], Mark] = field(default_factory=dict)
    visits: dict[str, SessionStatus] = field(default_factory=dict)

    def look(self, record: CourseRecord, now: datetime) -> None:
        """Take in what the record shows now."""
        standing = needs(record, now)
        for need in standing:
            key = f"{need.kind}/{need.subject}/{need.opens:%Y%m%d%H%M%S}"
            self.needs.setdefault(key, OpenedNeed(now, need))
        for task in record.tasks:
            self.tasks.setdefault(task.id, (task.kind, task.opened_at))
        since = record.phase_since or record.opened_at
        if not self.phases or self.phases[-1] != (record.phase, since):
            self.phases.append((record.phase, since))
        self.visits.update({session.id: session.status for session in record.sessions})
        self.entries.update({entry.number: entry for entry in record.entries})
        self.marks.update({(key, mark.state): mark for key, mark in record.occasions.items()})

    def need_opened(self, kind: NeedKind, nth: int) -> datetime | None:
        """When the n-th need of a kind opened."""
        return _nth([one.at for one in self.needs.values() if one.need.kind is kind], nth)

    def task_opened(self, kind: TaskKind, nth: int) -> datetime | None:
        """When the n-th task of a kind opened."""
        return _nth([at for known, at in self.tasks.values() if known is kind], nth)

    def phase_began(self, phase: Phase, nth: int) -> datetime | None:
        """When a phase began for the n-th time."""
        return _nth([at for known, at in self.phases if known is phase], nth)


def _nth(found: list[datetime], nth: int) -> datetime | None:
    return sorted(found)[nth - 1] if len(found) >= nth else None
