"""The words of every message: one file a language, filled in at the moment of sending."""

import re
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from string import Formatter

from activities.ports import TextError, Written
from adapters.clinic.files import Site
from adapters.clinic.wording.check import ENGLISH, findings
from adapters.clinic.wording.dates import Dates, Style
from adapters.clinic.wording.facts import DAYS, MOMENTS, PREPARED, said_of
from adapters.clinic.wording.file import TextFile
from course.library.gsm7 import ONE_MESSAGE, places, plain
from course.library.loading import Fault, LoadError, decoded, read
from course.model.messages import Part, SendOrder
from course.model.occasions import REMINDERS
from course.model.terms import Audience, OccasionKind

DEFAULT_LANGUAGE = ENGLISH
UNSAID = "(not said)"


class ClinicTexts:
    """All languages; one that is not there is written in English."""

    def __init__(self, languages: Mapping[str, TextFile], sites: Mapping[str, Site]) -> None:
        self.languages = languages
        self.sites = sites

    def written(self, order: SendOrder, link: str = "") -> Written:
        """The one message that all parts of the order make, with the page where it is answered; raises TextError.

        An escalation is never held up by its words: a fact that it lacks is said to be lacking.
        """
        site = self.sites.get(order.site)
        if site is None and order.audience is Audience.ONCALL:
            any_site = next(iter(self.sites.values()))
            site = any_site.model_copy(update={"name": order.site, "address": UNSAID, "phone": UNSAID})
        if site is None:
            raise TextError(f"there is no site {order.site} in clinic.toml")
        return _Draft(self._of(order.language), site, order, link).written()

    def reply(self, language: str, site: str, *, stopped: bool = False, helped: bool = False) -> str:
        """What a text message from a patient, or from anybody, is answered."""
        texts = self._of(language)
        value = said_of(self.sites.get(site) or next(iter(self.sites.values())))
        if stopped:
            return plain(texts.replies.stopped.strip().format(**value))
        text = texts.replies.help if helped else texts.replies.noted
        return plain(f"{text.strip().format(**value)}\n{texts.stop.strip()}")

    def _of(self, language: str) -> TextFile:
        return self.languages.get(language) or self.languages[DEFAULT_LANGUAGE]


class _Draft:
    """One message on its way into words."""

    def __init__(self, texts: TextFile, site: Site, order: SendOrder, link: str) -> None:
        self.texts, self.site, self.link = texts, site, link
        self.to_staff = order.audience is Audience.ONCALL
        self.parts = order.parts
        self.said = said_of(site)
        self.dates = Dates(texts.language, texts.dates, texts.clock)

    def written(self) -> Written:
        lines = [self._filled(part, "sms", Style.BRIEF) for part in self.parts]
        room = ONE_MESSAGE - (0 if self.to_staff else places(self.texts.stop.strip()) + 1)
        lengths = accumulate(places(line) + 1 if line else 0 for line in lines)
        fitting = max(1, sum(1 for length in lengths if length - 1 <= room))
        offered = () if self.to_staff else (self.texts.stop.strip(),)
        return Written(
            sender=self.texts.sender,
            subject=self._filled(self.parts[0], "subject", Style.SUBJECT),
            body="\n\n".join(self._paragraphs()) + "\n",
            sms=plain("\n".join((*(line for line in lines[:fitting] if line), *offered))),
            sms_parts=fitting,
            visit=self.texts.visit.strip().format(**self.said),
            place=self.site.address,
        )

    def _paragraphs(self) -> list[str]:
        bodies = {part.occasion: self._filled(part, "body", Style.WHOLE) for part in self.parts}
        if self.to_staff:
            return list(bodies.values())
        prepared = [part for part in self.parts if part.kind in PREPARED and bodies[part.occasion]]
        if prepared:
            last = prepared[-1]
            bodies[last.occasion] += f"\n\n{self._fill(last, self.texts.preparation, Style.WHOLE)}"
        greeting, closing = (one.strip().format(**self.said) for one in (self.texts.greeting, self.texts.closing))
        return [greeting, *(body for body in bodies.values() if body), closing]

    def _filled(self, part: Part, field: str, style: Style) -> str:
        """A part's share; nothing for a second reminder of a visit that the message reminds of already."""
        if part.kind in REMINDERS and field != "subject":
            visit = part.occasion.split("/")[0]
            same = (one for one in self.parts if one.kind in REMINDERS and one.occasion.split("/")[0] == visit)
            if next(same) is not part:
                return ""
        page = self.texts.asked_on_page if self.link and part.kind is OccasionKind.MEASURE else None
        return self._fill(part, getattr(page or self.texts.kinds.of(part.kind), field), style)

    def _fill(self, part: Part, text: str, style: Style) -> str:
        facts = {
            **{name: self._fact(name, fact, style) for name, fact in part.facts.items()},
            **self.said,
            "link": self.link,
        }
        named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        missing = sorted(named - facts.keys())
        if missing and not self.to_staff:
            raise TextError(f"the {part.kind} text names {', '.join(missing)}, which the course does not say")
        return text.strip().format(**dict.fromkeys(missing, UNSAID), **facts)

    def _fact(self, name: str, text: str, style: Style) -> str:
        if name in MOMENTS:
            return self.dates.moments(text, style)
        if name in DAYS:
            return self.dates.days(text)
        return self._in_words(text) if self.to_staff else text

    def _in_words(self, text: str) -> str:
        """What the course says to the staff, in this language; what nobody wrote there stays as the course says it."""
        words = self.texts.staff_words
        if not words:
            return text
        longest_first = "|".join(re.escape(one) for one in sorted(words, key=len, reverse=True))
        return re.sub(rf"\b(?:{longest_first})\b", lambda found: words[found[0]], text)


def load_texts(folder: Path, sites: Mapping[str, Site]) -> ClinicTexts:
    """Every texts/*.toml of a clinic folder; raises LoadError with all mistakes of all files."""
    faults: list[Fault] = []
    languages: dict[str, TextFile] = {}
    for path in sorted((folder / "texts").glob("*.toml")):
        file = f"texts/{path.name}"
        try:
            texts = read(decoded(path.read_bytes(), file), file, TextFile, lambda found: findings(found, sites))
            if texts.language != path.stem:
                faults.append(Fault(file, 0, f'its language is "{texts.language}": name it {texts.language}.toml'))
            languages[texts.language] = texts
        except LoadError as error:
            faults += error.faults
    if not faults and DEFAULT_LANGUAGE not in languages:
        faults.append(Fault("texts/", 0, f"there is no {DEFAULT_LANGUAGE}.toml: every clinic writes at least English"))
    if faults:
        raise LoadError(faults)
    return ClinicTexts(languages, sites)
