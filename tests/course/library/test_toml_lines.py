"""Where things stand in a TOML file."""

import tomllib
from collections.abc import Mapping
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from course.library.toml_lines import Path, line_at, lines_of

KEYS = st.sampled_from(["a", "b-2", '"q.r"', "'s t'", "c_c"])
NOISE = st.sampled_from(["", "# [x] = \"{'", "   ", '# """', "\t"])
STRINGS = ['"# ]}, = [x]"', "'{['", '"""\n[t]\n#"""', "'''\n] = '\n'''", r'"\"#"', '"""a\\\n  b""""']

TREES = st.recursive(
    st.sampled_from(["number", *STRINGS]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


class Writer:
    """Writes a tree as TOML in a drawn layout; every number is another one, so a line betrays which value it holds."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.numbers = count(1000)
        self.lines: list[str] = []

    def noise(self) -> None:
        """Blank lines and comments that look like tables."""
        self.lines += self.draw(st.lists(NOISE, max_size=2))

    def value(self, tree: object, *, one_line: bool = False) -> str:
        """A value; lists may go over several lines, inline tables may not."""
        if isinstance(tree, list):
            apart = ", " if one_line else self.draw(st.sampled_from([", ", ",\n  ", ", # ]\n\n  "]))
            inner = apart.join(self.value(one, one_line=one_line) for one in tree)
            return f"[{'' if one_line or not tree else self.draw(st.sampled_from(['', chr(10)]))}{inner}]"
        if isinstance(tree, dict):
            pairs = (f"{key} = {self.value(one, one_line=True)}" for key, one in tree.items())
            return "{ " + ", ".join(pairs) + " }"
        return str(next(self.numbers)) if tree == "number" else str(tree)

    def table(self, header: str, tree: Mapping[str, object]) -> None:
        """A table with its pairs."""
        self.noise()
        if header:
            self.lines.append(f"{header}  # [[no]]")
        for key, one in tree.items():
            self.noise()
            self.lines.append(f"{key} = {self.value(one)} # end")


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A valid document: pairs, tables, lists of tables with a table below."""
    writer = Writer(draw)
    pairs = st.dictionaries(KEYS, TREES, max_size=3)
    writer.table("", draw(pairs))
    for number in range(draw(st.integers(0, 2))):
        writer.table(f"[t{number}.u]", draw(pairs))
    for _ in range(draw(st.integers(0, 3))):
        writer.table("[[list]]", draw(pairs))
        writer.table("[list.below]", draw(pairs))
    return "\n".join(writer.lines) + "\n"


def leaves(tree: object, path: Path = ()) -> list[tuple[Path, object]]:
    """Every value with its key path."""
    if isinstance(tree, dict):
        return [leaf for key, one in tree.items() for leaf in leaves(one, (*path, key))]
    if isinstance(tree, list):
        return [leaf for place, one in enumerate(tree) for leaf in leaves(one, (*path, place))]
    return [(path, tree)]


@settings(deadline=None)
@given(documents())
def test_every_number_is_found_on_the_line_that_holds_it(text: str) -> None:
    """For every number in a document, the line of its key path is a line with that number."""
    lines, shown = lines_of(text), text.split("\n")
    for path, value in leaves(tomllib.loads(text)):
        assert path in lines
        if isinstance(value, int):
            assert str(value) in shown[lines[path] - 1]


def test_what_is_absent_has_the_line_of_the_table_around_it() -> None:
    """A path that the document does not hold falls back to the table that should hold it, then to line 1."""
    lines = lines_of("a = 1\n\n[b]\nc = 2\n\n[[d]]\n\n[[d]]\ne = 3\n")
    assert [line_at(lines, path) for path in (("b", "x"), ("d", 1, "x"), ("d", 0), ("x",), ())] == [3, 8, 6, 1, 1]


def test_a_list_of_tables_stands_on_the_line_of_its_first() -> None:
    """What is wrong with the list as a whole is said where it begins."""
    lines = lines_of("a = 1\n[[gates]]\nid = 1\n[[gates]]\nid = 2\n")
    assert line_at(lines, ("gates",)) == 2
    assert [line_at(lines, ("gates", number)) for number in (0, 1)] == [2, 4]
