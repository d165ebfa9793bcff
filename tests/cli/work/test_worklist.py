"""What staff read: the worklist in words, a course that begins with what is to be done, tables that cut nothing."""

import pytest

from cli.output import table
from tests.cli.conftest import Terminal, planned


def glued(text: str) -> str:
    """A text without its white space: where lines are broken does not count."""
    return "".join(text.split())


async def intake(terminal: Terminal, name: str, item_nine: int) -> str:
    """A course whose intake answers are in, with a PHQ-9."""
    await terminal.sign_in("cole")
    course: str = (await terminal.type("enrol", name, "1980-01-02", "depression", "--new", "--json")).said["course"]
    await terminal.sign_in("lee")
    measure = ("measure", course, "phq9", "--answers", f"2,2,2,2,2,2,2,2,{item_nine}")
    assert (await terminal.type(*measure)).code == 0
    return course


async def test_an_urgent_escalation_stands_first(terminal: Terminal, course: str) -> None:
    """What is due sooner stands below an urgent escalation; a row says who does what; `needs --site` is that site's."""
    await terminal.sign_in("ortiz")
    charted = ("session", course, "1", "--mg", "1", "--started", "now", "--minutes", "1", "--weight-kg", "70")
    assert (await terminal.type(*charted, "--bp", "230/130 120 97")).code == 0
    escalated = await intake(terminal, "Urgent Ursula", 3)
    rows = (await terminal.type("needs", "--site", "northside", "--json")).said
    sooner = next(row["need_due"] for row in rows if row["course_id"] == course)
    assert rows[0]["course_id"] == escalated
    assert sooner < rows[0]["need_due"]
    printed = (await terminal.type("needs", "--site", "northside")).out
    assert "URGENT prescriber: see to the escalation" in printed
    assert (await terminal.type("needs", "--site", "westside")).out.startswith("Nothing waits")
    assert (await terminal.type("needs", "--site", "bogus")).code == 2


async def test_clearance_is_a_row_only_once_it_can_be_signed(terminal: Terminal) -> None:
    """Until then the row is what is missing; what `clear` says against it is what the row says."""
    await terminal.sign_in("cole")
    enrolled = ("enrol", "Clara Cleared", "1980-01-02", "depression", "--new", "--json")
    course = (await terminal.type(*enrolled)).said["course"]
    await terminal.sign_in("lee")
    record = (await terminal.type("show", course, "--json")).said
    gates = [one for one in record["protocol"]["gates"] if not one.get("optional") and not one.get("analytes")]
    no = {"absolute", "relative", "flag"}
    for answer, ids in (
        ("no", [gate["id"] for gate in gates if gate["kind"] in no]),
        ("yes", [gate["id"] for gate in gates if gate["kind"] not in no]),
    ):
        assert (await terminal.type("gate", course, ",".join(ids), answer, "--detail", "as told")).code == 0
    panel = ("ALT=22/40U/L", "AST=22/40U/L", "ALP=22/40U/L", "GGT=22/40U/L", "bilirubin=0.6/1.2mg/dL")
    assert (await terminal.type("lab", course, "liver-panel", *panel, "--drawn", "now")).code == 0
    refused = (await terminal.type("clear", course)).err
    shown = (await terminal.type("show", course)).out
    assert "sign clearance" not in shown
    missing = refused.removeprefix("refused: not cleared: ").strip().split(";")[0]
    assert glued(f"nurse: before clearance: {missing}")[:60] in glued(shown)
    assert (await terminal.type("measure", course, "phq9", "--answers", "2,2,2,2,2,2,2,2,0")).code == 0
    assert (await terminal.type("measure", course, "audit_c", "--answers", "0,0,0")).code == 0
    out = (await terminal.type("show", course)).out
    assert "nurse: before clearance: urinary has no baseline" in out
    assert "sign clearance" not in out
    for words in (("check", course, "urinary", "no"), ("check", course, "cognition", "no")):
        assert (await terminal.type(*words)).code == 0
    assert (await terminal.type("medicine", course, "none", "--at-intake")).code == 0
    assert "prescriber: intake answered: sign clearance" in (await terminal.type("show", course)).out
    assert (await terminal.type("clear", course)).code == 0


async def test_a_course_begins_with_what_comes_next(terminal: Terminal) -> None:
    """Owner, order and how the patient is reached stand above the past, and what comes before all tables of it."""
    person = ("Nessa Next", "1979-02-03", "depression", "--phone", "+12125550147", "--sms-consent")
    course = await planned(terminal, *person)
    out = (await terminal.type("show", course)).out
    assert "Order: 0.5 mg/kg over 40 min" in out
    assert "Reached by: +12125550147; language en; letters by text message" in out
    order = [
        out.index(word) for word in ("Answers for it: ", "Order: ", "Reached by: ", "Comes next", "Sessions", "Page")
    ]
    assert order == sorted(order)


@pytest.mark.parametrize("columns", ["80", "50", "200"])
async def test_a_narrow_page_cuts_nothing(
    terminal: Terminal, course: str, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 80 columns and less every word of a timeline stands in it, and no line is longer."""
    monkeypatch.setenv("COLUMNS", columns)
    await terminal.sign_in("lee")
    lines = (await terminal.type("timeline", course, "--json")).said
    printed = (await terminal.type("timeline", course)).out
    assert max(len(line) for line in printed.splitlines()) <= int(columns)
    for line in lines:
        words = f"{line['who']} {line['what']} {line['why']} {line['run']}.{line['event']}".split()
        assert [word for word in words if len(word) <= 16 and word not in printed] == []
        assert columns != "50" or glued(line["what"]) in glued(printed)


def test_a_table_as_wide_as_its_page_stays_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An id is never folded while the page is wide enough for it."""
    monkeypatch.setenv("COLUMNS", "60")
    table(("course", "what"), [("c-abcdefghijkl", "a long tale of what has happened to somebody, told in full")])
    out = capsys.readouterr().out
    assert out.split()[0:2] == ["course", "what"]
    assert "c-abcdefghijkl" in out
    assert "…" not in out
