"""How-to pages, followed to the letter: their files are written, their lines changed, their commands typed."""

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"# (~/\S+?)(: change these lines|: add at the end)?")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    kind: str
    text: str

    @property
    def commands(self) -> list[list[str]]:
        """What a `sh` block has people type, a program and its words each."""
        return [shlex.split(line, comments=True) for line in self.text.splitlines() if line.strip()]

    @property
    def settings(self) -> dict[str, str]:
        """What an `ini` block puts into .env."""
        lines = (line for line in self.text.splitlines() if "=" in line)
        return {name: value for name, _, value in (line.partition("=") for line in lines)}


def blocks(page: str) -> list[Block]:
    """Every fenced block of docs/PAGE.md, in order."""
    return [Block(*found) for found in _BLOCK.findall((ROOT / "docs" / f"{page}.md").read_text())]


def place(block: Block, home: Path) -> Path:
    """Do with a file what the block's first line says; returns the file."""
    first, _, rest = block.text.partition("\n")
    named = _NAMED.fullmatch(first)
    assert named, f"the block does not say which file it is: {first}"
    path = home / named[1].removeprefix("~/")
    match named[2]:
        case None:
            path.write_text(rest)
        case ": add at the end":
            path.write_text(f"{path.read_text().rstrip()}\n\n{rest}".replace("\n\nharbour = ", "\nharbour = "))
        case _:
            path.write_text(changed(path.read_text(), rest))
    return path


def changed(text: str, lines: str) -> str:
    """A TOML file in which the keys that `lines` gives have those values; a key that is not there is an error."""
    wanted = {(table, key): value for table, key, value in _values(lines) if key}
    out = [wanted.pop((table, key), value) if key else value for table, key, value in _values(text)]
    assert not wanted, f"the file has no {sorted(wanted)}"
    return "".join(out)


def _values(text: str) -> Iterator[tuple[str, str, str]]:
    """Each value with its table and key, and each other line as it stands, in order."""
    table, held, key = "", "", ""
    for line in text.splitlines(keepends=True):
        if not held and line.startswith("["):
            table = line.strip()
        found = re.match(r"([a-z_0-9]+) = ", line) if not held else None
        if found is None and not held:
            yield table, "", line
            continue
        key, held = (found[1] if found else key), held + line
        if _is_whole(held):
            yield table, key, held
            held = ""
    assert not held, held


def _is_whole(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def shell(words: list[str], home: Path) -> None:
    """Run a command of the system with `~` as the home folder."""
    environment: Mapping[str, str] = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    line = " ".join(word if word.startswith("~") else shlex.quote(word) for word in words)
    subprocess.run(["sh", "-c", line], cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60)
