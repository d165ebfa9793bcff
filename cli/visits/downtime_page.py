"""The pages that are written on by hand while the network is away; one a visit, nothing in them points outside."""

from collections.abc import Iterator
from datetime import datetime
from html import escape

from course.model.record import CourseRecord
from course.model.visit import Session
from course.rules import leaving_criteria, vitals
from services.typed.times import shown
from services.visits.day import DayVisit, SiteDay

STYLE = """
@page { margin: 12mm; }
body { font: 12px/1.4 system-ui, sans-serif; color: #000; margin: 0 auto; max-width: 190mm; }
section { break-after: page; padding: 8px 0; }
h1 { font-size: 18px; margin: 0 0 4px; } h2 { font-size: 13px; margin: 12px 0 2px; }
p { margin: 2px 0; } .write { line-height: 2.2; } table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #555; text-align: left; padding: 2px 4px; height: 26px; font-weight: normal; }
th { background: #eee; } .must { border: 2px solid #000; padding: 4px 8px; margin: 6px 0; }
ul { margin: 2px 0; padding-left: 18px; }
"""
BOX = "&#9744;"
LINE = "_" * 12
ASKED = (
    "new medicines", "possible pregnancy", "illness", "substances", "elation", "urinary symptoms",
    "suicide screen: no", "suicide screen: positive, a prescriber sees the patient first",
)  # fmt: skip
VITALS = ("minute", "clock", "BP mmHg", "heart rate /min", "SpO2 %", "MOAA/S", "dissociation 0-10", "by")
SPARE_ROWS = 3


def page(day: SiteDay, now: datetime) -> str:
    """The whole file."""
    site = escape(day.site)
    body = "".join(_visit(site, one, now) for one in day.visits) or f"<p>No visit at {site} on {day.day:%d %B %Y}.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Visits at {site}, {day.day:%d %B %Y}</title><style>{STYLE}</style></head>"
        f"<body>{body}</body></html>"
    )


def _visit(site: str, visited: DayVisit, now: datetime) -> str:
    record, session, patient = visited.record, visited.session, visited.patient
    mrn = f", record number {patient.mrn}" if patient.mrn else ""
    head = (
        f"<h1>{escape(patient.name)}, born {patient.birth_date}{escape(mrn)}</h1>"
        f"<p>{site}, {escape(shown(record.zone, session.start))}: session {session.ordinal} of course "
        f"{record.course_id}, {escape(record.protocol.title)}. As known at {escape(shown(record.zone, now))}.</p>"
    )
    return f"<section>{head}{_against(visited)}{''.join(_parts(visited))}</section>"


def _against(visited: DayVisit) -> str:
    """What stood against dosing when the page was printed."""
    found = visited.against
    if not found:
        return (
            '<p class="must">Nothing stood against this dose when this was printed. Check everything below again.</p>'
        )
    return f'<div class="must">Not cleared as it stands:<ul>{"".join(f"<li>{escape(one)}" for one in found)}</ul></div>'


def _parts(visited: DayVisit) -> Iterator[str]:
    record, session = visited.record, visited.session
    rule = record.protocol.session
    yield f"<h2>Order</h2><p>{escape(visited.ordered)}</p>"
    boxes = "".join(f"{BOX} {one} &nbsp; " for one in ("name", "birth date or record number", "escort", "fasting"))
    yield f"<h2>Before the dose</h2><p class=write>{boxes} weight {LINE} kg</p>"
    yield f"<p>Asked: {''.join(f'{BOX} {one} &nbsp; ' for one in ASKED)}</p>"
    yield (
        f"<p>Do not give: {rule.systolic_refuse} or more systolic, or {rule.diastolic_refuse} or more diastolic, on "
        f"two readings {rule.recheck_minutes} minutes apart.</p>"
        f"<p>Readings of the last {rule.readings_minutes} minutes, blood pressure below {rule.systolic_sign}/"
        f"{rule.diastolic_sign} mmHg, {escape(', '.join(vitals.in_words(record.protocol.before_dose)))}; if not, a "
        f"prescriber signs: {LINE}, because {LINE * 2}</p>"
    )
    yield f"<h2>Vital signs, every {rule.vitals_minutes} minutes</h2>{_vitals(record, session)}"
    yield (
        f"<h2>Given</h2><p class=write>from {LINE} to {LINE}, {LINE} mg by {LINE} "
        f"{BOX} stopped early, because {LINE * 3}</p>"
        f"<p class=write>Lot {LINE} drawn {LINE} mL given {LINE} mL wasted {LINE} mL, witness {LINE}</p>"
    )
    yield "<h2>Adverse events: what, how severe, serious or not, what was done</h2>"
    yield f"<p class=write>{LINE * 8}<br>{LINE * 8}</p>"
    boxes = "".join(f"<br>{BOX} {escape(one)}" for one in leaving_criteria.in_words(record.protocol))
    yield (
        f"<h2>Leaving, when all of this is so, or a prescriber signs why not</h2><p>{boxes[4:]}</p>"
        f"<p class=write>left at {LINE}, let go by {LINE}, because {LINE * 2}</p>"
    )
    yield (
        f"<h2>Comfort in the room, as the patient says it; it decides nothing</h2>"
        f"<p class=write>0 (not bearable) to 10 (wholly comfortable): {LINE} in one word: {LINE * 2}</p>"
    )
    yield (
        f"<p>Afterwards, for each of these with --at: check-in, session (or abort, not-given), leave, event; "
        f"{record.course_id} {session.ordinal}.</p>"
    )


def _vitals(record: CourseRecord, session: Session) -> str:
    every = record.protocol.session.vitals_minutes
    minutes = ["before", "again", *(str(at) for at in range(every, session.minutes, every)), f"{session.minutes}, end"]
    rows = [*minutes, *([""] * SPARE_ROWS), "leaving"]
    blank = "<td>" * (len(VITALS) - 1)
    heads = "".join(f"<th>{one}" for one in VITALS)
    return f"<table><tr>{heads}</tr>{''.join(f'<tr><td>{one}{blank}</tr>' for one in rows)}</table>"
