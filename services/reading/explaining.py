"""Why a course stands as it does: rules in words, the values they read, their sources, and who may override."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from audit.acts import act_of
from audit.histories import histories_of
from course.model.record import CourseRecord
from course.views.explain import Reason, explain, explain_entry, tags_of
from services.errors import ServiceError
from services.reading.one_course import read_course
from services.session import StaffSession

WITHIN = timedelta(days=1)
"""A refusal so long before an entry of the same act is told with it."""

UNSAID: dict[str, Any] = {
    **dict.fromkeys(("actor", "request_id", "made_at", "action", "reason"), True),
    "second": {"proof", "via"},
}
"""What an entry says by itself, or what is nobody's to read."""


@dataclass(frozen=True)
class Explained:
    """The reasons; `tags_known` where the clinic's file still is the protocol that the course began with."""

    record: CourseRecord
    reasons: tuple[Reason, ...]
    tags_known: bool


async def explained(at: StaffSession, typed: str, entry: int | None = None) -> Explained:
    """Why all stands as it does, or how one entry of the page came about; raises as `read_course`."""
    record = await read_course(at, typed, "explain")
    tags = _tags(at, record)
    reasons = explain(record, datetime.now(UTC), tags) if entry is None else (await _entry(at, record, entry),)
    return Explained(record, tuple(reasons), tags_known=bool(tags))


def _tags(at: StaffSession, record: CourseRecord) -> dict[str, str]:
    """The source tags of the clinic's file, where it still is the protocol that the course began with."""
    path = at.app.settings.clinic_folder / "protocols" / f"{record.protocol.id}.toml"
    text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    return tags_of(text) if sha256(text.encode()).hexdigest() == record.protocol.sha256 else {}


async def _entry(at: StaffSession, record: CourseRecord, number: int) -> Reason:
    found = next((one for one in record.entries if one.number == number), None)
    if found is None:
        most = record.entry_count
        raise ServiceError(
            f"the page has no entry {number} any more, or yet: it has {most}; `timeline` shows older ones"
        )
    done = await act_of(await histories_of(at.app, record.course_id), at.app.ring, number)
    asked: dict[str, object] = {}
    changed: dict[str, str] = {}
    if done is not None:
        answer = done.act.model_dump(mode="json", exclude=UNSAID, exclude_none=True)
        asked = {f"asked {name}": str(value) for name, value in answer.items() if value not in ([], "", {})}
        changed = {"before": done.receipt.before, "after": done.receipt.after}
        changed |= {"warnings": "; ".join(done.receipt.warnings), "proof": f"run {done.run}, event {done.event}"}
    refused = tuple(
        f"{one.account_id} at {one.at:%Y-%m-%d %H:%M} UTC"
        for one in await at.app.store.access.of_course(record.course_id)
        if one.what == f"refused {found.action}" and found.at - WITHIN <= one.at <= found.at
    )
    reason = explain_entry(record, number, asked, changed, refused)
    assert reason is not None
    return reason
