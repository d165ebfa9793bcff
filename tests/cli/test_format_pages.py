"""The format pages, against the files that are read by the same models."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from adapters.clinic.files import ClinicFile
from adapters.clinic.page_texts import PageFile
from adapters.clinic.staff_file import StaffFile
from adapters.clinic.wording import FACTS, TextFile
from cli.docs import PAGES
from course.model.protocol.instrument import Instrument
from course.model.protocol.protocol import Protocol
from course.model.terms import Role
from play.scenario.file import Scenario
from tests.support.records import CLINIC_FOLDER

FORMATS: dict[str, tuple[type[BaseModel], str]] = {
    "protocol-format.md": (Protocol, "protocols/*.toml"),
    "instrument-format.md": (Instrument, "instruments/*.toml"),
    "scenario-format.md": (Scenario, "scenarios/*.toml"),
    "texts-format.md": (TextFile, "texts/*.toml"),
    "pages-format.md": (PageFile, "pages/*.toml"),
    "clinic-format.md": (ClinicFile, "clinic.toml"),
    "staff-format.md": (StaffFile, "staff.toml"),
}
NEVER_SAID = {
    "protocol-format.md": {Role.AUDITOR, Role.OPS, Role.COURSE},
    "scenario-format.md": {Role.AUDITOR, Role.OPS, Role.COURSE},
    "staff-format.md": {Role.PATIENT, Role.COURSE},
}
"""Roles that such a file never names: they answer no gate, act in no scenario, have no account."""


@pytest.mark.parametrize("page", FORMATS)
def test_every_word_that_a_file_may_say_is_on_its_page(page: str) -> None:
    """Of each closed vocabulary each word, as the JSON schema of the file has it."""
    model, _ = FORMATS[page]
    text = PAGES[page]()
    words = {str(word) for one in vocabularies(model) for word in one}
    assert {word for word in words if f"`{word}`" not in text} == set(map(str, NEVER_SAID.get(page, ())))


def vocabularies(model: type[BaseModel]) -> Iterator[list[Any]]:
    """Every enumeration of a model's schema."""
    schema = model.model_json_schema()
    yield from (one["enum"] for one in schema.get("$defs", {}).values() if "enum" in one)


@pytest.mark.parametrize("page", FORMATS)
def test_every_field_of_the_shipped_files_is_on_its_page(page: str) -> None:
    """Each table of each file is headed there, and each of its fields stands under that heading."""
    parts = (part.partition("\n") for part in re.split(r"^## ", PAGES[page](), flags=re.MULTILINE)[1:])
    sections = {heading: body for heading, _, body in parts}
    for path in sorted(CLINIC_FOLDER.glob(FORMATS[page][1])):
        for table, fields in tables(tomllib.loads(path.read_text()), ""):
            held = [body for heading, body in sections.items() if is_headed(heading, table)]
            assert len(held) == 1, f"{page} has {len(held)} sections for [{table}] of {path.name}"
            missing = [name for name in fields if f"| `{name}` |" not in held[0]]
            assert not missing, f"{page}, [{table}] of {path.name}: {missing}"


NAMED_BY_PEOPLE = re.compile(
    r"(others\.)?(answers\.by_day|answers\.by_session|staff\.gates|expect\.(sessions|letters|tasks)|steps\.details.*)"
    r"|(again\.)?loinc|sources|oncall|staff_words|questionnaires(\..*)?"
)
"""Tables whose keys are no fields."""


def tables(value: dict[str, Any], path: str) -> Iterator[tuple[str, list[str]]]:
    """Every table of a file by its path, with its fields."""
    if NAMED_BY_PEOPLE.fullmatch(path):
        return
    yield path, list(value)
    for name, inner in value.items():
        below = f"{path}.{name}" if path else name
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, dict):
                yield from tables(one, below)


def is_headed(heading: str, table: str) -> bool:
    """Whether a section tells of a table."""
    if not table:
        return heading == "The file"
    named = re.findall(r"`\[+([^\]]*)\]+`", heading)
    own = table.removeprefix("others.") if table != "others" else table
    return own in named or (own.count(".") == 1 and f"{own.partition('.')[0]}.NAME" in named)


def test_the_page_of_texts_says_which_fact_a_text_may_say() -> None:
    """A text that says each fact of its row is sound, and the rows are those of the kinds."""
    text = PAGES["texts-format.md"]()
    rows = dict(re.findall(r"^\| `(\w+)` \| ((?:`\{\w+\}`(?:, )?)*) \|", text.partition("## Facts")[2], re.MULTILINE))
    assert {kind: set(re.findall(r"\{(\w+)\}", facts)) for kind, facts in rows.items()} == {
        str(kind): set(facts) for kind, facts in FACTS.items()
    }


def test_links_between_pages_lead_somewhere() -> None:
    """Each relative link of README, docs and the generated pages names a file, each fragment a heading of it."""
    root = Path(__file__).parents[2]
    pages = [*root.glob("*.md"), *root.glob("docs/**/*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, fragment = target.partition("#")
            led = (page.parent / name).resolve() if name else page
            assert led.exists(), f"{page.name} links to {target}"
            assert not fragment or fragment in headings(led), f"{page.name} links to {target}"


def headings(page: Path) -> set[str]:
    """The fragments of a page, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in found}
