"""What a file of texts may not say: unknown facts, telling words, and what one text message does not hold."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from string import Formatter
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from adapters.clinic.files import Site
from adapters.clinic.wording.dates import Dates, Style, is_language
from adapters.clinic.wording.facts import COMMON, CRISIS, DAYS, FACTS, LONG, NUMBERS, STAFF_WORDS, VISIT, said_of
from adapters.clinic.wording.file import KindText, TextFile
from course.library.findings import Finding, listed, spoken
from course.library.gsm7 import ONE_MESSAGE, outside, places
from course.library.toml_lines import Path
from course.model.terms import OccasionKind

ENGLISH = "en"
SUBJECT_LENGTH = 78
SHORT = COMMON - LONG
REPLIES = ("noted", "stopped", "help")
LONGEST = {
    "minutes": "240",
    "solids_hours": "12",
    "fluids_hours": "12",
    "course": "c-0123456789",
    "urgency": "urgent",
    "link": "https://patients.clinic.example/q/0123456789abcdefghijkl",
}
"""The longest that a fact gets, so that a text which fits with these fits always."""

SEASONS = (datetime(2028, 1, 15, tzinfo=UTC), datetime(2028, 7, 15, tzinfo=UTC))


def findings(texts: TextFile, sites: Mapping[str, Site]) -> Iterator[Finding]:
    """Everything that the file says and cannot mean, or may not say."""
    if not texts.forbidden or not all(word.strip() for word in texts.forbidden):
        yield ("forbidden",), "the list of forbidden words is empty somewhere: name what no message may say"
        return
    if not is_language(texts.language):
        yield ("language",), f'nobody knows how "{texts.language}" writes its days: give a language code such as es'
        return
    unwritten = list(_dates(texts))
    yield from unwritten or _Check(texts, sites).whole()


def _dates(texts: TextFile) -> Iterator[Finding]:
    """Patterns that CLDR cannot read, or that leave out the day or the time."""
    dates = Dates(texts.language, texts.dates, "")
    for name, example, style in (
        ("moment", "EEEE d MMMM y 'at' HH:mm", Style.WHOLE),
        ("brief", "EEE d MMM 'at' HH:mm", Style.BRIEF),
        ("day", "d MMMM", None),
    ):
        try:
            text = dates.days("2028-05-31") if style is None else dates.moments("2028-05-31T22:45", style)
        except (ValueError, KeyError, AttributeError):
            text = ""
        if "31" not in text or (style is not None and "45" not in text):
            asked = "a day" if style is None else "a day and its time"
            yield ("dates", name), f"dates.{name} is no CLDR pattern of {asked}: write one such as {example}"
            return


@dataclass(frozen=True)
class _Check:
    """One file against the sites that it speaks of."""

    texts: TextFile
    sites: Mapping[str, Site]

    def whole(self) -> Iterator[Finding]:
        """Every field, then the sites' own names."""
        texts = self.texts
        for name, allowed in (
            ("sender", frozenset[str]()),
            ("greeting", COMMON),
            ("closing", COMMON),
            ("preparation", VISIT | COMMON),
            ("clock", frozenset({"city"})),
        ):
            yield from spoken((), texts, name)
            yield from self._said((name,), getattr(texts, name), allowed)
        yield from self._promised()
        yield from spoken((), texts, "visit", "stop")
        yield from self._line((), texts, "visit", SHORT)
        yield from self._line((), texts, "stop", frozenset())
        yield from spoken(("replies",), texts.replies, *REPLIES)
        for name in REPLIES:
            yield from self._line(("replies",), texts.replies, name, SHORT)
        for kind, facts in FACTS.items():
            yield from self._kind(("kinds", str(kind)), texts.kinds.of(kind), facts)
        if texts.asked_on_page is not None:
            yield from self._kind(("asked_on_page",), texts.asked_on_page, frozenset({"link"}))
        yield from self._sites()

    def _kind(self, path: Path, text: KindText, facts: frozenset[str]) -> Iterator[Finding]:
        yield from spoken(path, text, "subject", "body", "sms")
        yield from self._line(path, text, "subject", (facts | COMMON) - LONG)
        yield from self._said((*path, "body"), text.body, facts | COMMON)
        yield from self._line(path, text, "sms", (facts | COMMON) - LONG)

    def _promised(self) -> Iterator[Finding]:
        """What every language says: how to stop, whom to call in need, and the words of letters to the staff."""
        texts = self.texts
        if not re.search(r"\bSTOP\b", texts.stop):
            yield ("stop",), "stop does not name STOP, the word that every carrier takes: tell how to end the messages"
        for name in ("crisis_line", "emergency"):
            if f"{{{name}}}" not in texts.closing:
                yield ("closing",), f"closing does not say {{{name}}}: every letter names it"
        for kind in CRISIS:
            if "{crisis_line}" not in texts.kinds.of(kind).sms:
                yield ("kinds", str(kind), "sms"), f"kinds.{kind}.sms does not say {{crisis_line}}: name it"
        if "{city}" not in texts.clock:
            yield ("clock",), "clock does not say {city}: it tells by whose clock a time is meant"
        missing = [word for word in STAFF_WORDS if not texts.staff_words.get(word, "").strip()]
        if missing:
            yield ("staff_words",), f'staff_words lacks "{missing[0]}": letters to the staff say it, write it here'

    def _sites(self) -> Iterator[Finding]:
        everything = str(self.texts.model_dump())
        for site in self.sites.values():
            for word in self._forbidden(f"{site.name} {site.address}"):
                text = f'every letter names the site "{site.name}", which says "{word}": rename the site'
                yield ("forbidden",), text
            for name in ("name", "phone", "crisis_line", "emergency", "after_hours"):
                for sign in outside(getattr(site, name)):
                    yield (), f'the {name} of the site "{site.name}" has "{sign}", which no text message of {_WHY}'
            for name in sorted(NUMBERS - {"after_hours"}):
                if f"{{{name}}}" in everything and not getattr(site, name):
                    yield (), f'letters say {{{name}}}, and clinic.toml gives none for "{site.id}": add {name} = "..."'

    def _said(self, path: Path, text: str, allowed: frozenset[str]) -> Iterator[Finding]:
        where = _where(path)
        try:
            fields = [(name, spec, how) for _, name, spec, how in Formatter().parse(text) if name is not None]
        except ValueError:
            yield path, f"{where} has a brace too many or too few: write a fact as {{phone}}"
            return
        for name, spec, how in fields:
            if spec or how or name not in allowed:
                close = get_close_matches(name, allowed, 1)
                known = listed(sorted(f"{{{one}}}" for one in allowed)) or "no facts"
                remedy = f"did you mean {{{close[0]}}}?" if close and close[0] != name else f"it knows {known}"
                yield path, f"{where} cannot say {{{name}}}: {remedy}"
        for word in self._forbidden(text):
            yield path, f'{where} says "{word}": no message may name what a patient has or is given'

    def _line(self, path: Path, of: BaseModel, name: str, allowed: frozenset[str]) -> Iterator[Finding]:
        """What is wrong with a text that has one line: first its words, then its length."""
        found = list(self._said((*path, name), getattr(of, name), allowed))
        yield from found or self._fits((*path, name), getattr(of, name))

    def _fits(self, path: Path, text: str) -> Iterator[Finding]:
        where = _where(path)
        if "\n" in text.strip():
            yield path, f"{where} has more than one line: write one"
        texted = path[-1] in {"sms", "stop"} or path[0] == "replies"
        for sign in outside(text) if texted else ():
            yield path, f'{where} has "{sign}", which no text message of {_WHY}'
        offers = texted and path[-1] not in {"stop", "stopped"} and OccasionKind.ESCALATION not in path
        most = ONE_MESSAGE if texted else SUBJECT_LENGTH
        for site in self.sites.values():
            value = text.strip().format(**self._longest[site.id, Style.BRIEF if texted else Style.SUBJECT])
            length = places(f"{value}\n{self.texts.stop.strip()}" if offers else value) if texted else len(value)
            if length > most:
                beside = " with the offer to stop" if offers else ""
                yield path, f"{where} can get {length} characters long at {site.name}{beside}: shorten it to {most}"

    @cached_property
    def _longest(self) -> dict[tuple[str, Style], dict[str, str]]:
        """The longest facts at each site, in this language."""
        styles = (Style.BRIEF, Style.SUBJECT)
        return {(site.id, style): self._longest_at(site, style) for site in self.sites.values() for style in styles}

    def _longest_at(self, site: Site, style: Style) -> dict[str, str]:
        names = {moment.astimezone(ZoneInfo(site.zone)).tzname() or "" for moment in SEASONS}
        moment = self._dates.longest_moment(f"{max(names, key=len)} {site.zone}", style)
        urgency = max((self.texts.staff_words.get(word, word) for word in ("urgent", "prompt")), key=len)
        days = dict.fromkeys(DAYS, self._dates.longest_day)
        return {**LONGEST, **days, "when": moment, "was": moment, "urgency": urgency, **said_of(site)}

    @cached_property
    def _dates(self) -> Dates:
        return Dates(self.texts.language, self.texts.dates, self.texts.clock)

    def _forbidden(self, text: str) -> list[str]:
        plain = re.sub(r"\{[^}]*\}", " ", text)
        words = self.texts.forbidden
        return [found for word in words for found in re.findall(rf"(?i)(?<!\w){re.escape(word)}\w*", plain)]


_WHY = f"{ONE_MESSAGE} letters holds: write it in plain letters"


def _where(path: Path) -> str:
    return ".".join(str(step) for step in path)
