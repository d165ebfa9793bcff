"""What templates say of instants, scores and words of the field."""

from datetime import date, datetime

from jinja2 import Environment

from course.model.calendar import Zone
from services.reading.course_list import time_left
from services.typed.times import shown


def install(templates: Environment) -> None:
    """Give the templates their filters."""
    templates.filters.update(plain=plain, day=day, when=when, time_left=time_left, points=points)


def plain(word: object) -> str:
    """A word of the field as people read it."""
    return str(word).replace("_", " ")


def day(value: date | None) -> str:
    """A date that nobody reads the wrong way round: 4 May 1984."""
    return "" if value is None else f"{value.day} {value:%b %Y}"


def when(at: datetime | None, zone: Zone) -> str:
    """An instant on the clinic's wall."""
    return shown(zone, at)


def points(scores: tuple[float, ...], width: int = 96, height: int = 24, edge: int = 3) -> str:
    """Scores as the points of a line in a small picture, the highest at the top."""
    if not scores:
        return ""
    high, step = max(*scores, 1), (width - 2 * edge) / max(len(scores) - 1, 1)
    tall = height - 2 * edge
    places = ((edge + number * step, edge + tall - score / high * tall) for number, score in enumerate(scores))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
