"""How commands answer: a table or a sentence for people, one JSON value for machines."""

import getpass
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel

OK, FAILED, USAGE, NOT_ALLOWED, NO_SERVER = 0, 1, 2, 3, 4
"""Exit codes: done; refused or failed; wrong usage; not signed in or not allowed; no server."""


NEVER_CUT = frozenset({"course", "session", "score", "event", "gate", "item", "account", "syringe", "vial"})
"""Columns that hold what other commands are given."""


class CliError(Exception):
    """What is wrong and what would be right, with the exit code that says which kind it is."""

    def __init__(self, sentence: str, code: int = FAILED) -> None:
        super().__init__(sentence)
        self.code = code


def as_json(value: Any) -> None:
    """Print one JSON value."""
    print(json.dumps(_plain(value), indent=2, default=str, ensure_ascii=False))


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
    """Print rows under their heads, drawn on a terminal, plain elsewhere; nothing where a title has no rows."""
    from rich import box  # noqa: PLC0415  rich costs time that --help need not spend
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    found = list(rows)
    if title and not found:
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    drawn = Table(title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for head in heads:
        drawn.add_column(Text(head), no_wrap=head in NEVER_CUT)
    for row in found:
        drawn.add_row(*(Text(cell) for cell in row))  # what was typed is shown: brackets are no markup
    console.print(drawn)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value
