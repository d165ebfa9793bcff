"""`explain`: why a course stands as it does, in words."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any

from cyclopts import Parameter

from audit.acts import act_of
from audit.histories import histories_of
from cli.output import OK, as_json
from cli.session import OutputOptions, command, staff_session
from course.model.record import CourseRecord
from course.views.explain import Reason, explain, explain_entry, tags_of
from services.errors import ServiceError
from services.session import StaffSession

SENT_SHOWN = 10
WITHIN = timedelta(days=1)
"""A refusal so long before an entry of the same act is told with it."""

UNSAID: dict[str, Any] = {
    **dict.fromkeys(("actor", "request_id", "made_at", "action", "reason"), True),
    "second": {"proof", "via"},
}
"""What an entry says by itself, or what is nobody's to read."""


@command
async def explain_course(
    course: str,
    entry: Annotated[int | None, Parameter(help="a number on the course's page; without it, all that stands")] = None,
    *,
    output: OutputOptions = OutputOptions(),
) -> int:
    """Why a course stands as it does: each rule in words, the values it read, its source, and who may override it.

    Example: starter.py explain c-1a2b3c 12
    """
    async with staff_session() as at:
        course = await at.course(course)
        record = await at.courses.record(course)
        await at.log_access(course, "explain")
        tags = _tags(at, record)
        now = datetime.now(UTC)
        reasons = explain(record, now, tags) if entry is None else (await _entry(at, record, entry),)
        if output.json:
            protocol = {name: getattr(record.protocol, name) for name in ("id", "version", "sha256")}
            as_json({"protocol": protocol, "tags_known": bool(tags), "reasons": [vars(one) for one in reasons]})
            return OK
        _print(record, reasons, known=bool(tags))
        return OK


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
        said = done.act.model_dump(mode="json", exclude=UNSAID, exclude_none=True)
        asked = {f"asked {name}": str(value) for name, value in said.items() if value not in ([], "", {})}
        changed = {"before": done.receipt.before, "after": done.receipt.after}
        changed |= {"warnings": "; ".join(done.receipt.warnings), "proof": f"run {done.run}, event {done.event}"}
    log_access = await at.app.store.access.of_course(record.course_id)
    refused = tuple(
        f"{one.account_id} at {one.at:%Y-%m-%d %H:%M} UTC"
        for one in log_access
        if one.what == f"refused {found.action}" and found.at - WITHIN <= one.at <= found.at
    )
    reason = explain_entry(record, number, asked, changed, refused)
    assert reason is not None
    return reason


def _print(record: CourseRecord, reasons: Sequence[Reason], *, known: bool) -> None:
    protocol = record.protocol
    print(f"Protocol {protocol.id}, version {protocol.version}, sha {protocol.sha256}")
    if not known:
        print("Source tags of single values are not known: the clinic's file is another than this course began with.")
    sent = [one for one in reasons if one.topic == "sent"]
    for one in (*(one for one in reasons if one.topic != "sent"), *sent[-SENT_SHOWN:]):
        print(f"\n{one.topic.upper()} {one.subject}: {one.says}")
        lines = (
            ("rule", one.rule),
            ("read", "; ".join(f"{name} = {value}" for name, value in one.inputs.items())),
            ("source", one.source),
            ("who", " | ".join(one.may) or "nobody"),
        )
        for name, said in lines:
            if said:
                print(f"  {name:7}{said}")
    if len(sent) > SENT_SHOWN:
        print(f"\n{len(sent) - SENT_SHOWN} older messages were sent: --json lists them")
    if not reasons:
        print("Nothing waits, nothing blocks, nothing was sent.")
