"""Format pages: every table of a file in the order of the file, each field with what it may hold."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cli.reference.markdown import code, table

INLINE = 7
"""So many words stand in the cell; a longer vocabulary has a list of its own at the end of the page."""

PLAIN: dict[type, tuple[str, str]] = {
    bool: ("`true` or `false`", "`true` or `false`"),
    int: ("whole number", "whole numbers"),
    float: ("number", "numbers"),
    Decimal: ("number", "numbers"),
    str: ("text", "texts"),
    date: ("date, such as 2027-01-01", "dates, such as 2027-01-01"),
    time: ("time of day, such as 08:00:00", "times of day, such as 08:00:00"),
}
"""How one value is called, and several."""

USES_MOST = 4
"""A table that stands in more places is headed by what these have in common."""

Only = Mapping[tuple[str, str], tuple[str, ...]]
"""What a field may hold where its loader allows fewer words than its type, by model and field."""


@dataclass
class Table:
    """One table of the file: the places where it may stand, each with what holds where it is left out."""

    model: type[BaseModel]
    uses: dict[str, BaseModel | None] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        """Where it stands."""
        inner = [use.strip("[]") for use in self.uses]
        places = [use for use, path in zip(self.uses, inner, strict=True) if path and not _repeats(path, inner)]
        if len(places) > USES_MOST:
            shared = f"{places[0].rpartition('.')[0]}."
            apart = [one for one in places if not one.startswith(shared)]
            return ", ".join(map(code, (f"{shared}NAME]", *apart)))
        return ", ".join(map(code, places)) or "The file"


class Format:
    """One kind of file, from its outermost table."""

    def __init__(self, root: type[BaseModel], only: Only | None = None, without: frozenset[str] = frozenset()) -> None:
        self.root, self.only, self.without = root, only or {}, without
        self.tables: dict[type[BaseModel], Table] = {}
        self.vocabularies: dict[str, type[StrEnum]] = {}
        self._walk(root, "", "", None)

    def page(self, head: str) -> str:
        """The whole page."""
        parts = [head, *(self._section(one) for one in self.tables.values())]
        if self.vocabularies:
            parts.append("## Words\n")
            parts += [_vocabulary(one) for _, one in sorted(self.vocabularies.items())]
        return "\n".join(parts)

    def _fields(self, model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
        return ((name, one) for name, one in model.model_fields.items() if name not in self.without)

    def _walk(self, model: type[BaseModel], path: str, shown: str, default: BaseModel | None) -> None:
        found = self.tables.setdefault(model, Table(model))
        if shown in found.uses:
            return
        found.uses[shown] = default
        inner = [(name, one, _models_in(one.annotation)) for name, one in self._fields(model)]
        for name, one, held in inner:
            for kind, many in held:
                below = f"{path}.{name}" if path else name
                below += ".NAME" if get_origin(bare(one.annotation)) is dict else ""
                usual = one.get_default(call_default_factory=True)
                self._walk(kind, below, f"[[{below}]]" if many else f"[{below}]", usual if usual != () else None)

    def _section(self, one: Table) -> str:
        heading = one.heading
        doc = " ".join((inspect.getdoc(one.model) or "").split())
        usual = {use: answer for use, answer in one.uses.items() if isinstance(answer, one.model)}
        differ = len({str(answer) for answer in usual.values()}) > 1
        rows, described = [], any(info.description for _, info in self._fields(one.model))
        for name, info in self._fields(one.model):
            if differ:
                defaults = [literal(getattr(answer, name)) for answer in usual.values()]
            else:
                answer = next(iter(usual.values()), None)
                value = info.get_default(call_default_factory=True) if answer is None else getattr(answer, name)
                defaults = ["required" if info.is_required() and answer is None else literal(value)]
            meaning = [info.description or ""] if described else []
            rows.append((code(name), self._said(one.model, name, info), *defaults, *meaning))
        heads = (*(code(use) for use in usual),) if differ else ("default",)
        columns = ("field", "holds", *heads, *(("meaning",) if described else ()))
        return f"## {heading}\n\n{doc}\n\n{table(*columns, rows=rows)}"

    def _said(self, model: type[BaseModel], name: str, info: FieldInfo) -> str:
        words = self.only.get((model.__name__, name))
        if words is not None:
            many = get_origin(bare(info.annotation)) is tuple
            return ("list of " if many else "one of ") + ", ".join(map(code, words))
        return f"{self.kind(info.annotation)}{limits(info.metadata)}"

    def kind(self, annotation: Any, *, many: bool = False) -> str:
        """What a value of a type looks like in the file, or several."""
        kind, checks = _checked(annotation)
        if kind in PLAIN:
            return f"{PLAIN[kind][many]}{limits(checks)}"
        if inspect.isclass(kind) and issubclass(kind, StrEnum):
            return f"{'' if many else 'one of '}{self._words(kind)}"
        if inspect.isclass(kind) and issubclass(kind, BaseModel):
            heading = self.tables[kind].heading
            return f"{'tables' if many else 'table'}, see [{heading}](#{anchor(heading)})"
        inside = get_args(kind)
        if get_origin(kind) is tuple:
            return f"list of {self.kind(inside[0], many=True)}"
        assert get_origin(kind) is dict, kind
        if inside[1] is Any:
            return "table"
        return f"table of {self.kind(inside[0], many=True)}, each = {self.kind(inside[1])}"

    def _words(self, kind: type[StrEnum]) -> str:
        if len(kind) <= INLINE:
            return ", ".join(code(str(word)) for word in kind)
        self.vocabularies[kind.__name__] = kind
        return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _repeats(path: str, others: list[str]) -> bool:
    """Whether a place is one of the others again, inside a table that may hold all of them."""
    return any(other and path.endswith(f".{other}") for other in others)


def bare(annotation: Any) -> Any:
    """A type without what checks it and without None."""
    return _checked(annotation)[0]


def _checked(annotation: Any) -> tuple[Any, list[Any]]:
    """A type, and what checks its values."""
    inside = get_args(annotation)
    if get_origin(annotation) is Annotated:
        kind, checks = _checked(inside[0])
        return kind, [*checks, *inside[1:]]
    if get_origin(annotation) in {Union, UnionType}:
        return _checked(next(one for one in inside if one is not type(None)))
    return annotation, []


def _models_in(annotation: Any) -> list[tuple[type[BaseModel], bool]]:
    """The tables that a field holds, and whether it holds many."""
    kind = bare(annotation)
    if inspect.isclass(kind) and issubclass(kind, BaseModel):
        return [(kind, False)]
    if get_origin(kind) is tuple:
        return [(one, True) for one, _ in _models_in(get_args(kind)[0])]
    if get_origin(kind) is dict:
        return _models_in(get_args(kind)[1])
    return []


def limits(checks: list[Any]) -> str:
    """The least and the most that a number may be, as the type says."""
    flat = [one for check in checks for one in (getattr(check, "metadata", None) or [check])]
    lines = []
    for kind, words, at in ((Ge, "from {}", "ge"), (Gt, "above {}", "gt"), (Le, "to {}", "le"), (Lt, "below {}", "lt")):
        lines += [words.format(getattr(one, at)) for one in flat if isinstance(one, kind)]
    return f", {' '.join(lines)}" if lines else ""


def literal(value: object) -> str:
    """A default as the file would say it; what is empty is left out."""
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, BaseModel) or (isinstance(value, tuple) and isinstance(value[0], BaseModel)):
        return ""
    if isinstance(value, tuple):
        return ", ".join(literal(one) for one in value)
    return code(str(value).lower() if isinstance(value, bool) else str(value))


def anchor(heading: str) -> str:
    """The fragment that a heading gets."""
    return "".join(sign for sign in heading.lower().replace(" ", "-") if sign.isalnum() or sign in "-_")


def _vocabulary(one: type[StrEnum]) -> str:
    doc = " ".join((inspect.getdoc(one) or "").split())
    return f"### {one.__name__}\n\n{doc} {', '.join(code(str(word)) for word in one)}.\n"
