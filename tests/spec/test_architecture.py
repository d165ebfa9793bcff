"""ARCHITECTURE.md leads to where things are."""

import ast
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


OF_THE_MACHINE = {"now", "utcnow", "today", "open", "input", "getenv", "hash", "set_event_loop", "uuid1", "uuid4"}
REPLAYED = sorted(path for top in ("course", "workflows") for path in (ROOT / top).rglob("*.py"))
LOADED_ONCE = "course/library"
"""Reads the clinic's files before a course begins."""


def called(path: Path) -> set[str]:
    """The last word of all that a file calls, but for Temporal's own."""
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    plain = {one.id for one in calls if isinstance(one, ast.Name)}
    parts = [one for one in calls if isinstance(one, ast.Attribute)]
    return plain | {one.attr for one in parts if not (isinstance(one.value, ast.Name) and one.value.id == "workflow")}


@pytest.mark.parametrize("path", REPLAYED, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_replayed_asks_the_machine_for_nothing(path: Path) -> None:
    """No clock, no chance, no file: a replay years later finds what the first run found."""
    if LOADED_ONCE not in str(path):
        assert not called(path) & OF_THE_MACHINE


def test_a_clock_would_be_seen(tmp_path: Path) -> None:
    """Of the machine it is one; of Temporal it is not."""
    (tmp_path / "rule.py").write_text("a = datetime.now(UTC)\nb = workflow.now()\n")
    assert called(tmp_path / "rule.py") == {"now"}
