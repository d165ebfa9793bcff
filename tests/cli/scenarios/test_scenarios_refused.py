"""Files that cannot be meant: one sentence with its line, or the step that never happened; each says it in its head."""

import io
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from cli.app import main

REFUSED = sorted((Path(__file__).parent / "refused").glob("*.toml"))


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_file_comes_to_what_its_head_says(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code and the sentence; never a traceback."""
    head = re.match(r"# exit (\d): (.+)", path.read_text())
    assert head is not None
    monkeypatch.setenv("ST_DATA_FOLDER", str(tmp_path / "var"))
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["simulate", str(path)])
    printed = out.getvalue() + err.getvalue()
    assert (code, head[2] in printed, "Traceback" in printed) == (int(head[1]), True, False), printed
