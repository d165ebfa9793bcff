"""A course as one page that needs nothing else: who, where it stands, curve, sessions, everything that happened."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from adapters.store.people.directory import Patient
from audit.picture import Axis, curve
from audit.timeline import Line
from course.model.calendar import Zone
from course.model.record import CourseRecord

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 "Liberation Sans", Arial, sans-serif; color: #1d2433; margin: 0 auto;
  max-width: 1080px; padding: 16px; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 28px; } svg { width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } .wide { overflow-x: auto; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid #d9dce3; vertical-align: top; }
th { color: #4b5563; } main > table td { overflow-wrap: anywhere; } .on-narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.2rem; color: #4b5563; }
.ink { color: #1d2433; } .blue { color: #0b5cab; } .amber { color: #9a5b00; } .green { color: #0f7b45; }
.red { color: #b3261e; }
@media (max-width: 640px) { .on-wide { display: none; } .on-narrow { display: block; } }
@media print { body { max-width: none; } tr { break-inside: avoid; } }
"""


def page(record: CourseRecord, patient: Patient | None, lines: Sequence[Line], vouched: str) -> str:
    """The page; `vouched` says what stands behind it."""
    name = patient.name if patient is not None else record.course_id
    born = f", born {patient.birth_date}" if patient is not None else ""
    zone = record.zone
    ends = max((line.at for line in lines), default=record.opened_at)
    rows = "".join(
        f"<tr><th scope='row'>{escape(what)}</th><td>{escape(value)}</td></tr>"
        for what, value in facts_of(record, vouched)
    )
    heads = ("when", "who", "what", "why", "signature", "run.event")
    story = _table("Everything that happened", heads, (story_row(zone, line) for line in lines))
    visits = ("session", "when", "status", "mg", "mg/kg", "vital signs")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Course {escape(record.course_id)}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{escape(name)}{escape(born)}</h1><table>{rows}</table>"
        f"<h2>Outcome</h2>{curve(record, Axis(record.opened_at, ends))}"
        f"<h2>Sessions on the record</h2>{_table('Sessions', visits, sessions_of(record))}"
        f"<h2>Everything that happened</h2>{story}</main></body></html>"
    )


def facts_of(record: CourseRecord, vouched: str) -> tuple[tuple[str, str], ...]:
    """What a page says first: which course, on which protocol, where it stands, and what stands behind the page."""
    held = f", held: {record.held.cause}" if record.held is not None else ""
    return (
        ("Course", record.course_id),
        ("Protocol", f"{record.protocol.title} {record.protocol.version}, sha256 {record.protocol.sha256}"),
        ("Site", record.site),
        ("Phase", f"{record.phase}{held}"),
        ("Answers for it", record.owner_name or record.owner),
        ("Behind this page", vouched),
    )


def sessions_of(record: CourseRecord) -> Iterable[Sequence[str]]:
    """Each session: when, what became of it, dose and blood pressure."""
    doses = {one.session: one for one in record.valid_doses}
    for one in record.sessions:
        dose = doses.get(one.id)
        vitals = "; ".join(f"{record.zone.local(v.at):%H:%M} {v.systolic}/{v.diastolic}" for v in one.vitals)
        per_kg = f"{dose.mg / dose.weight_kg:.2f}" if dose is not None else ""
        yield (one.id, when(record.zone, one.start), one.status.replace("_", " "), str(one.mg or ""), per_kg, vitals)


def story_row(zone: Zone, line: Line) -> Sequence[str]:
    """A line of the story: when, who, what, why, signature, run and event."""
    at = when(zone, line.at)
    if line.effective_at is not None:
        at += f" (true since {when(zone, line.effective_at)})"
    changed = f" ({_once(line.before)} to {_once(line.after)})" if line.before and line.after else ""
    signed = "; ".join(one.shown for one in line.signatures)
    return (
        at,
        line.who if line.who == line.role else f"{line.who}, {line.role}",
        line.what + changed,
        line.why or line.rule,
        signed,
        f"{line.run}.{line.event}",
    )


def _once(values: str) -> str:
    """A value that several fields share, said once: `no (ecg), no (age)` is `no`; what differs stays as it is."""
    fields = values.split(", ")
    said = {one.partition(" (")[0] for one in fields}
    return said.pop() if len(said) == 1 and all(one.endswith(")") for one in fields) else values


def when(zone: Zone, at: datetime) -> str:
    """An instant on the clinic's wall."""
    return f"{zone.local(at):%Y-%m-%d %H:%M}"


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th scope='col'>{escape(one)}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide" tabindex="0" role="region" aria-label="{escape(title)}">{table}</div>'
