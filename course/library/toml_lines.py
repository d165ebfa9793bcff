"""Line numbers for TOML, which `tomllib` does not give: where each key path of a valid document stands."""

import re

Path = tuple[str | int, ...]
"""A key path: names of tables and fields, positions in lists."""

_BLANK = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'""")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''(?:.|\n)*?'{3,5}" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\n]*")


def lines_of(text: str) -> dict[Path, int]:
    """The line (1-based) on which each key path of a valid TOML document begins."""
    return _Scan(text).document()


def line_at(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest table around it; 1 for the document."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return 1


class _Scan:
    """One pass over a document that `tomllib` has already accepted."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}

    def document(self) -> dict[Path, int]:
        table: Path = ()
        self._take(_GAP)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._take(_GAP)
        return self._lines

    def _header(self) -> Path:
        line = self._line()
        listed = self._text.startswith("[[", self._at)
        self._at += 2 if listed else 1
        keys = self._keys()
        self._at += 2 if listed else 1
        path: Path = ()
        for key in keys[:-1]:
            path = self._last((*path, key))
        path = (*path, keys[-1])
        if listed:
            self._lines.setdefault(path, line)
            self._counts[path] = self._counts.get(path, -1) + 1
            path = self._last(path)
        self._lines[path] = line
        return path

    def _last(self, path: Path) -> Path:
        return (*path, self._counts[path]) if path in self._counts else path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for key in self._keys():
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._at += 1
        self._take(_BLANK)
        self._value(path)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._take(_BLANK)
            keys.append(self._take(_KEY).strip("\"'"))
            self._take(_BLANK)
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        match self._text[self._at]:
            case "[":
                self._list(path)
            case "{":
                self._inline(path)
            case '"' | "'":
                self._take(_STRING)
            case _:
                self._take(_BARE)

    def _list(self, path: Path) -> None:
        self._at += 1
        position = 0
        while self._skips_to() != "]":
            self._lines[(*path, position)] = self._line()
            self._value((*path, position))
            position += 1
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        while self._skips_to() != "}":
            self._pair(path)
        self._at += 1

    def _skips_to(self) -> str:
        self._take(_GAP)
        if self._text[self._at] == ",":
            self._at += 1
            self._take(_GAP)
        return self._text[self._at]

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
        return found.group()

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1
