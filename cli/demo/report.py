"""The demo's report: one page with pictures, all of it made up."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from audit.picture import SPARK_WIDTH, Axis, curve, day, spark, year
from cli.demo.clinic import Clinic
from cli.demo.page import STYLE, cells, table
from course.model.record import CourseRecord
from course.model.terms import Action
from course.scores import secondary
from course.views.explain import explain
from play.drugs.default_stock import LOT
from play.played import Played
from services.reading.course_words import state_of
from services.typed.times import shown


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
        f'{_sums(played, clinic)}<section id="all"><h2>All courses</h2>{_all(played)}</section>'
        f"{_clinic(clinic)}{courses}</main></body></html>"
    )
    return path


def _sums(played: Sequence[Played], clinic: Clinic) -> str:
    """The year in a few numbers."""
    told = [one for course in played for one in course.letters]
    sums = {
        "patients": len(played),
        "infusions": sum(len(one.player.record.valid_doses) for one in played),
        "letters to patients": sum(len(one.to_patient) for one in played),
        "letters to staff on call": sum(one.audience != "patient" for one in told),
        "open courses": len(clinic.proof.open),
        "of them missing": len(clinic.proof.exceptions),
    }
    return f'<dl class="sums">{"".join(f"<div><dt>{name}<dd>{number}</div>" for name, number in sums.items())}</dl>'


def _all(played: Sequence[Played]) -> str:
    """Every course on one line, with its scores as a small curve."""
    rows = []
    for one in played:
        record, scores = one.player.record, one.player.record.primary_scores
        title = record.instruments[record.protocol.outcome.instrument].title
        rows.append(
            (
                f'<a href="#{record.course_id}">{escape(one.player.place.name)}</a>',
                escape(one.player.scenario.title),
                escape(record.phase),
                str(len(record.valid_doses)),
                str(len(one.to_patient)),
                escape(f"{title}: {scores[0].said} to {scores[-1].said}") if scores else "",
                spark(record, Axis(one.player.start, one.player.now, width=SPARK_WIDTH)),
            )
        )
    return table(("patient", "what is different", "where", "infusions", "letters", "scores", ""), rows)


def _clinic(clinic: Clinic) -> str:
    """The clinic around the courses: chairs, drugs, proof."""
    full = clinic.fullest
    return (
        f'<section id="chairs"><h2>Chairs on the fullest day, {full.day:%d %B %Y}</h2>'
        f"{day(full.zone, full.chairs, clinic.names)}</section>"
        f'<section id="drugs"><h2>Drug log</h2>{_drugs(clinic)}</section>'
        f'<section id="proof"><h2>Nobody is missing</h2><p class="quiet">{len(clinic.proof.open)} open '
        f"courses, {len(clinic.proof.exceptions)} exceptions; read from lists, server and ledgers, not from the "
        f"courses' own agenda.</p>{_proof(clinic)}</section>"
    )


def _drugs(clinic: Clinic) -> str:
    zone = clinic.fullest.zone
    rows = [
        cells(
            clinic.names.get(one.course_id, ""),
            shown(zone, one.drawn_at),
            f"{one.vial.drug} {one.vial.mg_per_ml} mg/mL, lot {one.vial.lot}",
            *(f"{amount.normalize():f} mL" for amount in (one.sum.drawn, one.sum.given, one.sum.wasted, one.sum.left)),
            ", ".join(one.witnesses),
        )
        for one in clinic.syringes
        if one.vial.lot != LOT
    ]
    whole = sum(one.vial.lot == LOT for one in clinic.syringes)
    found = "".join(
        f"<p>{one.ml} mL of a vial were unaccounted for on {escape(shown(zone, one.found_at))}, owned by "
        f"{escape(one.owner)}: {escape(one.resolution or 'open')}.</p>"
        for one in clinic.discrepancies
    )
    heads = ("patient", "when", "drug", "drawn", "given", "wasted", "left", "witness")
    rest = f'<p class="quiet">{whole} more syringes, each out of a single-dose vial, were given whole.</p>'
    return f"{table(heads, rows)}{found}{rest}"


def _proof(clinic: Clinic) -> str:
    zone = clinic.fullest.zone
    rows = [
        cells(clinic.names.get(one.course_id, one.course_id), one.what, shown(zone, one.due), one.phase or "")
        for one in clinic.proof.open
    ]
    wrong = "".join(
        f"<p><strong>{escape(one.subject)}: {escape(one.sentence)}</strong></p>" for one in clinic.proof.exceptions
    )
    return f"{table(('patient', 'what comes next', 'at the latest', 'phase'), rows)}{wrong}"


def _why(played: Played) -> str:
    """Why the course stands as it does, by rule; what was sent is told elsewhere."""
    reasons = explain(played.player.record, played.player.now, {})
    rows = [
        cells(f"{one.topic}: {one.says}", one.rule, "; ".join(f"{name} = {said}" for name, said in one.inputs.items()))
        for one in reasons
        if one.topic not in {"sent", "not sent"}
    ]
    return table(("what", "rule", "what it read"), rows)


def _course(played: Played) -> str:
    player, record = played.player, played.player.record
    axis = Axis(player.start, player.now)
    return (
        f'<section id="{record.course_id}"><h2>{escape(player.place.name)}: {escape(player.scenario.title)}</h2>'
        f'<p class="quiet">{escape(record.protocol.title)}. {escape(state_of(record))}</p>'
        f"{curve(record, axis)}{_beside(record)}{comfort(record)}{year(record, played.letters, _holds(played), axis)}"
        f"<details><summary>Out of its page</summary>{_page(played)}</details>"
        f"<details><summary>Why it stands so</summary>{_why(played)}</details>"
        f"<details><summary>What the patient received ({len(played.to_patient)} letters)</summary>{_letters(played)}"
        "</details></section>"
    )


def _beside(record: CourseRecord) -> str:
    """The secondary measures that were asked; they decide nothing."""
    lines = [
        f"{escape(record.instruments[one.instrument].title)}: {escape(one.sentence)}"
        for one in secondary.readings(record)
        if one.last is not None
    ]
    return f'<p class="quiet">Beside it, deciding nothing: {"; ".join(lines)}</p>' if lines else ""


def comfort(record: CourseRecord) -> str:
    """How comfortable the patient was in the room, visit by visit, in the patient's own words."""
    text = "".join(
        f'<li>{record.zone.local(one.at):%d %b}<span><i style="width:{10 * one.comfort}%"></i></span>'
        f"{escape(one.comfort_said)}"
        for one in record.valid_doses
        if one.comfort is not None
    )
    told = "Comfort in the room, 0 to 10, as the patient said it; it decides nothing:"
    return f'<p class="quiet">{told}</p><ul class="room">{text}</ul>' if text else ""


def _page(played: Played) -> str:
    """What people did that was out of the ordinary, and what the course did about it."""
    plain = {Action.GATE, Action.CHECK_IN, Action.SESSION, Action.CONFIRM, Action.MEASURE, Action.BOOSTER, None}
    entries = [entry for _, entry in sorted(played.player.observed.entries.items())]
    told = [one for one in entries if one.action not in plain or "escalation" in one.text or "began" in one.text][:14]
    zone = played.player.record.zone
    rows = [
        (
            escape(shown(zone, one.at)),
            escape(one.by),
            f"{escape(one.text)}{f'<br><em>{escape(one.reason)}</em>' if one.reason else ''}",
        )
        for one in told
    ]
    return table(("when", "who", "what"), rows)


def _letters(played: Played) -> str:
    zone = played.player.record.zone
    rows = [
        (escape(shown(zone, one.as_of)), f"<b>{escape(one.subject)}</b><pre>{escape(one.body)}</pre>")
        for one in played.to_patient
    ]
    return table(("when", "letter"), rows)


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
