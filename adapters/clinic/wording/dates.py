"""Days and times as a language writes them, by the Unicode CLDR."""

from datetime import date, datetime, time
from enum import Enum, auto
from functools import cache, cached_property

from babel import Locale, UnknownLocaleError
from babel.dates import (
    format_date,
    format_datetime,
    format_skeleton,
    format_time,
    get_datetime_format,
    get_timezone_location,
)

from adapters.clinic.wording.file import DateTexts
from course.library.gsm7 import places

EVERY_KIND = tuple(date(2028, month, day) for month in range(1, 13) for day in (1, *range(22, 29)))
"""Every weekday in every month, on days of two figures; and each month's first, which some languages write longer."""

LATE = time(22, 45)


class Style(Enum):
    """How much of a time is written: all of it, all without whose clock it is, or as little as a text message needs."""

    WHOLE = auto()
    SUBJECT = auto()
    BRIEF = auto()


HOUSE = {"en": DateTexts(moment="EEEE d MMMM y 'at' HH:mm", brief="EEE d MMM 'at' HH:mm", day="d MMMM")}
"""How a language is written here, where its own file says nothing."""


def is_language(language: str) -> bool:
    """Whether CLDR knows how a language writes its days."""
    try:
        Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return False
    return True


class Dates:
    """One language's days and times; `clock` says whose clock a time is by, such as `{city} time`."""

    def __init__(self, language: str, patterns: DateTexts, clock: str) -> None:
        app = HOUSE.get(language, DateTexts())
        self.language, self.clock = language, clock
        self.moment = patterns.moment or app.moment
        self.brief = patterns.brief or app.brief
        self.day = patterns.day or app.day

    def moments(self, text: str, style: Style = Style.WHOLE) -> str:
        """Each line's ISO instant in words; a line that is none stays as it is."""
        return "\n".join(self._moment(line, style) for line in text.split("\n"))

    def days(self, text: str) -> str:
        """A day in words, without its year."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return text
        return self._day(day)

    def longest_moment(self, clock: str, style: Style) -> str:
        """As long as a time gets beside the name of a clock, such as `AKDT America/Anchorage`."""
        day = self._longest_brief if style is Style.BRIEF else self._longest_whole
        return self.moments(f"{day}T{LATE:%H:%M} {clock}", style)

    @cached_property
    def longest_day(self) -> str:
        """As long as a day gets."""
        return max((self._day(day) for day in EVERY_KIND), key=places)

    @cached_property
    def _longest_whole(self) -> date:
        return self._longest(brief=False)

    @cached_property
    def _longest_brief(self) -> date:
        return self._longest(brief=True)

    def _longest(self, *, brief: bool) -> date:
        return max(EVERY_KIND, key=lambda day: places(self._wall(datetime.combine(day, LATE), brief=brief)))

    def _moment(self, line: str, style: Style) -> str:
        iso, _, clock = line.partition(" ")
        abbreviation, _, zone = clock.partition(" ")
        try:
            wall = datetime.fromisoformat(iso)
        except ValueError:
            return line
        brief = style is Style.BRIEF
        written = " ".join(one for one in (self._wall(wall, brief=brief), _called(abbreviation)) if one)
        if not zone or style is Style.SUBJECT:
            return written
        return f"{written} ({self.clock.format(city=_city(zone, self.language))})"

    def _wall(self, wall: datetime, *, brief: bool) -> str:
        pattern = self.brief if brief else self.moment
        if pattern:
            return format_datetime(wall, pattern, locale=self.language)
        at = format_time(wall.time(), "short", locale=self.language)
        on = (
            format_skeleton("MMMEd", wall, locale=self.language)
            if brief
            else format_date(wall.date(), "full", locale=self.language)
        )
        joined = get_datetime_format("medium" if brief else "full", locale=self.language)
        return str(joined).replace("'", "").replace("{0}", at).replace("{1}", on)

    def _day(self, day: date) -> str:
        if self.day:
            return format_date(day, self.day, locale=self.language)
        return format_skeleton("MMMMd", datetime.combine(day, LATE), locale=self.language)


def _called(abbreviation: str) -> str:
    """What a clock is called; zones without a name of their own are called by their distance from UTC."""
    return f"UTC{abbreviation}" if abbreviation[:1] in {"+", "-"} else abbreviation


@cache
def _city(zone: str, language: str) -> str:
    """The city that a zone is known by, as a language writes it."""
    try:
        found = get_timezone_location(zone, locale=language, return_city=True)
    except LookupError:
        found = ""
    return found or zone.rpartition("/")[2].replace("_", " ")
