"""Which functions of the rules read each value of a protocol, found in their source."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = ("rules", "scores", "scheduling", "agenda", "handlers")
"""The rooms of `course/` that apply a protocol; the others hold, load or show it."""


@cache
def _sources() -> dict[str, ast.Module]:
    course = ROOT / "course"
    paths = [*course.glob("*.py"), *(path for room in RULES for path in course.glob(f"{room}/*.py"))]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in sorted(paths)}


def readers(values: Sequence[str], read_by: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Each value, as `dose.minutes`, and the functions that read a field of that name.

    A field whose name is one plain word, as `low`, counts only in the files that are known to read its table.
    """
    for value in values:
        table, _, field = value.partition(".")
        files = _sources() if "_" in field else read_by.get(table, ())
        found = [f"`{file}::{name}`" for file in files for name in _reading(file, field)]
        if found:
            yield f"`{value}`", ", ".join(found)


def _reading(file: str, field: str) -> Iterator[str]:
    """The functions of a file that read an attribute, methods without their class."""
    for node in ast.walk(_sources()[file]):
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(one, ast.Attribute) and one.attr == field for one in ast.walk(node)
        ):
            yield node.name
