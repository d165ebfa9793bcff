"""Writing on a course's page: entries, tasks, and the bounds that keep a record small."""

from datetime import datetime

from course.carried import days
from course.record import Actor, CourseRecord, Entry, Task
from course.terms import Action, Role, TaskKind

ENTRIES_KEPT = 200
APPLIED_KEPT = 500
APPLIED_DAYS = 30


def write(
    record: CourseRecord, actor: Actor, at: datetime, text: str, *, action: Action | None = None, reason: str = ""
) -> CourseRecord:
    """The record with one more entry; the oldest beyond 200 live on in the archive under their numbers."""
    entry = Entry(
        number=record.entry_count + 1, at=at, by=actor.name, role=actor.role, action=action, text=text, reason=reason
    )
    return record.with_(entries=(*record.entries, entry)[-ENTRIES_KEPT:], entry_count=entry.number)


def open_task(  # noqa: PLR0913  a task is these facts
    record: CourseRecord, kind: TaskKind, at: datetime, due: datetime, role: Role, text: str, session: str = ""
) -> CourseRecord:
    """The record with a task for a person, once a kind and session while it is open."""
    if any(task.kind is kind and task.session == session and task.resolved_at is None for task in record.tasks):
        return record
    task = Task(
        id=f"t{record.task_count + 1}", kind=kind, opened_at=at, due=due, role=role, text=text, session=session
    )
    return record.with_(tasks=(*record.tasks, task), task_count=record.task_count + 1)


def prune(record: CourseRecord, now: datetime) -> CourseRecord:
    """The record without what no rule needs any more: settled tasks, old requests, closed visits and their occasions."""
    month = now - days(APPLIED_DAYS)
    applied = [(key, one) for key, one in record.applied.items() if one.at >= month][-APPLIED_KEPT:]
    gone = {
        session.id
        for session in record.sessions
        if session.ended_at is not None and session.ended_at < month and session.series_number < record.series_number
        or session.ended_at is not None and session.ended_at < now - days(60)
    }
    last_asks = record.asks[-2:]
    subjects = {f"ask{ask.number}" for ask in last_asks}
    return record.with_(
        applied=dict(applied),
        sessions=tuple(session for session in record.sessions if session.id not in gone),
        tasks=tuple(task for task in record.tasks if task.resolved_at is None or task.resolved_at >= month),
        escalations=tuple(one for one in record.escalations if one.resolved_at is None or one.resolved_at >= month),
        asks=last_asks,
        sent_on=tuple(sent for sent in record.sent_on if sent >= now - days(8)),
        occasions={
            key: mark
            for key, mark in record.occasions.items()
            if not _done_with(key, gone, subjects) or not mark.state.is_settled
        },
    )


def _done_with(key: str, gone_sessions: set[str], asks: set[str]) -> bool:
    subject = key.split("/", 1)[0]
    return subject in gone_sessions or (subject.startswith("ask") and subject not in asks)
