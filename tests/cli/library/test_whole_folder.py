"""`protocols check` reads every file of a clinic folder, and names what is wrong with its file and line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.app import main
from tests.support.records import CLINIC_FOLDER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clinic folder of one's own."""
    return Path(shutil.copytree(CLINIC_FOLDER, tmp_path / "clinic"))


def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code, and what was said."""
    code = main(["protocols", "check", "--folder", str(folder)])
    value = capsys.readouterr()
    return code, value.out + value.err


def test_texts_and_staff_are_read_beside_a_broken_protocol(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each mistake of each kind of file is one line, all at once; the folder as it ships is sound."""
    code, said = check(folder, capsys)
    assert (code, "texts in en" in said, "accounts are sound" in said) == (0, True, True)
    change(folder / "texts" / "en.toml", lambda text: f"{text}\nthis is no TOML\n")
    change(folder / "staff.toml", lambda text: text.replace('"coordinator"', '"cordinator"', 1))
    change(folder / "protocols" / "ptsd.toml", lambda text: text.replace('id = "ptsd"', 'idd = "ptsd"', 1))
    change(folder / "scenarios" / "moved-visit.toml", lambda text: f"nonsense = 1\n{text}")
    code, said = check(folder, capsys)
    assert code == 1
    lines = said.splitlines()
    assert any(line.startswith("texts/en.toml line ") and "this is not TOML" in line for line in lines)
    assert any(line.startswith("staff.toml line ") and "cordinator" in line for line in lines)
    assert any(line.startswith("protocols/ptsd.toml line ") for line in lines)


def test_a_scenario_and_a_site_are_read_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A scenario with a field that it does not know; somebody who works where no site is."""
    change(folder / "scenarios" / "moved-visit.toml", lambda text: f"nonsense = 1\n{text}")
    code, said = check(folder, capsys)
    assert (code, "scenarios/moved-visit.toml line 1:" in said) == (1, True)
    change(folder / "staff.toml", lambda text: text.replace('language = "en"', 'language = "fr"', 1))
    code, said = check(folder, capsys)
    assert (code, "a language is one that the clinic writes: en, es" in said) == (1, True)
    change(folder / "staff.toml", lambda text: text.replace('site = "northside"', 'site = "nowhere"', 1))
    code, said = check(folder, capsys)
    assert (code, 'clinic.toml has no site "nowhere"' in said) == (1, True)


def test_one_mistake_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with a protocol says nothing of the texts; a folder that is not there is named, `~` and all."""
    change(folder / "protocols" / "ptsd.toml", lambda text: text.replace('"pcl5"', '"pcl6"'))
    shutil.rmtree(folder / "scenarios")
    code, said = check(folder, capsys)
    assert (code, {line.split()[0] for line in said.splitlines()}) == (1, {"protocols/ptsd.toml"})
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("ST_CLINIC_FOLDER", "~/elsewhere")
    assert main(["protocols", "check"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"{folder.parent}/elsewhere: there is no such folder: ST_CLINIC_FOLDER names the clinic's own"


def test_a_byte_order_mark_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Some editors write one; the files say the same with it."""
    for name in ("clinic.toml", "staff.toml", "texts/en.toml", "protocols/ptsd.toml", "scenarios/moved-visit.toml"):
        path = folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    code, said = check(folder, capsys)
    assert code == 0, said


def change(path: Path, how: Callable[[str], str]) -> None:
    """Write a file anew, which must differ."""
    before = path.read_text()
    after = how(before)
    assert after != before
    path.write_text(after)
