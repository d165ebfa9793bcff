"""How commands answer: a table or a sentence for people, one JSON value for machines."""

import getpass
import json
import os
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from services.errors import InputError, Kind

OK, FAILED, USAGE, NOT_ALLOWED, NO_SERVER = 0, 1, 2, 3, 4
"""Exit codes: done; refused or failed; wrong usage; not signed in or not allowed; no server."""

CODES = {Kind.INPUT: USAGE, Kind.NOT_ALLOWED: NOT_ALLOWED, Kind.UNREACHABLE: NO_SERVER, Kind.REFUSED: FAILED}


GAP = 3
PIPE_WIDTH = 200
FOLDED_FROM = 16
"""A word that is longer than this may be folded."""

NEVER_CUT = frozenset(
    {"course", "session", "score", "event", "gate", "item", "account", "syringe", "vial", "discrepancy", "field"}
)
"""Columns that hold what other commands and files are given."""


def as_json(value: Any) -> None:
    """Print one JSON value."""
    print(json.dumps(_plain(value), indent=2, default=str, ensure_ascii=False))


READ = "-"
"""Typed in place of a value that others on the machine should not read in the list of processes."""


def typed(value: str, what: str) -> str:
    """The value; where it is `-`, the next line of standard input, asked for at a terminal."""
    if value != READ:
        return value
    if sys.stdin.isatty():
        print(f"{what}: ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line.strip():
        raise InputError(f"{what} is read from standard input, and no line came: give one line for each -")
    return line.strip()


def read_passphrase(prompt: str) -> str:
    """A passphrase, unseen; from standard input where that is no terminal."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def answer(value: Any, text: str, *, json_: bool) -> int:
    """Print a value for machines or its text for people."""
    if json_:
        as_json(value)
    else:
        print(text)
    return OK


def complain(sentence: str, code: int, *, json_: bool) -> int:
    """Say what is wrong, where errors are read."""
    if json_:
        as_json({"error": sentence, "code": code})
    else:
        print(sentence, file=sys.stderr)
    return code


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print rows under their heads, drawn on a terminal, plain elsewhere; nothing where a title has no rows.

    No cell is ever cut: where the page is too narrow for the columns, each row is printed as lines of its own.
    """
    from rich import box  # noqa: PLC0415  rich costs time that --help need not spend
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    found = [tuple(row) for row in rows]
    if title and not found:
        return
    console = Console(highlight=False)
    if not console.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
        console.width = PIPE_WIDTH
    columns = [[head, *(row[number] for row in found)] for number, head in enumerate(heads)]
    room = console.width - GAP * len(heads) - 2
    widths = _widths(columns, room)
    if found and sum(widths) > room:
        _print_lines(heads, found, title, console.width)
        return
    drawn = Table(title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for head, width in zip(heads, widths, strict=True):
        drawn.add_column(Text(head), no_wrap=head in NEVER_CUT, overflow="fold", width=width)
    for row in found:
        drawn.add_row(*(Text(cell) for cell in row))  # what was typed is shown: brackets are no markup
    console.print(drawn)


def _widths(columns: Sequence[Sequence[str]], room: int) -> list[int]:
    """How wide each column is: at least what cannot be folded, then what is left goes to whoever lacks most of it."""
    from rich.cells import cell_len  # noqa: PLC0415

    wanted = [max(cell_len(line) for cell in cells for line in (cell.splitlines() or [""])) for cells in columns]
    widths = [_least(cells, wide) for cells, wide in zip(columns, wanted, strict=True)]
    for _ in range(room - sum(widths)):
        lacking = max(range(len(widths)), key=lambda number: wanted[number] / widths[number], default=0)
        if not widths or wanted[lacking] <= widths[lacking]:
            break
        widths[lacking] += 1
    return widths


def _least(cells: Sequence[str], wanted: int) -> int:
    """How narrow a column may become: an id stays whole, other words are folded from a width on."""
    from rich.cells import cell_len  # noqa: PLC0415

    if cells[0] in NEVER_CUT:
        return max(wanted, 1)
    longest = max((cell_len(word) for cell in cells for word in cell.split()), default=1)
    return max(min(longest, FOLDED_FROM), 1)


def _print_lines(heads: Sequence[str], rows: Sequence[Sequence[str]], title: str, width: int) -> None:
    """Each row as a paragraph: a line a cell, under its head; empty cells are left out."""
    name = max(len(head) for head in heads) + 2
    print(f"\n{title}" if title else "")
    for row in rows:
        for head, cell in zip(heads, row, strict=True):
            for number, line in enumerate(_folded(cell, max(width - name, FOLDED_FROM))):
                print(f"{head if number == 0 else '':{name}}{line}")
        print()


def _folded(cell: str, width: int) -> list[str]:
    return [part for line in cell.splitlines() for part in textwrap.wrap(line, width, break_on_hyphens=False)]


def _plain(value: Any) -> Any:
    if hasattr(value, "model_dump"):  # a pydantic model; its import would cost every command its quick start
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value
