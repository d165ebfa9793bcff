"""A bundle proves one course to whoever has nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from adapters.store.log.entries import Entry
from audit.bundle.packing import packed
from audit.bundle.verify import verify
from cli.demo.still import BROWSERS
from services.errors import InputError
from services.exporting_all import export_all
from tests.support.bundles import Exported
from tests.support.paged import faults


def test_an_untouched_bundle_is_whole_and_the_same_to_the_byte(exported: Exported) -> None:
    """No false alarm; the next day makes the same bytes; whoever may not, gives no reason or comes early is told."""
    assert exported.path.read_bytes() == exported.again
    report = verify(str(exported.path))
    assert report.faults == []
    assert len([name for name in exported.files if name.startswith("archive/")]) >= 2
    assert "may not export" in exported.refused[0]
    assert "--reason" in exported.refused[1]
    assert "notary" in exported.refused[2]
    assert exported.path.stat().st_mode & 0o777 == 0o600


def test_the_bundle_verifies_itself_where_nothing_of_ours_is(exported: Exported, tmp_path: Path) -> None:
    """`verify.py` out of the bundle, with Python and `cryptography` alone: exit code 0; with another log's key, 1."""
    (tmp_path / "verify.py").write_bytes(exported.files["verify.py"])
    packages = tmp_path / "packages"
    packages.mkdir()
    for name in ("cryptography", "cffi", "_cffi_backend"):
        found = find_spec(name)
        assert found is not None
        assert found.origin is not None
        origin = Path(found.origin)
        origin = origin.parent if origin.name == "__init__.py" else origin
        (packages / origin.name).symlink_to(origin)
    alone = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_path('verify.py', run_name='__main__')"
    command = [sys.executable, "-I", "-S", "-c", alone, str(packages), str(exported.path)]
    right = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (right.returncode, right.stdout.splitlines()[-1:]) == (0, ["Nothing is wrong."]), right.stdout + right.stderr
    key = json.loads(exported.files["manifest.json"])["log"]["key"]
    other = key.replace("structured-treatments/log", "structured-treatments/lag")
    wrong = subprocess.run([*command, "--key", other], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert "the log's first key is not the one that you gave" in wrong.stdout


async def test_an_export_of_all_goes_on_where_it_was_cut_off(exported: Exported, tmp_path: Path) -> None:
    """What stands is kept; what was cut off is written again; each that was taken is on record, with its reason."""
    at, said = exported.auditor, list[str]()
    first = await export_all(at, "", tmp_path, "handing over", said.append)
    second = await export_all(at, "2027-01-01 09:00", tmp_path, "handing over", said.append)
    (made,) = first.made
    whole = made.path.read_bytes()
    assert (second.made, second.kept, second.failed) == ((), (made.path,), {})
    made.path.write_bytes(whole[:-100])
    third = await export_all(at, "", tmp_path, "handing over", said.append)
    assert (len(third.made), made.path.read_bytes()) == (1, whole)
    assert said == ["1 of 1 courses exported"] * 3
    entries = [Entry.parse(line.entry) async for line in at.app.store.log.lines("export")]
    opened = [entry.opened(at.app.ring) or {} for entry in entries]
    assert [one["sha256"] for one in opened if one.get("reason") == "handing over"] == [made.sha256] * 2
    with pytest.raises(InputError, match="--reason"):
        await export_all(at, "", tmp_path, " ", said.append)


def test_the_paper_is_tagged_and_says_what_the_record_says(exported: Exported) -> None:
    """A PDF for readers of all kinds (PDF/UA), with no moment of its making in it."""
    made = exported.files["course.pdf"]
    assert made.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in made
    assert b"/MarkInfo" in made


async def test_everybody_can_read_the_page(exported: Exported, tmp_path: Path) -> None:
    """WCAG 2.2 AA as axe sees it, on a desk and on a telephone, from a file that asks no network for anything."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no browser here: `apt-get install chromium`")
    file = tmp_path / "course.html"
    file.write_bytes(exported.files["course.html"])
    asked: list[str] = []
    async with async_playwright() as started:
        browser = await started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for width in (1280, 360):
            page = await browser.new_page(viewport={"width": width, "height": 800})
            page.on("request", lambda one: asked.append(one.url))
            await page.goto(file.as_uri())
            assert await faults(page) == []
            assert await page.get_by_role("row").count() > 40
        await browser.close()
    assert set(asked) == {file.as_uri()}


def test_the_page_on_verifying_by_hand_does_it(exported: Exported, tmp_path: Path) -> None:
    """Every command of the page, as written, on this bundle; and the first says so where a file was changed."""
    page = Path("docs/how-to/verify-by-hand.md").read_text()
    script = "set -eu\n" + "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    changed = tmp_path / "changed.zip"
    changed.write_bytes(packed({**exported.files, "course.html": b"<p>another</p>"}))
    done = []
    for number, bundle in enumerate((exported.path, changed)):
        folder = tmp_path / str(number)
        folder.mkdir()
        environment = {"PATH": os.environ["PATH"], "BUNDLE": str(bundle)}
        done.append(
            subprocess.run(
                ["sh", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
        )
    right, wrong = done
    assert right.returncode == 0, right.stdout + right.stderr
    assert right.stdout.count("Signature Verified Successfully") == 2
    assert right.stdout.splitlines()[-1] == "run: as archived"
    assert ("files: as listed" in right.stdout, "files: as listed" in wrong.stdout) == (True, False)
    assert "course.html: FAILED" in wrong.stdout
