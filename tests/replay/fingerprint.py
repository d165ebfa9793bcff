"""Fingerprints of the rules that running courses replay against."""

import ast
import json
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASELINE = Path(__file__).parent / "fingerprints.json"
RULES = ("course", "workflows")


def fingerprints() -> dict[str, str]:
    """One short hash a file of rules, of its code without comments, docstrings and layout."""
    files = sorted(path for folder in RULES for path in (ROOT / folder).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): _fingerprint(path.read_text()) for path in files}


def _fingerprint(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [one for one in node.body if not _is_text(one)] or [ast.Pass()]
    return sha256(ast.dump(tree).encode()).hexdigest()[:16]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def committed() -> dict[str, str]:
    """The fingerprints under which the committed histories were recorded."""
    found: dict[str, str] = json.loads(BASELINE.read_text())
    return found


def commit() -> None:
    """Take today's rules as the baseline."""
    BASELINE.write_text(json.dumps(fingerprints(), indent=2) + "\n")
