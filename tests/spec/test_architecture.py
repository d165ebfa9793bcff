"""ARCHITECTURE.md leads to where things are."""

import re
from pathlib import Path

import pytest

from cli.reference.clinical_rules import READ_BY

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text()
TODAY = PAGE[PAGE.index("## I want to") :]
WISHES = re.findall(r"^\| (.+?) \| `([^`]+)` \| `([^`]+)` \|$", TODAY, re.MULTILINE)
CODE = ("course", "activities", "workflows", "adapters", "audit", "services", "play")
FILES_MOST = 17


@pytest.mark.parametrize(("wish", "file", "word"), WISHES)
def test_each_wish_leads_to_its_file(wish: str, file: str, word: str) -> None:
    """The file is there, and so is what the reader looks for."""
    assert word in (ROOT / file).read_text(), wish


def test_there_are_wishes() -> None:
    """The table is read as it is written."""
    assert len(WISHES) >= 20


def rooms() -> list[Path]:
    """Every package of the program, but the folders of commands."""
    found = [path.parent for top in CODE for path in (ROOT / top).rglob("__init__.py")]
    return [one for one in found if one.parent != ROOT]


@pytest.mark.parametrize("room", rooms(), ids=lambda room: str(room.relative_to(ROOT)))
def test_every_room_is_named_and_says_what_belongs_in_it(room: Path) -> None:
    """A newcomer finds it on the page, reads one paragraph, and sees few files."""
    assert room.name in PAGE
    assert (room / "__init__.py").read_text().startswith('"""')
    assert len([*room.glob("*.py")]) <= FILES_MOST


@pytest.mark.parametrize("table", READ_BY)
def test_each_table_of_a_protocol_is_read_where_the_reference_says(table: str) -> None:
    """Each file named speaks of the table."""
    word = table.replace("_", "")
    assert all(word in (ROOT / file).read_text().replace("_", "").lower() for file in READ_BY[table])
