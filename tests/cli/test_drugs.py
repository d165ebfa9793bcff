"""Controlled drugs from a terminal."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from adapters.temporal.server import EmbeddedServer, embedded_server
from adapters.wiring import Application
from tests.cli.conftest import Terminal, planned

LABEL = ("--ndc", "12345-678-90", "--lot", "A7", "--mg-per-ml", "50", "--ml", "10", "--expires", "2099-06-30")
HOME = "12 Elm Street, Albany, NY 12207"


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[EmbeddedServer]:
    """A server of this file's own: on a shared one its courses would stand on other files' lists."""
    async with embedded_server() as running:
        yield running


@dataclass(frozen=True)
class Shared:
    """Two courses, one multi-dose vial, a syringe for each."""

    vial: str
    courses: tuple[str, str]
    syringes: tuple[str, str]


@pytest.fixture(scope="module")
async def shared(terminal: Terminal, course: str) -> Shared:
    """1.4 mL drawn and given to one patient, 1 mL drawn for another, who was given 0.75 mL."""
    other = await planned(terminal, "Walpurga Vesper", "1979-02-03", "depression")
    assert (await terminal.type("address", course, HOME)).code == 0
    await terminal.sign_in("ortiz")
    vial = (await terminal.type("vial", "receive", *LABEL, "--multi-dose", "--json")).said["vial_id"]
    drawn = []
    for to, ml, given in ((course, "1.4", "1.4"), (other, "1", "0.75")):
        answered = await terminal.type("draw", vial, "--ml", ml, "--course", to, "--session", "1", "--json")
        assert answered.code == 0, answered.err
        drawn.append(answered.said["syringe_id"])
        assert (await terminal.type("give", drawn[-1], "--ml", given)).code == 0
    return Shared(vial, (course, other), (drawn[0], drawn[1]))


async def test_a_vial_shared_and_a_spill(terminal: Terminal, shared: Shared, opened: Application) -> None:
    """The witness types a passphrase, the count finds what is missing, the log tells all of it, and who looked."""
    await terminal.sign_in("ortiz")
    waste = ("waste", shared.syringes[1], "--ml", "0.25", "--witness", "lee", "--reason", "spilt on the tray")
    assert (await terminal.type(*waste, given="wrong")).code == 3
    spilt = await terminal.type(*waste, given=terminal.passphrases["lee"])
    assert spilt.out == f"wasted: 0.25 mL (12.5 mg), syringe {shared.syringes[1]} holds 0.00 mL\n"
    counted = (await terminal.type("count", shared.vial, "--ml", "7.45", "--json")).said
    found = counted["discrepancy"]
    assert (found["ml"], found["owner"]) == ("0.15", "ortiz")
    log = (await terminal.type("drug-log", "--site", "northside", "--json")).said
    told = {
        (row["patient"], row["address"], row["given_by"], row["lot"], row["given_mg"], row["wasted_ml"], row["witness"])
        for row in log["syringes"]
    }
    assert told == {
        ("Zebulon Quimby", HOME, "Sam Ortiz, RN", "A7", "70.0", "0", ""),
        ("Walpurga Vesper", "", "Sam Ortiz, RN", "A7", "37.50", "0.25", "Dr Lee"),
    }
    assert {(one["what"], one["owner"]) for one in log["discrepancies"]} == {
        ("0.15 mL (7.5 mg) of vial " + shared.vial + " are missing", "ortiz"),
        ("70 mg drawn for s1, 70 mg given; the chart has no dose", "ortiz"),
        ("50 mg drawn for s1, 37.5 mg given, 12.5 mg wasted; the chart has no dose", "ortiz"),
    }
    printed = await terminal.type("drug-log")
    assert found["discrepancy_id"] in printed.out
    rows = list(csv.DictReader(io.StringIO((await terminal.type("drug-log", "--csv")).out)))
    assert [(row["drawn_ml"], row["given_ml"], row["drug"]) for row in rows] == [
        ("1.4", "1.4", "ketamine hydrochloride"),
        ("1", "0.75", "ketamine hydrochloride"),
    ]
    assert "discrepancies open: 3, none overdue" in (await terminal.type("doctor")).out
    assert (await terminal.type("discrepancy", found["discrepancy_id"], "--reason", "dead space")).code == 0
    left = (await terminal.type("drug-log", "--json")).said["discrepancies"]
    assert found["discrepancy_id"] not in {one["discrepancy_id"] for one in left}
    for course in shared.courses:
        looks = {(one.account_id, one.what) for one in await opened.store.access.of_course(course)}
        assert {("ortiz", "drug log"), ("ortiz", "drug given")} <= looks


@pytest.mark.parametrize(
    "refused",
    [
        ("cole", ("draw", "V", "--ml", "1", "--course", "C", "--session", "1"), 3, "it takes nurse or prescriber"),
        ("cole", ("drug-log",), 3, "the role coordinator may not read about controlled drugs"),
        ("adler", ("count", "V", "--ml", "1"), 3, "the role auditor may not"),
        ("ortiz", ("draw", "v-none", "--ml", "1", "--course", "C", "--session", "1"), 1, "there is no vial"),
        ("ortiz", ("draw", "V", "--ml", "1", "--course", "C", "--session", "99"), 1, "there is no such session"),
        ("ortiz", ("draw", "V", "--ml", "1", "--course", "c-none", "--session", "1"), 1, "there is no course c-none"),
        ("ortiz", ("draw", "V", "--ml", "900", "--course", "C", "--session", "1"), 1, "draw no more, or count it"),
        ("ortiz", ("draw", "V", "--ml", "0.0001", "--course", "C", "--session", "1"), 1, "at most 3 decimals"),
        ("ortiz", ("give", "Y", "--ml", "-1"), 1, "more than 0"),
        ("ortiz", ("give", "Y", "--ml", "NaN"), 2, "finite number"),
        ("ortiz", ("give", "Y", "--ml", "much"), 2, "that is no number"),
        ("ortiz", ("give", "Y", "--ml", "1", "--at", "+2h"), 1, "cannot lie in the future"),
        ("ortiz", ("give", "Y", "--ml", "1", "--request-id", "x"), 2, "--request-id is 8 to 64"),
        ("ortiz", ("waste", "Y", "--ml", "1", "--witness", "ortiz"), 1, "a witness is never who gives"),
        ("ortiz", ("waste", "Y", "--ml", "1", "--witness", "nobody"), 3, "Account or passphrase is wrong"),
        ("ortiz", ("vial", "discard", "V", "--ml", "1"), 1, "name a witness"),
        ("ortiz", ("vial", "open", "V"), 1, "was opened before"),
        ("ortiz", ("vial", "receive", *LABEL[:-1], "soon"), 2, "--expires is a date"),
        ("ortiz", ("vial", "receive", *LABEL[:-1], "2020-01-01"), 1, "expired on 2020-01-01"),
        ("ortiz", ("discrepancy", "d-none", "--reason", "x"), 1, "There is no open discrepancy"),
        ("ortiz", ("drug-log", "--from", "2026-11-02", "--to", "2026-11-01"), 2, "swap them"),
        ("ops", ("address", "C", "1 Elm Street"), 3, "it takes the front desk"),
    ],
    ids=lambda refused: " ".join(refused[1])[:40],
)
async def test_what_is_refused_is_one_sentence_and_no_entry(
    terminal: Terminal, shared: Shared, opened: Application, refused: tuple[str, tuple[str, ...], int, str]
) -> None:
    """The sentence says what would be right; the ledger stays as it was."""
    who, words, code, sentence = refused
    await terminal.sign_in(who)
    before = await opened.store.drug_log.syringes(), await opened.store.drug_log.vials()
    meant = {"V": shared.vial, "C": shared.courses[0], "Y": shared.syringes[0]}
    answered = await terminal.type(*(meant.get(word, word) for word in words), given="wrong")
    assert answered.code == code, answered.err
    assert sentence in answered.err
    assert len(answered.err.strip().splitlines()) == 1
    assert (await opened.store.drug_log.syringes(), await opened.store.drug_log.vials()) == before


async def test_stock_is_listed_until_it_is_discarded(terminal: Terminal) -> None:
    """A vial that is empty on paper and in the hand goes without a witness; the list shows it only when asked."""
    await terminal.sign_in("haas")
    vial = (await terminal.type("vial", "receive", *LABEL, "--request-id", "receive-1", "--json")).said
    again = (await terminal.type("vial", "receive", *LABEL, "--request-id", "receive-1", "--json")).said
    assert (vial["site"], again["vial_id"]) == ("westside", vial["vial_id"])
    assert vial["vial_id"] in (await terminal.type("vial", "list", "--site", "westside")).out
    gone = await terminal.type(
        "vial", "discard", vial["vial_id"], "--ml", "10", "--witness", "lee", given=terminal.passphrases["lee"]
    )
    assert gone.code == 0, gone.err
    assert (await terminal.type("vial", "list", "--site", "westside", "--json")).said == []
    every = (await terminal.type("vial", "list", "--site", "westside", "--every", "--json")).said
    assert every[0]["ml"]["discarded"] == "10"


async def test_chart_and_ledger_agree_or_somebody_owns_the_difference(terminal: Terminal, opened: Application) -> None:
    """Charted and not drawn, then another amount, then the same: `drug-log`, `doctor` and `proof` say what is so."""
    course = await planned(terminal, "Philippa Stone", "1971-01-02", "depression")
    await terminal.sign_in("ortiz")

    async def shown() -> tuple[list[str], str, list[str]]:
        log = (await terminal.type("drug-log", "--json")).said["discrepancies"]
        doctor = (await terminal.type("doctor")).out
        proof = (await terminal.type("proof", "--json")).said
        mine = [one for one in log if one.get("course_id") == course]
        wrong = [one for one in proof.get("exceptions", []) if one["subject"] == course]
        owned = [one["sentence"] for one in wrong if one["kind"] == "drugs"]
        return [f"{one['what']}: {one['owner']}" for one in mine], doctor, owned

    charted = ("session", course, "1", "--mg", "1", "--started", "now", "--minutes", "1", "--weight-kg", "70")
    noted = await terminal.type(*charted)
    nothing = "the chart says 1 mg given in s1, no vial was drawn for it"
    assert f"note: {nothing}" in noted.out
    log, doctor, proof = await shown()
    assert log == [f"{nothing}: ortiz"]
    assert f"(ortiz): {nothing}" in doctor
    assert [one.partition(": ")[0] for one in proof] == [nothing]

    vial = (await terminal.type("vial", "receive", *LABEL, "--json")).said["vial_id"]
    drawing = ("draw", vial, "--ml", "0.02", "--course", course, "--session", "1", "--json")
    syringe = (await terminal.type(*drawing)).said["syringe_id"]
    await terminal.type("give", syringe, "--ml", "0.01")
    waste = ("waste", syringe, "--ml", "0.01", "--witness", "lee")
    wasted = await terminal.type(*waste, given=terminal.passphrases["lee"])
    other = "the chart says 1 mg given in s1, the ledger 0.5 mg given and 0.5 mg wasted"
    assert f"note: {other}" in wasted.out
    log, doctor, proof = await shown()
    assert log == [f"{other}: ortiz"]
    assert other in doctor
    assert [one.partition(": ")[0] for one in proof] == [other]

    put_right = ("correct", course, "s1", "--mg", "0.5", "--reason", "typed 1, the syringe says 0.5", "--second", "lee")
    answered = await terminal.type(*put_right, given=terminal.passphrases["lee"])
    assert answered.code == 0, answered.err
    log, doctor, proof = await shown()
    assert (log, proof) == ([], [])
    assert other not in doctor
    (was,) = await opened.store.chart.of_course(course)
    assert (was.resolution, was.owner, was.due - was.found_at) == (
        "chart and ledger agree since", "ortiz", timedelta(hours=24)
    )  # fmt: skip


async def test_nobody_is_dosed_twice_a_day(terminal: Terminal, opened: Application) -> None:
    """Dosed on one course, the patient is not checked in on another; a prescriber's reason goes past it."""
    first = await planned(terminal, "Ottoline Marsh", "1970-01-02", "depression")
    row = await opened.store.directory.course(first)
    assert row is not None
    beside = (
        "enrol",
        "Ottoline Marsh",
        "1970-01-02",
        "crps",
        "--patient",
        row.patient_id,
        "--beside",
        "--reason",
        "pain too",
    )
    second = (await terminal.type(*beside, "--json")).said["course"]
    checked = ("check-in", second, "1", "--weight-kg", "70", "--bp", "120/80")
    assert "this course is in intake" in (await terminal.type(*checked)).err
    given = ("session", first, "1", "--mg", "1", "--started", "now", "--minutes", "1", "--weight-kg", "70")
    answered = await terminal.type(*given)
    assert answered.code == 0, answered.err
    refused = await terminal.type(*checked)
    assert refused.err == (
        f"refused: the patient was dosed today on course {first} at northside: a prescriber may go on, with --reason\n"
    )
    assert "this course is in intake" in (await terminal.type(*checked, "--reason", "agreed with anaesthesia")).err
