"""The access log: who signed in, who was not let in, and who changed whose account, from a terminal."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cli.conftest import Terminal


async def lines(terminal: Terminal, *only: str) -> list[dict[str, Any]]:
    """What `access --json` shows."""
    answered = await terminal.type("access", *only, "--json")
    assert answered.code == 0, answered.out
    found: list[dict[str, Any]] = answered.said
    return found


async def test_sign_ins_and_wrong_passphrases_are_on_it(terminal: Terminal) -> None:
    """Each wrong one is a line, and that the next are slowed; an unknown account's say nothing of what was typed."""
    await terminal.sign_in("ops")
    assert (await terminal.type("login", "my-passphrase-by-mistake", given="x")).code == 3
    tries = [await terminal.type("login", "ortiz", given=f"guess-{number}") for number in range(12)]
    assert {one.code for one in tries} == {3}
    looked_at = sum("is wrong" in one.err for one in tries)
    await terminal.sign_in("ops")
    wrong = await lines(terminal, "--what", "wrong passphrase")
    assert [one["account_id"] for one in wrong] == ["(unknown)", *["ortiz"] * looked_at]
    slowed = await lines(terminal, "--what", "slowed")
    assert 5 <= looked_at < len(tries)
    assert {one["account_id"] for one in slowed} == {"ortiz"}
    assert next(one["what"] for one in await lines(terminal, "--account", "ops")) == "sign in"
    everything = (await terminal.type("access")).out
    assert "my-passphrase-by-mistake" not in everything
    assert "guess-" not in everything


async def test_a_wrong_second_signature_is_on_it(terminal: Terminal, course: str) -> None:
    """Whoever signs second and types it wrongly is named too."""
    await terminal.sign_in("lee")
    before = len(await as_ops(terminal, "--account", "okafor"))
    await terminal.sign_in("lee")
    refused = await terminal.type("void", course, "m1", "--second", "okafor", "--reason", "wrong chart", given="no")
    assert refused.code == 3
    assert [one["what"] for one in await as_ops(terminal, "--account", "okafor")][before:] == ["wrong passphrase"]


async def as_ops(terminal: Terminal, *only: str) -> list[dict[str, Any]]:
    """What ops see."""
    await terminal.sign_in("ops")
    return await lines(terminal, *only)


async def test_changes_of_accounts_and_duty_are_on_it(terminal: Terminal) -> None:
    """Each names who did it and to whom."""
    await terminal.sign_in("ops")
    day = datetime.now(UTC) + timedelta(days=200)
    span = (f"{day:%Y-%m-%d} 08:00", f"{day + timedelta(days=1):%Y-%m-%d} 08:00")
    for words in (
        ("passphrase", "haas"),
        ("staff", "load"),
        ("staff", "disable", "haas"),
        ("staff", "enable", "haas"),
        ("oncall", "leave", "lee", *span),
        ("oncall", "back", "lee"),
        ("oncall", "turn", "northside", *span, "okafor"),
    ):
        answered = await terminal.type(*words)
        assert answered.code == 0, answered.err
    did = [one["what"] for one in await lines(terminal, "--account", "ops")]
    wanted = ["passphrase haas", "staff load", "staff disable haas", "staff enable haas", "oncall leave lee"]
    assert [one for one in did if one in wanted] == wanted
    assert "oncall back lee" in did
    assert any(one.startswith("oncall turn") and one.endswith("northside") for one in did)


@pytest.mark.parametrize("account", ["lee", "cole", "ortiz"])
async def test_only_ops_and_auditors_read_it(terminal: Terminal, account: str) -> None:
    """It says who looked at whom."""
    await terminal.sign_in(account)
    refused = await terminal.type("access")
    assert (refused.code, "ask ops or an auditor" in refused.err) == (3, True)
