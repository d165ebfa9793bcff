"""The format pages: which files a clinic writes, and every field of each."""

from collections.abc import Iterable
from enum import StrEnum
from inspect import isclass

from pydantic import BaseModel

from adapters.clinic.files import ClinicFile
from adapters.clinic.page_texts import FACTS as PAGE_FACTS
from adapters.clinic.page_texts import PageFile
from adapters.clinic.staff_file import STAFF_ROLES, StaffFile
from adapters.clinic.wording.facts import COMMON, CRISIS, FACTS, LONG, PREPARED, STAFF_WORDS, VISIT
from adapters.clinic.wording.file import TextFile
from cli.reference.formats import Format, bare
from cli.reference.markdown import code, table
from course.actions import PERMISSIONS
from course.model.protocol.instrument import Instrument
from course.model.protocol.protocol import Protocol
from course.model.terms import Action, Role
from play.check import ACROSS, BEFALLS
from play.scenario.acting import CAST, KINDS, details_of
from play.scenario.file import Scenario


def _listed(facts: frozenset[str]) -> str:
    return ", ".join(f"`{{{one}}}`" for one in sorted(facts))


CHECKED = "`protocols check` names each mistake with its file and line."
LATER = frozenset({"sha256"})
"""What the program adds to what the file says."""


def protocols() -> str:
    """The fields of a protocol file."""
    head = (
        "# Protocol files\n\n`protocols/ID.toml` in the clinic folder, one protocol each. "
        f"How to write one: [Add a protocol](../how-to/protocol.md). {CHECKED}\n"
    )
    answering = tuple(sorted({*PERMISSIONS[Action.GATE].roles, Role.PATIENT}))
    return Format(Protocol, {("Gate", "by"): answering, ("Gate", "channel"): ("email", "sms")}, LATER).page(head)


def instruments() -> str:
    """The fields of an instrument file."""
    head = (
        "# Instrument files\n\n`instruments/ID.toml` in the clinic folder, one instrument each. How to write one: "
        f"[Add an instrument](../how-to/instrument.md). {CHECKED} Every worked example is run.\n"
    )
    return Format(Instrument, without=LATER).page(head)


def clinic() -> str:
    """The fields of clinic.toml."""
    head = f"# clinic.toml\n\nThe clinic and its sites. How to add one: [Add a site](../how-to/site.md). {CHECKED}\n"
    return Format(ClinicFile).page(head)


def staff() -> str:
    """The fields of staff.toml."""
    head = (
        "# staff.toml\n\nEverybody who has an account, and who is told of a safety matter at each site, first to last. "
        f"How to write one: [Give the clinic a folder of its own](../how-to/own-clinic.md). {CHECKED}\n"
    )
    return Format(StaffFile, {("Member", "role"): STAFF_ROLES}).page(head)


def texts() -> str:
    """The fields of a file of texts, and the facts that each text may say."""
    head = (
        "# Texts\n\n`texts/LANGUAGE.toml` in the clinic folder, one language each, whole. How to write one: "
        f"[Add a language](../how-to/language.md). {CHECKED}\n"
    )
    return "\n".join([Format(TextFile).page(head), _facts()])


def pages() -> str:
    """The fields of a file of patients' pages."""
    head = (
        "# Patients' pages\n\n`pages/LANGUAGE.toml` in the clinic folder, one language each: what the pages say, and "
        "the wording of each questionnaire that patients answer there. What is not worded is asked by telephone. Facts "
        f"stand in braces: {_listed(PAGE_FACTS)}.\n"
    )
    return Format(PageFile).page(head)


_ALLOWED = f"""## Facts

A word in braces is a fact: `{{phone}}`. Every text may say {_listed(COMMON)}, `preparation` also {_listed(VISIT)},
`clock` only `{{city}}`. Subjects and text messages have no room for {_listed(LONG)}.
"""


def _facts() -> str:
    rows = [
        (
            code(kind),
            _listed(facts),
            "yes" if kind in PREPARED else "",
            "yes" if kind in CRISIS else "",
        )
        for kind, facts in FACTS.items()
    ]
    return "\n".join(
        [
            _ALLOWED,
            table("kind", "its own facts", "followed by `preparation`", "`sms` names `{crisis_line}`", rows=rows),
            f"`staff_words` has a word for each of {', '.join(map(code, STAFF_WORDS))}.\n",
        ]
    )


def scenarios() -> str:
    """The fields of a scenario file, and what a step may do."""
    head = "# Scenario files: every field\n\nHow to use them: [scenarios.md](scenarios.md).\n"
    page = Format(Scenario, {("Step", "by"): tuple(map(str, CAST))})
    return "\n".join([page.page(head), _steps()])


_DOABLE = f"""## What a step does

Things that befall the course or the system: {", ".join(map(code, BEFALLS))}.

Acts, with what they say in `details`; what is in bold is required. Every act also takes `effective_at`, when it was
true, and `sure`, where a value that is far from what is expected was looked at again. Instants are written as in `at`
or `offset`.
"""

EVERY_ACT = ("effective_at", "sure")


def _steps() -> str:
    """Every word of `do` that takes details, with what they may say."""
    rows = [
        (code(word), _details(model, (name for name in details_of(word) if name not in EVERY_ACT)))
        for word, model in sorted(KINDS.items())
    ]
    across = [(code(word), _details(model, model.model_fields)) for word, model in sorted(ACROSS.items())]
    return "\n".join(
        [
            _DOABLE,
            table("`do`", "`details`", rows=rows),
            "What reaches across courses: drugs, people, sites.\n",
            table("`do`", "`details`", rows=across),
        ]
    )


def _details(model: type[BaseModel], names: Iterable[str]) -> str:
    lines = []
    for name in names:
        field = model.model_fields[name]
        kind = bare(field.annotation)
        words = f" ({', '.join(map(str, kind))})" if isclass(kind) and issubclass(kind, StrEnum) else ""
        lines.append(f"{f'**{code(name)}**' if field.is_required() else code(name)}{words}")
    return ", ".join(lines)
