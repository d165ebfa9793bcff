"""Pictures of a course as SVG: the outcome curve, and the year as a line."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape

from adapters.store.messages.sends import Sent
from course.model.calendar import Zone
from course.model.record import CourseRecord
from course.model.terms import Outcome, Series
from course.scheduling.slots import Slot
from course.scores import outcome_rule

WIDTH, NARROW, LEFT, RIGHT = 640, 288, 40, 16
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 120, 24, 3
TEXT_PX, LETTER_PX, MONTH_PX, HOUR_PX = 12, 6.5, 32, 44
INK, BLUE, AMBER, GREEN, RED, GREY = "#1d2433", "#0b5cab", "#9a5b00", "#0f7b45", "#b3261e", "#6b7280"
BAND = "#d6d9e0"

LEGEND_CLASS = {INK: "ink", BLUE: "blue", AMBER: "amber", GREEN: "green", RED: "red", GREY: "grey", BAND: "band"}
"""What a page calls each colour; no style stands in the picture itself, which pages forbid."""

HALO = 'paint-order="stroke" stroke="#fff" stroke-width="3"'
"""Numbers stay readable where lines cross them."""


class Axis:
    """Days of a course laid over the width of a picture."""

    def __init__(self, since: datetime, until: datetime, least_days: float = 1, width: int = WIDTH) -> None:
        self.since, self.until, self.width = since, until, width
        self.days = max((until - since) / timedelta(days=1), least_days)

    def x(self, at: datetime) -> float:
        """Where an instant stands."""
        part = (at - self.since) / timedelta(days=1) / self.days
        return round(LEFT + part * (self.width - LEFT - RIGHT), 1)

    @property
    def narrow(self) -> "Axis":
        """The same days on a telephone."""
        return Axis(self.since, self.until, self.days, NARROW)


def curve(record: CourseRecord, axis: Axis) -> str:
    """The primary scores over time, with the response line, the remission band and a mark for each infusion."""
    instrument = record.instruments[record.protocol.outcome.instrument]
    legend = (
        ("●", BLUE, instrument.title),
        ("●", RED, "with a positive safety item"),
        ("▲", INK, "infusion"),
        ("▲", GREEN, "booster"),
    )
    return _both(curve_svg(record, axis), curve_svg(record, axis.narrow), legend)


def curve_svg(record: CourseRecord, axis: Axis) -> str:
    """The same as one picture by itself, without its legend."""
    scores, instrument = record.primary_scores, record.instruments[record.protocol.outcome.instrument]
    top, height, floor = instrument.total_max, 172, 150

    def y(total: float) -> float:
        return round(floor - total * (floor - 16) / top, 1)

    parts = [_rule(y(total), str(total), axis.width) for total in range(0, round(top) + 1, max(round(top) // 3, 1))]
    rule = record.protocol.outcome
    if rule.remission_at_most is not None:
        high = y(rule.remission_at_most)
        parts.append(
            f'<rect x="{LEFT}" y="{high}" width="{axis.width - LEFT - RIGHT}" height="{floor - high}" fill="#e5f3ea"/>'
        )
        called = f"{rule.remission_called or Outcome.REMISSION} ≤ {rule.remission_at_most}"
        parts.append(_text(axis.width - RIGHT - 4, high + 11, called, GREEN, "end"))
    line = _response(record)
    if line is not None:
        across = f'x1="{LEFT}" x2="{axis.width - RIGHT}" y1="{y(line)}" y2="{y(line)}"'
        parts.append(f'<line {across} stroke="{AMBER}" stroke-dasharray="5 4"/>')
        name = f"response: {line:g} or less"
        taken = [(axis.x(one.at), y(one.points) + up) for one in (*scores[:1], *scores[-1:]) for up in (0, -7)]
        if rule.remission_at_most is not None:
            taken.append((axis.width - RIGHT - LETTER_PX, y(rule.remission_at_most) + 11))
        place, anchor, low = _clear(axis.width, len(name) * LETTER_PX, y(line), taken)
        parts.append(_text(place, low, name, AMBER, anchor))
    points = [(axis.x(score.at), y(score.points), score) for score in scores]
    if points:
        path = " ".join(f"{x},{at}" for x, at, _ in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{BLUE}" stroke-width="2"/>')
    for x, at, score in points:
        colour = RED if score.flags else BLUE
        parts.append(f'<circle cx="{x}" cy="{at}" r="{4.5 if score.flags else 3}" fill="{colour}"/>')
    for shown in (points[:1], points[-1:]):
        parts += [_text(x, at - 7, score.said, INK, "middle") for x, at, score in shown]
    for dose in record.valid_doses:
        colour = GREEN if dose.series is Series.BOOSTER else INK
        parts.append(f'<path d="M{axis.x(dose.at)} {floor + 6} l4 8 h-8 z" fill="{colour}"/>')
    return _svg(height, f"Scores of {instrument.title} over time", parts, axis.width)


def _clear(width: int, long: float, line: float, taken: Sequence[tuple[float, float]]) -> tuple[float, str, float]:
    """Where a name of a line stands: at either end, above it or below, on nothing that is there already."""
    right, left = width - RIGHT - 4, LEFT + 4
    for place, anchor, begins in ((right, "end", right - long), (left, "start", left)):
        for low in (line - 4, line + TEXT_PX):
            near = (abs(low - y) < TEXT_PX and begins - TEXT_PX < x < begins + long + TEXT_PX for x, y in taken)
            if not any(near):
                return place, anchor, low
    return right, "end", line - 4


def spark(record: CourseRecord, axis: Axis) -> str:
    """The primary scores as a small line without words; red where a safety item was positive."""
    scores = record.primary_scores
    high = max((one.points for one in scores), default=0) or 1
    wide, tall = axis.width - 2 * SPARK_EDGE, SPARK_HEIGHT - 2 * SPARK_EDGE
    points = [
        (
            round(SPARK_EDGE + (one.at - axis.since) / timedelta(days=1) / axis.days * wide, 1),
            round(SPARK_EDGE + tall - one.points / high * tall, 1),
            one,
        )
        for one in scores
    ]
    path = " ".join(f"{x},{y}" for x, y, _ in points)
    parts = [f'<polyline points="{path}" fill="none" stroke="{BLUE}" stroke-width="1.6" stroke-linejoin="round"/>']
    for number, (x, y, one) in enumerate(points):
        if one.flags or number == len(points) - 1:
            parts.append(f'<circle cx="{x}" cy="{y}" r="2.4" fill="{RED if one.flags else BLUE}"/>')
    title = f"<title>{escape(f'Scores from {scores[0].said} to {scores[-1].said}') if scores else 'No scores'}</title>"
    view = f'class="spark" viewBox="0 0 {axis.width} {SPARK_HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg"'
    return f"<svg {view}>{title}{''.join(parts)}</svg>"


def _response(record: CourseRecord) -> float | None:
    """The highest total that is a response, or None where no baseline says."""
    base, rule = outcome_rule.baseline(record), record.protocol.outcome
    if base is None:
        return None
    if rule.response_points is not None:
        return base.points - rule.response_points
    return base.points * (1 - (rule.response_percent or 0) / 100)


def year(record: CourseRecord, sends: Sequence[Sent], holds: Sequence[tuple[datetime, datetime]], axis: Axis) -> str:
    """The whole stay on one line: visits above, messages below, holds as grey bands, a tick a month."""
    legend = (
        ("●", BLUE, "infusion"),
        ("●", GREEN, "booster"),
        ("◆", AMBER, "evaluation"),
        ("❘", GREY, "letter to the patient"),
        ("❘", RED, "letter to the staff on call"),
        ("■", BAND, "held"),
    )
    return _both(_year(record, sends, holds, axis), _year(record, sends, holds, axis.narrow), legend)


def _year(record: CourseRecord, sends: Sequence[Sent], holds: Sequence[tuple[datetime, datetime]], axis: Axis) -> str:
    height, middle, named = 96, 44, float(-MONTH_PX)
    parts = [
        f'<rect x="{axis.x(since)}" y="12" width="{max(axis.x(until) - axis.x(since), 2)}" height="52" fill="{BAND}"/>'
        for since, until in holds
    ]
    parts.append(f'<line x1="{LEFT}" x2="{axis.width - RIGHT}" y1="{middle}" y2="{middle}" stroke="{INK}"/>')
    month = axis.since.replace(day=1)
    while month < axis.since + timedelta(days=axis.days):
        if month >= axis.since:
            if axis.x(month) - named >= MONTH_PX and axis.x(month) <= axis.width - MONTH_PX:
                named = axis.x(month)
                parts.append(_text(named, height - 8, f"{month:%b}", GREY, "start"))
            parts.append(
                f'<line x1="{axis.x(month)}" x2="{axis.x(month)}" y1="{middle}" y2="{middle + 30}" stroke="#d1d5db"/>'
            )
        month = (month + timedelta(days=32)).replace(day=1)
    for dose in record.valid_doses:
        colour = GREEN if dose.series is Series.BOOSTER else BLUE
        parts.append(f'<circle cx="{axis.x(dose.at)}" cy="{middle - 14}" r="5" fill="{colour}"/>')
    for one in sends:
        colour = RED if one.audience != "patient" else GREY
        parts.append(f'<rect x="{axis.x(one.as_of) - 1}" y="{middle + 6}" width="2" height="12" fill="{colour}"/>')
    parts += [
        f'<path d="M{axis.x(one.at)} {middle - 34} l6 7 l-6 7 l-6 -7 z" fill="{AMBER}"/>' for one in record.evaluations
    ]
    return _svg(height, "The course on one line: infusions, evaluations, messages, holds", parts, axis.width)


def day(zone: Zone, chairs: Sequence[Sequence[Slot]], names: Mapping[str, str]) -> str:
    """A day by chair: who has it from when until when, from the first visit's hour to the end of the last."""
    return _both(_day(zone, chairs, names, WIDTH), _day(zone, chairs, names, NARROW), ())


def _day(zone: Zone, chairs: Sequence[Sequence[Slot]], names: Mapping[str, str], width: int) -> str:
    since = zone.local(min(one.begins for chair in chairs for one in chair)).replace(minute=0)
    until = zone.local(max(one.ends for chair in chairs for one in chair)) + timedelta(minutes=59)
    axis, row, top = Axis(since, until.replace(minute=0), least_days=0, width=width), 30, 26
    hours = [since + timedelta(hours=ahead) for ahead in range(round(axis.days * 24) + 1)]
    every = next(one for one in (1, 2, 3, 4, 6, 12, 24) if one * (width - LEFT - RIGHT) / (axis.days * 24) >= HOUR_PX)
    height = top + row * len(chairs) + 8
    parts = [
        f'<line x1="{axis.x(hour)}" x2="{axis.x(hour)}" y1="{top - 6}" y2="{height - 6}" stroke="#e5e7eb"/>'
        + ("" if number % every else _text(axis.x(hour), top - 10, f"{hour:%H:%M}", GREY, "middle"))
        for number, hour in enumerate(hours)
    ]
    for number, chair in enumerate(chairs):
        y = top + row * number
        parts.append(_text(LEFT - 12, y + 17, str(number + 1), GREY, "end"))
        for one in chair:
            x, ends = axis.x(zone.local(one.begins)), axis.x(zone.local(one.ends))
            box = f'x="{x}" y="{y}" width="{round(ends - x, 1)}" height="{row - 6}" rx="3"'
            parts.append(f'<rect {box} fill="#dbe8f7" stroke="{BLUE}"/>')
            fits = max(int((ends - x - 8) / LETTER_PX), 1)
            name = names.get(one.course_id, one.course_id)
            short = name if len(name) <= fits else f"{name[: fits - 1]}."
            parts.append(_text(x + 6, y + 16, short, INK, "start"))
    return _svg(height, "Chairs of the fullest day", parts, width)


def _both(wide: str, narrow: str, legend: Sequence[tuple[str, str, str]]) -> str:
    """One picture drawn for two widths of a page, of which the style shows one; what its signs mean stands below."""
    signs = "".join(
        f'<span><b class="{LEGEND_CLASS[colour]}">{sign}</b> {escape(words)}</span>' for sign, colour, words in legend
    )
    below = f'<p class="legend">{signs}</p>' if legend else ""
    return f'<div class="on-wide">{wide}</div><div class="on-narrow">{narrow}</div>{below}'


def _svg(height: int, title: str, parts: Sequence[str], width: int) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _rule(y: float, text: str, width: int) -> str:
    line = f'<line x1="{LEFT}" x2="{width - RIGHT}" y1="{y}" y2="{y}" stroke="#e5e7eb"/>'
    return line + _text(LEFT - 6, y + 4, text, GREY, "end")


def _text(x: float, y: float, text: str, colour: str, anchor: str) -> str:
    look = f'fill="{colour}" font-size="{TEXT_PX}" text-anchor="{anchor}" {HALO}'
    return f'<text x="{x}" y="{y}" xml:space="preserve" {look}>{escape(text)}</text>'
