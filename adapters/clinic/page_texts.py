"""The words of patients' pages, one file a language: what the pages say, and the wording of questionnaires."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from string import Formatter

from pydantic import BaseModel, ConfigDict, Field

from course.library.findings import Finding
from course.library.loading import Fault, LoadError, decoded, read
from course.model.protocol.instrument import Instrument

ENGLISH = "en"
FACTS = frozenset({"site", "phone", "after_hours", "crisis_line", "emergency", "number", "of", "when"})


class _FromFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PageWords(_FromFile):
    """What the pages say; facts stand in braces."""

    title: str = Field(description="Of every page.")
    welcome: str = Field(description="What awaits the patient, and how long it takes.")
    read_when: str = Field(description="Whether and when somebody reads the answers.")
    crisis: str = Field(description="Whom to call in need; says {crisis_line} and {emergency}.")
    begin: str = Field(description="On the button that begins.")
    resume: str = Field(description="On the button that goes on where the patient stopped.")
    question: str = Field(description="Question {number} of {of}.")
    choose: str = Field(description="Asks for an answer where none was chosen.")
    skip: str = Field(description="On the choice that leaves a question out.")
    next: str = Field(description="On the button that goes on.")
    back: str = Field(description="On the button that goes back.")
    check: str = Field(description="Above the answers before they are sent.")
    change: str = Field(description="On the link that changes an answer.")
    send: str = Field(description="On the button that sends.")
    sent: str = Field(description="Once it is sent.")
    sent_help: str = Field(description="Once it is sent, where an answer may mean danger.")
    used: str = Field(description="Where a link was used already.")
    expired: str = Field(description="Where a link is too old, or none of ours.")
    later: str = Field(description="Where the questions cannot be shown right now.")
    kept: str = Field(description="Where the course has not heard of the answers yet.")
    no_answer: str = Field(description="In place of an answer that was left out.")


class Wording(_FromFile):
    """One questionnaire as a patient reads it: its lead, its questions, and what may be answered.

    `answers` names every answer, lowest first; where a number is chosen, `low` and `high` name the ends.
    """

    title: str = Field(description="What a patient may call it.")
    lead: str = Field(description="Above every question.")
    items: tuple[str, ...] = Field(description="The questions in their order.")
    answers: tuple[str, ...] = Field((), description="The answers in words, from the lowest number up.")
    low: str = Field("", description="What the lowest number means.")
    high: str = Field("", description="What the highest number means.")


class PageFile(_FromFile):
    """One language."""

    language: str = Field(description="Code of the language; the file has its name.")
    pages: PageWords = Field(description="What the pages say.")
    questionnaires: dict[str, Wording] = Field(description="The wording of each questionnaire, by its instrument.")


PageTexts = Mapping[str, PageFile]
"""Every language of patients' pages, by its code."""


def load_page_texts(folder: Path, instruments: Mapping[str, Instrument]) -> PageTexts:
    """Every pages/*.toml of a clinic folder, none where there is none; raises LoadError with all mistakes."""
    faults: list[Fault] = []
    found: dict[str, PageFile] = {}
    for path in sorted((folder / "pages").glob("*.toml")):
        file = f"pages/{path.name}"
        try:
            texts = read(decoded(path.read_bytes(), file), file, PageFile, lambda one: _findings(one, instruments))
        except LoadError as error:
            faults += error.faults
            continue
        if texts.language != path.stem:
            faults.append(Fault(file, 0, f'its language is "{texts.language}": name it {texts.language}.toml'))
        found[texts.language] = texts
    if faults:
        raise LoadError(faults)
    return found


def _findings(texts: PageFile, instruments: Mapping[str, Instrument]) -> Iterator[Finding]:
    """Facts that nobody knows, and wordings that are not those of their instrument; a clinic may have fewer."""
    for name in PageWords.model_fields:
        text: str = getattr(texts.pages, name)
        if not text.strip():
            yield ("pages", name), f"pages.{name} is empty: write it"
        unknown = {fact for _, fact, _, _ in Formatter().parse(text) if fact is not None} - FACTS
        if unknown:
            yield ("pages", name), f"pages.{name} cannot say {{{min(unknown)}}}: it knows {', '.join(sorted(FACTS))}"
    for fact in ("crisis_line", "emergency"):
        if f"{{{fact}}}" not in texts.pages.crisis:
            yield ("pages", "crisis"), f"pages.crisis does not say {{{fact}}}: every page names it"
    for name, wording in texts.questionnaires.items():
        close = get_close_matches(name, instruments, 1)
        if name in instruments:
            yield from _of_instrument(name, wording, instruments[name])
        elif close:
            yield ("questionnaires", name), f"there is no instrument {name}: did you mean {close[0]}?"


def _of_instrument(name: str, wording: Wording, instrument: Instrument) -> Iterator[Finding]:
    path = ("questionnaires", name)
    if len(wording.items) != instrument.items:
        yield (*path, "items"), f"{name} has {instrument.items} items, here are {len(wording.items)}: word each of them"
    answers = round(instrument.item_max - instrument.item_min) + 1
    if wording.answers and len(wording.answers) != answers:
        yield (*path, "answers"), f"{name} has {answers} answers, here are {len(wording.answers)}: name each of them"
    if not wording.answers and not (wording.low and wording.high):
        yield path, f"{name} names neither its answers nor its ends: give `answers`, or `low` and `high`"
