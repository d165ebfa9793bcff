"""What ops and auditors see of the log, and what the proof of the night says once somebody has been at it."""

from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.store.log.entries import Entry
from adapters.wiring import Application
from tests.cli.conftest import Terminal
from tests.support.records import CLINIC_FOLDER
from tests.support.tampering import disarm, read, write


async def test_a_look_that_was_taken_out_is_named(
    terminal: Terminal, opened: Application, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notary vouches daily; a removed row of the access log is named by `audit verify` and by `proof`."""
    monkeypatch.setenv("ST_WITNESS_FOLDER", str(environment / "witness"))
    monkeypatch.setenv("ST_WITNESS_ADDRESSES", "clerk@court.example, notary@bar.example")
    await terminal.sign_in("ops")
    made = await terminal.type("notary", "--json")
    assert made.code == 0, made.err
    assert made.said["fresh"]
    assert made.said["mailed"] == ["clerk@court.example", "notary@bar.example"]
    letters = [file.read_text() for file in (environment / "mailbox").rglob("*") if file.is_file()]
    assert sum(made.said["note"].splitlines()[2] in one for one in letters) == 2
    clean = await terminal.type("audit", "verify", "--log")
    assert (clean.code, "nothing is wrong" in clean.out) == (0, True), clean.out + clean.err
    asked = await terminal.type("proof", "--json")
    assert not [one for one in asked.said.get("exceptions", ()) if one["kind"] == "log"]

    await disarm(opened.store)
    entries = await read(opened.store)
    mine = next(row for row in entries if row["kind"] == "access")
    async with opened.store.database.writing() as connection:
        await connection.execute(text("delete from access where number = :number"), {"number": int(mine["subject"])})
    gone = f"entry {mine['leaf_index']}, access {mine['subject']}, row: the row is gone"
    found = await terminal.type("audit", "verify", "--log")
    assert found.code == 1
    assert found.out.startswith(gone)
    proof = await terminal.type("proof", "--json")
    assert [one["sentence"][: len(gone)] for one in proof.said["exceptions"] if one["kind"] == "log"] == [gone]

    await write(opened.store, [row for row in await read(opened.store) if row != mine])
    refused = await terminal.type("notary")
    assert (refused.code, f"entry {mine['leaf_index']}" in refused.err) == (1, True), refused.err


async def test_only_ops_and_auditors_verify(terminal: Terminal, environment: Path) -> None:
    """A nurse is told whom to ask, and a folder without checkpoints is refused."""
    await terminal.sign_in("haas")
    refused = await terminal.type("audit", "verify", "--log")
    assert (refused.code, "ask ops or an auditor" in refused.err) == (3, True)
    await terminal.sign_in("ops")
    empty = await terminal.type("audit", "verify", "--log", "--folder", str(environment))
    assert (empty.code, "holds no checkpoints" in empty.err) == (2, True)
    assert (await terminal.type("audit", "verify")).code == 2


async def test_a_protocol_is_in_the_log_from_its_first_use_on(
    terminal: Terminal, opened: Application, course: str
) -> None:
    """Its version and the hash of its file, once, however many courses run on it."""
    await terminal.sign_in("cole")
    words = ("enrol", "Ada Zweig", "1984-05-05", "depression", "--new", "--json")
    assert (await terminal.type(*words)).said["course"] != course
    [says] = [Entry.parse(line.entry).says async for line in opened.store.log.lines("protocol")]
    protocol = opened.clinic.protocols["depression"]
    file = (CLINIC_FOLDER / "protocols" / "depression.toml").read_bytes()
    assert says == {
        "kind": "protocol", "id": "depression", "version": protocol.version, "sha256": sha256(file).hexdigest(),
    }  # fmt: skip
    used = [Entry.parse(line.entry).subject async for line in opened.store.log.lines("instrument")]
    assert len(used) == len(set(used)) == len(protocol.instruments)
