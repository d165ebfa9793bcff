"""The words of every message: one file a language, filled in at the moment of sending."""

from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from string import Formatter

from activities.ports import TextError, Written
from adapters.clinic import Site
from adapters.wording import SMS_LENGTH, TextFile, findings
from course.loading import Fault, LoadError, decoded, read
from course.messages import SendOrder
from course.terms import Audience, OccasionKind

DEFAULT_LANGUAGE = "en"
UNSAID = "(not said)"


class ClinicTexts:
    """All languages; one that is not there is written in English."""

    def __init__(self, languages: Mapping[str, TextFile], sites: Mapping[str, Site]) -> None:
        self.languages = languages
        self.sites = sites

    def written(self, order: SendOrder) -> Written:
        """The one message that all parts of the order make; raises TextError.

        An escalation is never held up by its words: a fact that it lacks is said to be lacking.
        """
        texts = self.languages.get(order.language) or self.languages[DEFAULT_LANGUAGE]
        site = self.sites.get(order.site)
        if site is None:
            raise TextError(f"there is no site {order.site} in clinic.toml")
        common = {"site": site.name, "address": site.address, "phone": site.phone}
        lenient = order.audience is Audience.ONCALL
        kinds = [(part.kind, texts.kinds.of(part.kind), {**part.facts, **common}) for part in order.parts]
        bodies = [_filled(kind, text.body, facts, lenient=lenient) for kind, text, facts in kinds]
        if not lenient:
            bodies = [texts.greeting.strip().format(**common), *bodies, texts.closing.strip().format(**common)]
        lines = [_filled(kind, text.sms, facts, lenient=lenient) for kind, text, facts in kinds]
        fitting = max(1, sum(1 for length in accumulate(len(line) + 1 for line in lines) if length - 1 <= SMS_LENGTH))
        first, text, facts = kinds[0]
        return Written(
            sender=texts.sender,
            subject=_filled(first, text.subject, facts, lenient=lenient),
            body="\n\n".join(bodies) + "\n",
            sms="\n".join(lines[:fitting]),
            sms_parts=fitting,
            visit=texts.visit.strip().format(**common),
            place=site.address,
        )

    def reply(self, language: str, site: str, *, stopped: bool) -> str:
        """What a text message from a patient, or from anybody, is answered."""
        replies = (self.languages.get(language) or self.languages[DEFAULT_LANGUAGE]).replies
        named = self.sites.get(site) or next(iter(self.sites.values()))
        text = replies.stopped if stopped else replies.noted
        return text.strip().format(site=named.name, phone=named.phone)


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


def _filled(kind: OccasionKind, text: str, facts: Mapping[str, str], *, lenient: bool) -> str:
    named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    missing = sorted(named - facts.keys())
    if missing and not lenient:
        raise TextError(f"the {kind} text names {', '.join(missing)}, which the course does not say")
    return text.strip().format(**dict.fromkeys(missing, UNSAID), **facts)
