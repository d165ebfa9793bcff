"""A file of texts: its shape, and everything that it may not say."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from string import Formatter

from pydantic import BaseModel, ConfigDict

from adapters.clinic import Site
from course.findings import Finding, listed, spoken
from course.terms import OccasionKind
from course.toml_lines import Path

COMMON = frozenset({"site", "address", "phone"})
VISIT = frozenset({"when", "minutes", "solids_hours", "fluids_hours"})
FACTS: dict[OccasionKind, frozenset[str]] = {
    OccasionKind.FORMS: frozenset(),
    OccasionKind.PLAN: frozenset({"dates"}),
    OccasionKind.VISIT_72H: VISIT,
    OccasionKind.VISIT_24H: VISIT,
    OccasionKind.VISIT_2H: VISIT,
    OccasionKind.MOVED: VISIT | {"was"},
    OccasionKind.CANCELLED: frozenset({"was"}),
    OccasionKind.NO_SHOW: frozenset(),
    OccasionKind.CHECKIN: frozenset(),
    OccasionKind.MEASURE: frozenset(),
    OccasionKind.BOOK: frozenset({"opens", "closes"}),
    OccasionKind.LAPSED: frozenset(),
    OccasionKind.CLOSED: frozenset(),
    OccasionKind.ESCALATION: frozenset({"course", "triggers", "urgency"}),
}
"""What the course says of each kind that is a message."""

LONG = frozenset({"dates", "triggers", "address"})
"""Facts that only a body has room for."""

REPLIES = ("noted", "stopped")
SMS_LENGTH = 160
SUBJECT_LENGTH = 78
_VISIT_TIME = "Wednesday 30 September 2026 at 10:00 AKDT"
LONGEST = {
    "when": _VISIT_TIME,
    "was": _VISIT_TIME,
    "minutes": "240",
    "solids_hours": "12",
    "fluids_hours": "12",
    "opens": "30 September",
    "closes": "30 September",
    "course": "c-0123456789",
    "urgency": "urgent",
}
"""The longest that a fact gets, so that a text which fits with these fits always."""


class _FromFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KindText(_FromFile):
    """What is said of one kind; `sms` stands alone in 160 characters."""

    subject: str
    body: str
    sms: str


class KindTexts(_FromFile):
    """One text for each kind of message."""

    forms: KindText
    plan: KindText
    visit_72h: KindText
    visit_24h: KindText
    visit_2h: KindText
    moved: KindText
    cancelled: KindText
    no_show: KindText
    checkin: KindText
    measure: KindText
    book: KindText
    lapsed: KindText
    closed: KindText
    escalation: KindText

    def of(self, kind: OccasionKind) -> KindText:
        """The text of one kind."""
        text: KindText = getattr(self, kind)
        return text


class ReplyTexts(_FromFile):
    """What is answered to a patient's text message: to words that end all messages, and to any other."""

    noted: str
    stopped: str


class TextFile(_FromFile):
    """One language; `forbidden` are beginnings of words that no text may hold."""

    language: str
    sender: str
    forbidden: tuple[str, ...]
    greeting: str
    closing: str
    visit: str
    replies: ReplyTexts
    kinds: KindTexts


def findings(texts: TextFile, sites: Mapping[str, Site]) -> Iterator[Finding]:
    """Unknown facts, forbidden words, and what would be too long with the longest facts."""
    if not texts.forbidden or not all(word.strip() for word in texts.forbidden):
        yield ("forbidden",), "the list of forbidden words is empty somewhere: name what no message may say"
        return
    for name, allowed in (
        ("sender", frozenset[str]()),
        ("greeting", COMMON),
        ("closing", COMMON),
        ("visit", COMMON - LONG),
    ):
        yield from spoken((), texts, name)
        yield from _said((name,), getattr(texts, name), allowed, texts.forbidden)
    yield from spoken((), texts, "visit")
    yield from _line((), texts, "visit", COMMON - LONG, texts.forbidden, sites)
    yield from spoken(("replies",), texts.replies, *REPLIES)
    for name in REPLIES:
        yield from _line(("replies",), texts.replies, name, COMMON - LONG, texts.forbidden, sites)
    for kind, facts in FACTS.items():
        text, path = texts.kinds.of(kind), ("kinds", str(kind))
        yield from spoken(path, text, "subject", "body", "sms")
        short = (facts | COMMON) - LONG
        for name, allowed in (("subject", short), ("body", facts | COMMON), ("sms", short)):
            if name == "body":
                yield from _said((*path, name), text.body, allowed, texts.forbidden)
            else:
                yield from _line(path, text, name, allowed, texts.forbidden, sites)
    for site in sites.values():
        for word in _forbidden(f"{site.name} {site.address}", texts.forbidden):
            yield ("forbidden",), f'every letter names the site "{site.name}", which says "{word}": rename the site'


def _said(path: Path, text: str, allowed: frozenset[str], forbidden: tuple[str, ...]) -> Iterator[Finding]:
    where = ".".join(str(step) for step in path)
    try:
        fields = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    except ValueError:
        yield path, f"{where} has a brace too many or too few: write a fact as {{phone}}"
        return
    for name, spec, conversion in fields:
        if spec or conversion or name not in allowed:
            close = get_close_matches(name, allowed, 1)
            known = listed(sorted(f"{{{one}}}" for one in allowed)) or "no facts"
            remedy = f"did you mean {{{close[0]}}}?" if close and close[0] != name else f"it knows {known}"
            yield path, f"{where} cannot say {{{name}}}: {remedy}"
    for word in _forbidden(text, forbidden):
        yield path, f'{where} says "{word}": no message may name what a patient has or is given'


def _line(  # noqa: PLR0917  a line is checked against all of these
    path: Path, of: BaseModel, name: str, allowed: frozenset[str], forbidden: tuple[str, ...], sites: Mapping[str, Site]
) -> Iterator[Finding]:
    """What is wrong with a text that has one line: first its words, then its length."""
    found = list(_said((*path, name), getattr(of, name), allowed, forbidden))
    yield from found or _fits((*path, name), getattr(of, name), sites)


def _fits(path: Path, text: str, sites: Mapping[str, Site]) -> Iterator[Finding]:
    where = ".".join(str(step) for step in path)
    if "\n" in text.strip():
        yield path, f"{where} has more than one line: write one"
    texted = path[-1] == "sms" or path[0] == "replies"
    if texted and not text.isascii():
        yield path, f"{where} has letters that shorten a text message to 70: write plain letters and signs"
    most = SMS_LENGTH if texted else SUBJECT_LENGTH
    for site in sites.values():
        length = len(text.strip().format(**LONGEST, site=site.name, phone=site.phone))
        if length > most:
            yield path, f"{where} can get {length} characters long at {site.name}: shorten it to {most}"


def _forbidden(text: str, words: tuple[str, ...]) -> list[str]:
    plain = re.sub(r"\{[^}]*\}", " ", text)
    return [found for word in words for found in re.findall(rf"(?i)(?<!\w){re.escape(word)}\w*", plain)]
