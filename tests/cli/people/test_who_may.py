"""A sample of the matrix as it is typed: what the tables refuse is refused at the command line."""

import pytest

from cli.access_matrix import lets, takes
from course.model.terms import Role
from tests.cli.conftest import Terminal

ACCOUNTS = {
    "cole": Role.COORDINATOR,
    "ortiz": Role.NURSE,
    "lee": Role.PRESCRIBER,
    "adler": Role.AUDITOR,
    "ops": Role.OPS,
}

TYPED = {
    "note": ("note", "C", "seen"),
    "clear": ("clear", "C"),
    "hold": ("hold", "C", "psychosis", "--reason", "x"),
    "leave": ("leave", "C", "1", "--awake"),
    "inbox": ("inbox", "C"),
    "waitlist add": ("waitlist", "add", "C", "1"),
    "waitlist drop": ("waitlist", "drop", "C"),
    "vial list": ("vial", "list"),
    "drug-log": ("drug-log",),
    "oncall back": ("oncall", "back", "haas"),
    "staff enable": ("staff", "enable", "haas"),
    "access": ("access",),
    "audit verify": ("audit", "verify", "--log"),
    "wake": ("wake",),
    "list": ("list",),
    "audit timeline": ("audit", "timeline", "C"),
}


@pytest.mark.parametrize("account", ACCOUNTS)
async def test_what_the_tables_refuse_is_refused_at_the_command_line(
    terminal: Terminal, course: str, account: str
) -> None:
    """Exit code 3 and `may not` for whom the matrix says no, and for nobody else."""
    role, rows = ACCOUNTS[account], takes()
    await terminal.sign_in(account)
    answers = {
        name: await terminal.type(*(course if word == "C" else word for word in words)) for name, words in TYPED.items()
    }
    refused = {name for name, one in answers.items() if one.code == 3 and f"{role} may not" in one.err}
    assert refused == {name for name in TYPED if not lets(rows[name], role)}
    assert {answers[name].code for name in TYPED if name not in refused} <= {0, 1, 2}
