"""What an auditor finds, and that each look, refusal and review is an entry."""

import json
from datetime import timedelta

import pytest

from adapters.store.log.entries import Entry
from adapters.wiring import Application
from tests.cli.conftest import Terminal
from tests.support.tampering import disarm, read, write


async def test_entries_and_acts_are_found_by_whom_and_what(
    terminal: Terminal, opened: Application, course: str
) -> None:
    """By person, kind, act, course, patient and site; no name of a patient is shown, and nobody else may search."""
    row = await opened.store.directory.course(course)
    assert row is not None
    await terminal.sign_in("adler")
    acts = await terminal.type("audit", "search", "--act", "clear", "--json")
    assert acts.code == 0, acts.err
    (clear,) = acts.said["hits"]
    assert (clear["people"], clear["course"], clear["index"]) == (["lee"], course, None)
    assert (clear["patient"], clear["site"], clear["what"]) == (row.patient_id, row.site, "clear")
    assert clear["event"] > 0

    async def found(*words: str) -> list[tuple[str, str]]:
        answered = await terminal.type("audit", "search", *words, "--json")
        assert answered.code == 0, answered.err
        assert "Quimby" not in answered.out
        return [(one["kind"], one["subject"]) for one in answered.said["hits"]]

    assert ("courses", course) in await found("--patient", row.patient_id, "--site", row.site)
    assert ("courses", course) not in await found("--site", "westside")
    assert {kind for kind, _ in await found("--person", "cole")} >= {"access", "signing_keys", "staff"}
    assert {kind for kind, _ in await found("--person", "lee", "--kind", "access")} == {"access"}
    assert await found("--to", "2020-01-01 00:00") == []
    assert len(await found("--course", course, "--kind", "act")) > len(await found("--act", "clear"))

    for words, right in (
        (("--kind", "lies"), "there is no kind lies: act, access,"),
        (("--act", "fly"), "there is no act fly: "),
        (("--person", "nobody"), "there is no account nobody: `starter.py staff list`"),
        (("--patient", "p-none"), "there is no patient of this number"),
        (("--from", "2026-11-02 00:00", "--to", "2026-11-01 00:00"), "swap them"),
    ):
        refused = await terminal.type("audit", "search", *words)
        assert refused.code == 2
        assert right in refused.err
        assert len(refused.err.splitlines()) == 1


async def test_who_looked_at_a_patient_and_who_was_refused(
    terminal: Terminal, opened: Application, course: str
) -> None:
    """Looks, acts and refusals, the auditor's own look too; a refused auditor's command is on record as refused."""
    row = await opened.store.directory.course(course)
    assert row is not None
    await terminal.sign_in("ortiz")
    assert (await terminal.type("show", course)).code == 0
    assert (await terminal.type("clear", course)).code == 3
    refused = await terminal.type("audit", "access", row.patient_id)
    assert (refused.code, "ask an auditor" in refused.err) == (3, True), refused.err
    await terminal.sign_in("adler")
    answered = await terminal.type("audit", "access", row.patient_id, "--json")
    looks = {(one["account"], one["what"], one["refused"]) for one in answered.said["looks"]}
    assert {("ortiz", "show", False), ("ortiz", "clear", True), ("adler", "audit access", False)} <= looks
    assert {one["course"] for one in answered.said["looks"]} == {course}
    assert ("ortiz", "audit access", True) in looks
    assert answered.said == {
        **(await terminal.type("audit", "access", course, "--json")).said,
        **{name: answered.said[name] for name in ("looks", "unreviewed_since")},
    }


async def test_it_reads_at_eighty_columns(terminal: Terminal, course: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is wider than a terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    await terminal.sign_in("adler")
    for words in (("search", "--course", course), ("access", course), ("review",)):
        printed = await terminal.type("audit", *words)
        assert printed.code == 0, printed.err
        assert max(len(line) for line in printed.out.splitlines()) <= 80


async def test_a_review_is_an_entry_that_is_signed_and_cannot_go(terminal: Terminal, opened: Application) -> None:
    """What is reviewed leaves the list of what is not; a removed, forged or reassigned review is named."""
    await terminal.sign_in("adler")
    before = (await terminal.type("audit", "review", "--json")).said
    assert (before["reviews"], len(before["unreviewed"])) == ([], 1)
    words = ("audit", "review", "--to", "now", "--note", "Quimby was looked at too often", "--json")
    for _ in range(2):
        assert (await terminal.type(*words)).code == 0
    done = await terminal.type(*words)
    assert done.code == 0, done.err
    assert [one["number"] for one in done.said["reviews"]] == [1, 2, 3]
    assert not any(one["wrong"] for one in done.said["reviews"])
    assert done.said["reviews"][0]["since"] == before["unreviewed"][0]["since"]
    assert done.said["reviews"][1]["since"] == done.said["reviews"][0]["until"]
    assert done.said["unreviewed"] == []
    later = await terminal.type("audit", "review", "--to", "2099-01-01 00:00")
    assert (later.code, "cannot lie in the future" in later.err) == (2, True)
    rows = await read(opened.store)
    mine = [row for row in rows if row["kind"] == "review"]
    assert len(mine) == 3
    assert not any("Quimby" in row["entry"] for row in mine)
    assert (await terminal.type("audit", "verify", "--log")).code == 0

    await disarm(opened.store)

    async def named(*changed: dict[str, object]) -> str:
        kept = {row["leaf_index"]: row for row in rows} | {row["leaf_index"]: row for row in changed}
        await write(opened.store, [row for row in kept.values() if row["entry"]])
        try:
            return (await terminal.type("audit", "verify", "--log")).out
        finally:
            fresh = [row for row in await read(opened.store) if row["leaf_index"] not in kept]
            rows.extend(fresh)
            await write(opened.store, rows)

    assert "review 2, number: this review is missing" in await named({**mine[1], "entry": ""})
    entry = json.loads(mine[1]["entry"])
    entry["says"]["since"] = (Entry.parse(mine[1]["entry"]).recorded_at - timedelta(days=9)).isoformat()
    forged = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert "review 2, signature: the signature is not of this review" in await named({**mine[1], "entry": forged})
    entry["says"]["account_id"] = "ops"
    other = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert "review 2, signature: the log has no key of ops" in await named({**mine[1], "entry": other})
    looked = json.loads(rows[0]["entry"])
    looked["recorded_at"] = "2020-01-01T00:00:00.000000Z"
    changed = json.dumps(looked, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert "review 3, root: the log that was reviewed is not this one" in await named({**rows[0], "entry": changed})
