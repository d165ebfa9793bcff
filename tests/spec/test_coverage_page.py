"""The page that says what proves each clinical rule names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "clinical-coverage.md"


def test_every_test_that_the_page_names_exists() -> None:
    """No rule is said to be proved by a test that was renamed or removed."""
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text()))
    assert len(named) > 100
    written = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    missing = {name for name in named if f"def {name}(" not in written and f"\n{name} = " not in written}
    assert missing == set()
