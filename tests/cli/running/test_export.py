"""What an auditor takes away on the command line, and who may not."""

from pathlib import Path

import pytest

from adapters.wiring import Application
from tests.cli.conftest import Terminal


async def test_an_auditor_takes_every_course_and_verifies_each(
    terminal: Terminal, opened: Application, course: str, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bundle a course, kept where it stands; a checkpoint tells which is old; a nurse is refused, on record."""
    monkeypatch.setenv("ST_WITNESS_FOLDER", str(environment / "witnessed"))
    out = ("--reason", "handing over", "--out", str(environment / "bundles"))
    await terminal.sign_in("haas")
    refused = await terminal.type("audit", "export", "--all", *out)
    assert (refused.code, "ask an auditor" in refused.err) == (3, True)
    await terminal.sign_in("adler")
    early = await terminal.type("audit", "export", course, *out)
    assert (early.code, "starter.py notary" in early.err) == (1, True)
    for odd in ((), (course, "--all"), (course, "--since", "2026-01-01 09:00")):
        assert (await terminal.type("audit", "export", *odd)).code == 2
    assert (await terminal.type("notary")).code == 0
    first = await terminal.type("audit", "export", "--all", *out, "--json")
    assert first.code == 0, first.err
    paths = [one["path"] for one in first.said["made"]]
    assert any(course in one for one in paths)
    second = await terminal.type("audit", "export", "--all", *out, "--json")
    assert (second.said["made"], second.said["kept"]) == ([], paths)
    for path in paths:
        right = await terminal.type("audit", "verify", path)
        assert (right.code, "nothing is wrong" in right.out) == (0, True), right.out
    assert (await terminal.type("notary")).code == 0
    newest = ("--checkpoint", str(environment / "witnessed" / "checkpoint"))
    old = await terminal.type("audit", "verify", paths[0], *newest)
    assert (old.code, "ask for a newer bundle" in old.out) == (1, True)
    assert "refused export" in {one.what for one in await opened.store.access.of_account("haas")}
    assert (course, "export") in {(one.course_id, one.what) for one in await opened.store.access.of_account("adler")}
