"""Which Pythons: pyproject.toml says it, README and `make` say the same."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def allowed() -> tuple[int, int]:
    """The oldest and the newest minor version that pyproject.toml allows."""
    value = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    found = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", value)
    assert found, value
    return int(found[1]), int(found[2]) - 1


def test_readme_names_the_pythons_that_pyproject_allows() -> None:
    """The range in README is the one in pyproject.toml."""
    assert re.findall(r"Python 3\.(\d+) to 3\.(\d+)", (ROOT / "README.md").read_text()) == [
        tuple(str(one) for one in allowed())
    ]


@pytest.mark.parametrize("off", [-1, 1])
def test_make_refuses_a_python_outside_them(tmp_path: Path, off: int) -> None:
    """One version too old or too new is refused in a sentence that names the range."""
    oldest, newest = allowed()
    minor = oldest - 1 if off < 0 else newest + 1
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    other = tmp_path / "other-python"
    claims = f"import sys; sys.version_info = (3, {minor}, 0); exec(sys.argv[1])"
    other.write_text(f"""#!/bin/sh
[ "$1" = --version ] && echo "Python 3.{minor}.0" && exit
exec {sys.executable} -c '{claims}' "$2"
""")
    other.chmod(0o755)
    made = subprocess.run(
        ["make", "env", f"PYTHON={other}"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert made.returncode != 0
    assert f"needs Python 3.{oldest} to 3.{newest}, but {other} is 'Python 3.{minor}.0'" in made.stderr
