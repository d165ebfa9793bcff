"""Pieces of Markdown."""

from collections.abc import Iterable, Sequence


def code(text: str) -> str:
    """A word as it is typed."""
    return f"`{text}`"


def table(*heads: str, rows: Iterable[Sequence[str]]) -> str:
    """Rows under their heads."""
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
