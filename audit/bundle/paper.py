"""A course on paper: a tagged PDF, the same bytes for the same state."""

import json
from collections.abc import Sequence
from pathlib import Path

from adapters.store.people.directory import Patient
from audit.bundle.page import facts_of, sessions_of, story_row, when
from audit.picture import Axis, curve_svg
from audit.timeline import Line
from course.model.record import CourseRecord

TEMPLATE = Path(__file__).with_name("course.typ")
FONT = 'font-family="Libertinus Serif"'


def pdf(record: CourseRecord, patient: Patient | None, lines: Sequence[Line], vouched: str) -> bytes:
    """The PDF; `vouched` says what stands behind it."""
    import typst  # noqa: PLC0415  forty megabytes that only an export needs

    ends = max((line.at for line in lines), default=record.opened_at)
    instrument = record.instruments[record.protocol.outcome.instrument]
    data = {
        "course": record.course_id,
        "name": patient.name if patient is not None else record.course_id,
        "born": patient.birth_date.isoformat() if patient is not None else "",
        "facts": facts_of(record, vouched),
        "curve": curve_svg(record, Axis(record.opened_at, ends)).replace("<svg ", f"<svg {FONT} ", 1),
        "curve_alt": f"{instrument.title} over time, with infusions, response and remission",
        "sessions": list(sessions_of(record)),
        "doses": [
            (
                one.session,
                when(record.zone, one.at),
                one.status.replace("_", " "),
                str(one.mg),
                f"{one.mg / one.weight_kg:.2f}",
                str(one.minutes),
                one.by,
            )
            for one in record.valid_doses
        ],
        "scores": [
            (when(record.zone, one.at), record.instruments[one.instrument].title, one.said, one.reads)
            for one in record.scores
            if not one.voided
        ],
        "story": [_short(story_row(record.zone, line)) for line in lines],
    }
    compiler = typst.Compiler(TEMPLATE.read_bytes(), ignore_system_fonts=True, sys_inputs={"data": json.dumps(data)})
    made = compiler.compile(format="pdf", timestamp=0, pdf_standards="ua-1")
    assert isinstance(made, bytes)
    return made


def _short(row: Sequence[str]) -> tuple[str, ...]:
    """A line of the story on paper: what and why in one column, a key by its first letters."""
    at, who, what, why, signature, event = row
    return (at, who, f"{what} ({why})" if why else what, signature.partition(" (log index")[0], event)
