"""Writing on a course's page: entries, tasks, and the bounds that keep a record small."""

from datetime import datetime

from course.model.base import days
from course.model.parts import Actor, Entry, Mark, Task
from course.model.record import CourseRecord
from course.model.terms import Action, OccasionKind, Role, TaskKind

ENTRIES_KEPT = 200
APPLIED_KEPT = 500
APPLIED_DAYS = 30
VISIT_DAYS = 45
EVALUATIONS_KEPT = 12
STEPS_KEPT = 20
MEDICINE_DAYS = 365
"""Changes of medicines older than a year that nobody reviews live on in the entries and the archive."""


def write(
    record: CourseRecord, actor: Actor, at: datetime, text: str, *, action: Action | None = None, reason: str = ""
) -> CourseRecord:
    """The record with one more entry; the oldest beyond 200 live on in the archive under their numbers."""
    entry = Entry(
        number=record.entry_count + 1, at=at, by=actor.name, role=actor.role, action=action, text=text, reason=reason
    )
    return record.with_(entries=(*record.entries, entry)[-ENTRIES_KEPT:], entry_count=entry.number)


def open_task(  # noqa: PLR0917  a task is these facts
    record: CourseRecord,
    kind: TaskKind,
    at: datetime,
    due: datetime,
    role: Role,
    text: str,
    session: str = "",
    of: tuple[str, ...] = (),
) -> CourseRecord:
    """The record with a task for a person: at most one open task a kind and session, never due before `at`."""
    standing = next(
        (one for one in record.tasks if one.kind is kind and one.session == session and one.resolved_at is None), None
    )
    if standing is not None:
        also = standing.with_(of=tuple(dict.fromkeys((*standing.of, *of))))
        return record.with_(tasks=tuple(also if one is standing else one for one in record.tasks))
    task = Task(
        id=f"t{record.task_count + 1}",
        kind=kind,
        opened_at=at,
        due=max(due, at),
        role=role,
        text=text,
        session=session,
        of=of,
    )
    return record.with_(tasks=(*record.tasks, task), task_count=record.task_count + 1)


def prune(record: CourseRecord, now: datetime) -> CourseRecord:
    """The record without what no rule needs any more: old requests, settled items, past visits with their occasions."""
    month = now - days(APPLIED_DAYS)
    applied = [(key, one) for key, one in record.applied.items() if one.at >= month][-APPLIED_KEPT:]
    kept = record.with_(
        applied=dict(applied),
        sessions=tuple(
            one for one in record.sessions if one.ended_at is None or one.ended_at >= now - days(VISIT_DAYS)
        ),
        tasks=tuple(one for one in record.tasks if one.resolved_at is None or one.resolved_at >= month),
        escalations=tuple(one for one in record.escalations if one.resolved_at is None or one.resolved_at >= month),
        asks=record.asks[-2:],
        evaluations=record.evaluations[-EVALUATIONS_KEPT:],
        therapies=tuple(one for one in record.therapies if one.ended_at is None or one.ended_at >= month),
        medicines=tuple(one for one in record.medicines if one.review_due or one.starts >= now - days(MEDICINE_DAYS)),
        calls={kind: one for kind, one in record.calls.items() if one.again_at >= month},
        sent_on=tuple(one for one in record.sent_on if one >= now - days(8)),
    )
    live = _live_subjects(kept)
    return kept.with_(
        occasions={
            key: mark
            for key, mark in record.occasions.items()
            if (key.split("/", 1)[0] in live or not mark.state.is_settled or mark.at >= month)
            and not _long_past(kept, key, mark)
        }
    )


def without_old_steps(record: CourseRecord) -> CourseRecord:
    """The record without the marks of an escalation's steps that no rule looks back at: nobody may act for weeks."""
    kept = {key: mark for key, mark in record.occasions.items() if not _long_past(record, key, mark)}
    return record if len(kept) == len(record.occasions) else record.with_(occasions=kept)


def _long_past(record: CourseRecord, key: str, mark: Mark) -> bool:
    """Whether a mark is of a step of an escalation that many steps have followed: rounds may go on for weeks."""
    subject, kind, ordinal = key.split("/")
    steps = next((one.steps for one in record.escalations if one.id == subject), 0)
    return kind == OccasionKind.ESCALATION and mark.state.is_settled and int(ordinal) < steps - STEPS_KEPT


def _live_subjects(record: CourseRecord) -> set[str]:
    return {
        "intake",
        "course",
        f"series{record.series_number}",
        f"n{record.session_count}",
        f"b{record.session_count + 1}",
        *(session.id for session in record.sessions),
        *(escalation.id for escalation in record.escalations),
        *(f"ask{ask.number}" for ask in record.asks),
    }
