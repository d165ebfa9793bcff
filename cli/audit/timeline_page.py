"""The story of a course as one page that needs nothing else: no script, no picture, nothing from outside."""

from collections.abc import Sequence
from html import escape

from audit.signatures import SignatureState
from audit.timeline import Line
from services.reading.story import CourseStory, Run
from services.typed.times import shown

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #111; background: #fff; margin: 1.5rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.wide { overflow-x: auto; } .wide:focus { outline: 3px solid #14508c; }
table { border-collapse: collapse; } caption { text-align: left; padding: .25rem 0; }
th, td { border: 1px solid #666; padding: .25rem .5rem; text-align: left; vertical-align: top; }
thead th { background: #eee; } tbody th { font-weight: normal; white-space: nowrap; }
.alarming { border-left: .4rem solid #a40000; } .alarming strong { color: #a40000; }
dt { font-weight: bold; } dd { margin: 0 0 .25rem; }
@media print { body { margin: 0; font-size: .75rem; } }
"""
HEADS = ("Recorded", "True since", "Who", "What", "Why", "Before", "After", "Rule", "Signature", "Event", "Log entry")


def page(found: CourseStory) -> str:
    """The whole file."""
    title = f"Course {escape(found.course_id)}"
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
    rows = "".join(_row(found, line) for line in found.lines)
    caption = f"{len(found.lines)} lines, oldest first, on the clinic's clock."
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>{_signatures(found)}{_runs(found)}"
        '<h2 id="story">What happened</h2>'
        '<div class="wide" role="region" aria-labelledby="story" tabindex="0">'
        f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        "</main></body></html>"
    )


def _signatures(found: CourseStory) -> str:
    counts = "".join(f"<dt>{escape(state)}</dt><dd>{count}</dd>" for state, count in sorted(found.counts.items()))
    return f"<h2>Signatures</h2><dl>{counts}</dl>" if counts else "<h2>Signatures</h2><p>No acts.</p>"


def _runs(found: CourseStory) -> str:
    return f"<h2>Runs</h2><ul>{''.join(_run(one, found.differing) for one in found.runs)}</ul>"


def _run(one: Run, differing: Sequence[str]) -> str:
    where = "not archived yet" if one.log_index is None else f"archived, log entry {one.log_index}"
    differs = " <strong>The archive holds something else than the server.</strong>" if one.run_id in differing else ""
    return f"<li>Run {one.number}, {escape(one.run_id)}: {where}.{differs}</li>"


def _row(found: CourseStory, line: Line) -> str:
    index = found.log_index(line)
    cells = (
        "" if line.effective_at is None else escape(shown(found.zone, line.effective_at)),
        escape(f"{line.who} ({line.role})" if line.role != "course" else "course"),
        *(escape(text).replace("\n", "<br>") for text in (line.what, line.why, line.before, line.after, line.rule)),
        "<br>".join(_signature(one) for one in line.signatures),
        f"{line.run}.{line.event}",
        "" if index is None else str(index),
    )
    alarming = ' class="alarming"' if any(one.state.is_alarming for one in line.signatures) else ""
    when = f'<th scope="row">{escape(shown(found.zone, line.at))}</th>'
    return f"<tr{alarming}>{when}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _signature(one: SignatureState) -> str:
    return f"<strong>{escape(one.shown)}</strong>" if one.state.is_alarming else escape(one.shown)
