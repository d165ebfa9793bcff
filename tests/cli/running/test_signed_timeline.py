"""What an auditor sees of signatures from the command line, and what becomes of them when passphrases change."""

from pathlib import Path
from typing import Any

from tests.cli.conftest import Terminal


async def lines(terminal: Terminal, course: str) -> list[dict[str, Any]]:
    """The story of what people did."""
    answered = await terminal.type("audit", "timeline", course, "--acts", "--json")
    assert answered.code == 0, answered.err
    found: list[dict[str, Any]] = answered.said["lines"]
    return found


async def test_every_act_is_signed_by_whoever_was_signed_in(terminal: Terminal, course: str, tmp_path: Path) -> None:
    """Acts of two people; the page for the auditor is a private file, and so says the table."""
    told = await lines(terminal, course)
    assert len(told) > 10
    for line in told:
        (one,) = line["signatures"]
        assert (one["state"], one["name"]) == ("signed", line["who"])
    shown = await terminal.type("audit", "timeline", course, "--html", str(tmp_path / "course.html"))
    assert (shown.code, f"{len(told)} signed" in shown.out) == (0, True), shown.out
    assert (tmp_path / "course.html").stat().st_mode & 0o777 == 0o600
    table = await terminal.type("audit", "timeline", course)
    assert told[-1]["signatures"][0]["key_id"] in table.out


async def test_a_changed_passphrase_keeps_the_key_and_one_that_ops_give_makes_another(
    terminal: Terminal, course: str
) -> None:
    """Either way the account is signed out, and what was signed before stays signed."""
    keys: list[str] = []
    for _ in range(2):
        await terminal.sign_in("okafor")
        assert (await terminal.type("note", course, f"looked at, {len(keys)}")).code == 0
        keys.append((await lines(terminal, course))[-1]["signatures"][0]["key_id"])
        wrong = await terminal.type("passphrase", "--json", given="not mine")
        assert wrong.code == 3
        changed = await terminal.type("passphrase", "--json", given=terminal.passphrases["okafor"])
        terminal.passphrases["okafor"] = changed.said["passphrase"]
        assert (await terminal.type("note", course, "one more")).code == 3
    await terminal.sign_in("ops")
    terminal.passphrases["okafor"] = (await terminal.type("passphrase", "okafor", "--json")).said["passphrase"]
    await terminal.sign_in("okafor")
    assert (await terminal.type("note", course, "looked at, at last")).code == 0
    told = await lines(terminal, course)
    keys.append(told[-1]["signatures"][0]["key_id"])
    assert (keys[0] == keys[1], keys[1] == keys[2]) == (True, False)
    assert {one["state"] for line in told for one in line["signatures"]} == {"signed"}
