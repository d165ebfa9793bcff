"""The clinic's library at the command line: protocols compared, instruments scored, the reference page."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.app import main
from cli.docs import SHIPPED
from cli.reference import clinical
from course.model.protocol.protocol import Protocol
from services.comparing import Difference, differences
from tests.support.records import CLINIC_FOLDER, DEPRESSION, clinic

EVERY = sorted(clinic().protocols.values(), key=lambda one: one.id)


@given(st.sampled_from(EVERY), st.sampled_from(EVERY))
def test_a_difference_has_two_sides(one: Protocol, other: Protocol) -> None:
    """What differs one way differs the other way round; a protocol differs from itself in nothing."""
    there = {(each.field, each.one, each.other) for each in differences(one, other)}
    back = {(each.field, each.other, each.one) for each in differences(other, one)}
    assert there == back
    assert (there == set()) == (one.id == other.id)


def test_one_changed_value_is_one_difference() -> None:
    """A changed number and a gate's changed text are two lines, each by its path; the checksum is none."""
    gates = tuple(gate.with_(text="Fits") if gate.id == "seizures" else gate for gate in DEPRESSION.gates)
    changed = DEPRESSION.with_(
        induction=DEPRESSION.induction.with_(gap_days_max=6, weekdays=(0, 3)), gates=gates, sha256="other"
    )
    assert differences(DEPRESSION, changed) == (
        Difference("induction.weekdays", "0, 2, 4", "0, 3"),
        Difference("induction.gap_days_max", "7", "6"),
        Difference("gates[seizures].text", "Seizures", "Fits"),
    )


def test_a_file_is_compared_and_its_mistakes_have_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An edited copy is compared; one with a mistake is refused with the line, a name that leads nowhere by name."""
    text = (CLINIC_FOLDER / "protocols" / "ptsd.toml").read_text()
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace("lapse_days = 7 ", "lapse_days = 9 "))
    assert main(["protocols", "diff", "ptsd", str(mine), "--json"]) == 0
    assert '"maintenance.lapse_days"' in capsys.readouterr().out
    mine.write_text(text.replace("lapse_days = 7 ", "lapse_days = 0 "))
    assert main(["protocols", "diff", "ptsd", str(mine)]) == 1
    line = text[: text.index("lapse_days")].count("\n") + 1
    assert f'mine.toml line {line}: "lapse_days" is at least 1, not 0' in capsys.readouterr().err
    assert main(["protocols", "diff", "ptsd", "nowhere.toml"]) == 2
    assert "neither a protocol" in capsys.readouterr().err


def test_clusters_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The PCL-5 is read with its clusters, MADRS from its total and item 10."""
    assert main(["score", "pcl5", "--answers", ",".join("2" * 20)]) == 0
    assert capsys.readouterr().out.strip() == (
        "40 (probable PTSD); B intrusion 10, C avoidance 4, D cognition and mood 14, E arousal and reactivity 12; "
        "DSM-5 symptom pattern met"
    )
    assert main(["score", "madrs", "--answers", "2", "--total", "31"]) == 0
    assert capsys.readouterr().out.strip() == "31 (moderate), item 10 positive"


def test_the_reference_page_holds_every_value_with_its_source() -> None:
    """Each protocol and instrument, no value without a source, both faults of the clinic's page."""
    page = clinical.page(CLINIC_FOLDER)
    for protocol in EVERY:
        assert f"## {protocol.title}\n" in page
    for name in clinic().instruments:
        assert f"| `{name}`" in page
    by_value = page[page.index(f"## {EVERY[0].title}") :]
    valued = [
        line.split(" | ")
        for line in by_value.split("\n")
        if line.startswith("| ") and not line.startswith("| `") and "." in line.split(" | ")[0]
    ]
    assert len(valued) > 7 * 40
    assert [cells[0] for cells in valued if cells[3].strip(" |") in {"", "default"}] == []
    assert "Shiroma, Johns, Kuskowski, Wels, Thuras, Albott and Lim" in page
    assert 'It cites "aan het Rot 2012" for six infusions. That is a review' in page


def test_the_reference_begins_with_a_page_to_sign() -> None:
    """It says how the arms differ, every default that holds in all, and has a line to sign; gates of all stand once."""
    page = clinical.page(CLINIC_FOLDER)
    first, _, rest = page.partition("Medical director: ___")
    assert first.index("## To be signed") < page.index("## Two faults of the clinic's page")
    assert all(one.short in first for one in EVERY)
    assert "| dose.amount | 0.5 mg/kg [set] |" in first
    assert "systolic_refuse 160 mmHg" in first
    assert not set(first.split()) & {"undefined", "None"}
    assert rest.count("| `heart` |") == 1


def test_every_work_that_a_file_cites_is_given_in_full() -> None:
    """A reference has its title, where it stands and how to find it; those of instruments stand on the page too."""
    page = clinical.page(CLINIC_FOLDER)
    for kind in ("protocols", "instruments"):
        for path in sorted((CLINIC_FOLDER / kind).glob("*.toml")):
            text = path.read_text()
            sources = tomllib.loads(text)["sources"]
            for name in set(re.findall(r"[A-Z][\wÜü]+ (?:19|20)\d\d\b", re.sub(r'"[^"]*"', "", text))):
                assert name in sources, f"{path.name} cites {name}"
            for name, reference in sources.items():
                assert f"- {name}: {reference}" in page
                if re.fullmatch(r"[^\d]+ (?:19|20)\d\db?", name) and not name.startswith("TranslPsychiatry"):
                    assert re.search(r"\. .+\. .*(?:\d+:\w+|online|Geneva|National Center)", reference), name


def test_a_clinic_adds_a_protocol_and_an_instrument_and_the_reference_stays(tmp_path: Path) -> None:
    """The page of what ships is the same with a clinic's own files beside them; its own page names them."""
    mine = tmp_path / "clinic"
    shutil.copytree(CLINIC_FOLDER, mine)
    before = clinical.page(mine, SHIPPED)
    for kind, name in (("protocols", "depression"), ("instruments", "gad7")):
        text = (mine / kind / f"{name}.toml").read_text()
        (mine / kind / "mine.toml").write_text(re.sub(f'^id = "{name}"', 'id = "mine"', text, flags=re.MULTILINE))
    assert clinical.page(mine, SHIPPED) == before
    assert clinical.page(mine).count("`mine`") >= 2
    assert set(clinic().protocols) | set(clinic().instruments) >= SHIPPED
