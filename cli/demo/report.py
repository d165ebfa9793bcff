"""The demo's report: one page with pictures, all of it made up."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from cli.demo.clinic import Clinic
from cli.work.picture import Axis, curve, day, year
from cli.work.showing import state_of
from course.model.record import CourseRecord
from course.model.terms import Action
from course.scores import secondary
from course.views.explain import explain
from play.drugs.default_stock import LOT
from play.results import Played
from services.typed.times import shown

STYLE = """
:root { color-scheme: light; --ink: #1d2433; --line: #d9dce3; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: #f6f7f9; margin: 0; }
main { max-width: 1180px; margin: 0 auto; padding: 16px; }
h1 { font-size: 1.6rem; margin: .5rem 0; } h2 { font-size: 1.15rem; margin: 0; }
section { background: #fff; border: 1px solid var(--line); border-radius: 4px; padding: 16px; margin: 16px 0; }
svg { width: 100%; height: auto; display: block; max-width: 900px; margin: 0 auto; }
summary { cursor: pointer; } svg text { font-family: system-ui, sans-serif; }
.room { display: flex; flex-wrap: wrap; gap: 12px; list-style: none; padding: 0; margin: .4rem 0; }
.room li { min-width: 4.5rem; font-size: .9rem; } .room i { display: block; height: 10px; background: #0f7b45; }
.room span { display: block; width: 4.5rem; background: #e5e7eb; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: 4px 8px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
p { margin: .4rem 0; } .quiet { color: #4b5563; } pre { white-space: pre-wrap; font: inherit; margin: 0; }
a { color: #0b5cab; } .on-narrow { display: none; }
@media (max-width: 720px) {
  main { padding: 8px; } section { padding: 12px; overflow-x: auto; }
  .on-wide { display: none; } .on-narrow { display: block; }
}
"""


def write_report(folder: Path, played: Sequence[Played], clinic: Clinic) -> Path:
    """Write report.html into a folder; nothing in it points outside."""
    path = folder / "report.html"
    courses = "".join(_course(one) for one in played)
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>A year of courses</title>'
        f"<style>{STYLE}</style></head><body><main><h1>A year of courses</h1>"
        "<p>Made-up patients, lived through the real workflow on a real server in virtual time. Every picture comes "
        "from a course's own record; nothing here says how well a treatment works.</p>"
        f'<section class="wide"><table><caption class="quiet">All courses</caption><thead><tr>'
        "<th>patient<th>what is different<th>where<th>infusions<th>letters<th>not sent</tr></thead><tbody>"
        f"{''.join(_row(one) for one in played)}</tbody></table></section>"
        f"{_clinic(clinic)}{courses}</main></body></html>"
    )
    return path


def _clinic(clinic: Clinic) -> str:
    """The clinic around the courses: chairs, drugs, proof."""
    full = clinic.fullest
    return (
        f'<section id="chairs"><h2>Chairs on the fullest day, {full.day:%d %B %Y}</h2>'
        f"{day(full.zone, full.chairs, clinic.names)}</section>"
        f'<section id="drugs" class="wide"><h2>Drug log</h2>{_drugs(clinic)}</section>'
        f'<section id="proof" class="wide"><h2>Nobody is missing</h2><p class="quiet">{len(clinic.proof.open)} open '
        f"courses, {len(clinic.proof.exceptions)} exceptions; read from lists, server and ledgers, not from the "
        f"courses' own agenda.</p>{_proof(clinic)}</section>"
    )


def _drugs(clinic: Clinic) -> str:
    zone = clinic.fullest.zone
    rows = "".join(
        _cells(
            shown(zone, one.drawn_at),
            clinic.names.get(one.course_id, ""),
            f"{one.vial.drug} {one.vial.mg_per_ml} mg/mL, lot {one.vial.lot}",
            *(f"{amount.normalize():f} mL" for amount in (one.sum.drawn, one.sum.given, one.sum.wasted, one.sum.left)),
            ", ".join(one.witnesses),
        )
        for one in clinic.syringes
        if one.vial.lot != LOT
    )
    whole = sum(one.vial.lot == LOT for one in clinic.syringes)
    found = "".join(
        f"<p>{one.ml} mL of a vial were unaccounted for on {escape(shown(zone, one.found_at))}, owned by "
        f"{escape(one.owner)}: {escape(one.resolution or 'open')}.</p>"
        for one in clinic.discrepancies
    )
    heads = "".join(
        f"<th>{head}" for head in ("drawn", "patient", "drug", "drawn", "given", "wasted", "left", "witness")
    )
    rest = f'<p class="quiet">{whole} more syringes, each out of a single-dose vial, were given whole.</p>'
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{found}{rest}"


def _proof(clinic: Clinic) -> str:
    zone = clinic.fullest.zone
    rows = "".join(
        _cells(clinic.names.get(one.course_id, one.course_id), one.phase or "", shown(zone, one.due), one.what)
        for one in clinic.proof.open
    )
    wrong = "".join(
        f"<p><strong>{escape(one.subject)}: {escape(one.sentence)}</strong></p>" for one in clinic.proof.exceptions
    )
    return f"<table><thead><tr><th>patient<th>phase<th>due<th>what</tr></thead><tbody>{rows}</tbody></table>{wrong}"


def _cells(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}' for cell in cells)}</tr>"


def _row(played: Played) -> str:
    record = played.player.record
    cells = (
        f'<a href="#{record.course_id}">{escape(played.player.place.name)}</a>',
        escape(played.player.scenario.title),
        escape(record.phase),
        str(len(record.valid_doses)),
        str(len(played.to_patient)),
        str(sum(1 for _, mark in played.not_sent if mark.state == "suppressed")),
    )
    return f"<tr>{''.join(f'<td>{cell}' for cell in cells)}</tr>"


def _why(played: Played) -> str:
    """Why the course stands as it does, by rule; what was sent is told elsewhere."""
    reasons = explain(played.player.record, played.player.now, {})
    rows = "".join(
        _cells(f"{one.topic}: {one.says}", one.rule, "; ".join(f"{name} = {said}" for name, said in one.inputs.items()))
        for one in reasons
        if one.topic not in {"sent", "not sent"}
    )
    return f"<table><thead><tr><th>what<th>rule<th>what it read</tr></thead><tbody>{rows}</tbody></table>"


def _course(played: Played) -> str:
    player, record = played.player, played.player.record
    axis = Axis(player.start, player.now)
    return (
        f'<section id="{record.course_id}"><h2>{escape(player.place.name)}: {escape(player.scenario.title)}</h2>'
        f'<p class="quiet">{escape(record.protocol.title)}. {escape(state_of(record))}</p>'
        f"{curve(record, axis)}{_beside(record)}{comfort(record)}{year(record, played.letters, _holds(played), axis)}"
        f'<details class="wide"><summary>Out of its page</summary>{_page(played)}</details>'
        f'<details class="wide"><summary>Why it stands so</summary>{_why(played)}</details>'
        f"<details><summary>What the patient received ({len(played.to_patient)} letters)</summary>{_letters(played)}"
        "</details></section>"
    )


def _beside(record: CourseRecord) -> str:
    """The secondary measures that were asked; they decide nothing."""
    said = [
        f"{escape(record.instruments[one.instrument].title)}: {escape(one.sentence)}"
        for one in secondary.readings(record)
        if one.last is not None
    ]
    return f'<p class="quiet">Beside it, deciding nothing: {"; ".join(said)}</p>' if said else ""


def comfort(record: CourseRecord) -> str:
    """How comfortable the patient was in the room, visit by visit, in the patient's own words."""
    said = "".join(
        f'<li>{record.zone.local(one.at):%d %b}<span><i style="width:{10 * one.comfort}%"></i></span>'
        f"{escape(one.comfort_said)}"
        for one in record.valid_doses
        if one.comfort is not None
    )
    told = "Comfort in the room, 0 to 10, as the patient said it; it decides nothing:"
    return f'<p class="quiet">{told}</p><ul class="room">{said}</ul>' if said else ""


def _page(played: Played) -> str:
    """What people did that was out of the ordinary, and what the course did about it."""
    plain = {Action.GATE, Action.CHECK_IN, Action.SESSION, Action.CONFIRM, Action.MEASURE, Action.BOOSTER, None}
    entries = [entry for _, entry in sorted(played.player.observed.entries.items())]
    told = [one for one in entries if one.action not in plain or "escalation" in one.text or "began" in one.text][:14]
    zone = played.player.record.zone
    rows = "".join(
        f"<tr><td>{escape(shown(zone, one.at))}<td>{escape(one.by)}<td>{escape(one.text)}"
        f"{f'<br><em>{escape(one.reason)}</em>' if one.reason else ''}</tr>"
        for one in told
    )
    return f"<table>{rows}</table>"


def _letters(played: Played) -> str:
    zone = played.player.record.zone
    rows = "".join(
        f"<tr><td>{escape(shown(zone, one.as_of))}<td><b>{escape(one.subject)}</b><pre>{escape(one.body)}</pre></tr>"
        for one in played.to_patient
    )
    return f"<table>{rows}</table>"


def _holds(played: Played) -> list[tuple[datetime, datetime]]:
    """When the course was held, from its page."""
    found: list[tuple[datetime, datetime]] = []
    since: datetime | None = None
    for _, entry in sorted(played.player.observed.entries.items()):
        if since is None and ("held" in entry.text and entry.action is not Action.REVIEW):
            since = entry.at
        if since is not None and entry.action is Action.RELEASE:
            found.append((since, entry.at))
            since = None
    return found if since is None else [*found, (since, played.player.now)]
