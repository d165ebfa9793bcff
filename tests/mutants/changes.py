"""Small faults that somebody could make in a rule: each is one change to the tree of one file."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

FLIPPED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
WIDTH = 110
LONG = 12
"""An expression of more letters is known by itself."""
Change = tuple[ast.AST, str, object, str]
"""The node, its field, the new value, and how the node reads then."""


@dataclass(frozen=True)
class Mutant:
    """One fault, named by what it changes: its name stays when other code is edited or files move."""

    file: str
    name: str
    first: int
    last: int
    at_import: bool
    """Whether the line runs when the file is imported, so that no single test executes it."""
    apply: Callable[[], None]

    @property
    def room(self) -> str:
        """The folder of the file."""
        return str(Path(self.file).parent)


def short(node: ast.AST) -> str:
    """A node as one line of code."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."


def changed(node: ast.AST, field: str, value: object) -> Change:
    """The change, with the node as it reads after it."""
    before = getattr(node, field)
    setattr(node, field, value)
    text = short(node)
    setattr(node, field, before)
    return node, field, value, text


def joined(op: ast.boolop, kept: list[ast.expr]) -> str:
    """How a joined condition reads without one of its clauses; one clause alone is asked twice."""
    return short(kept[0] if len(kept) == 1 else ast.BoolOp(op, kept))


def of_choice(node: ast.AST) -> Iterator[Change]:
    """The other way round, or without asking."""
    match node:
        case ast.UnaryOp(op=ast.Not()):
            yield node, "operand", ast.UnaryOp(ast.Not(), node.operand), short(node.operand)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield node, "test", ast.UnaryOp(ast.Not(), test), short(ast.IfExp(test, orelse, body))
        case ast.comprehension(ifs=ifs):
            for at in range(len(ifs)):
                yield changed(node, "ifs", [*ifs[:at], *ifs[at + 1 :]])


def of_expression(node: ast.AST) -> Iterator[Change]:
    """Faults in what is compared, counted, joined, chosen or denied."""
    yield from of_choice(node)
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                for other in FLIPPED[type(op)]:
                    yield changed(node, "ops", [*ops[:at], other(), *ops[at + 1 :]])
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            yield from (changed(node, "value", other) for other in (value + 1, value - 1))
        case ast.BoolOp(op=op, values=values):
            yield changed(node, "op", ast.Or() if isinstance(op, ast.And) else ast.And())
            for at in range(len(values)):
                kept = [*values[:at], *values[at + 1 :]]
                yield *changed(node, "values", kept * 2 if len(kept) == 1 else kept)[:3], joined(op, kept)


def of_statement(one: ast.stmt, *, last_of_function: bool) -> str:
    """What is done to a whole statement so that the program still runs; nothing where it must stay as it is."""
    match one:
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.AugAssign() | ast.Continue():
            return "removed"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return "removed"
        case ast.Return() if not last_of_function:
            return "removed"
        case ast.If(orelse=[_, *_]):
            return "branches swapped"
        case _:
            return ""


class Finder:
    """Walks a file and collects its mutants."""

    def __init__(self, file: str, source: str) -> None:
        self.file = file
        self.tree = ast.parse(source)
        self.found: list[Mutant] = []
        self.names: Counter[str] = Counter()
        self.block(self.tree.body, where="", inside=False, in_function=False)

    def add(self, text: str, where: str, at: ast.stmt, inside: bool, apply: Callable[[], None]) -> None:
        """Note one mutant; of a statement with a block below it, the lines before the block."""
        name = f"{where or 'top'}: {text}"
        self.names[name] += 1
        name += f" #{self.names[name]}" if self.names[name] > 1 else ""
        body = getattr(at, "body", None)
        last = body[0].lineno - 1 if isinstance(body, list) else at.end_lineno or at.lineno
        self.found.append(Mutant(self.file, name, at.lineno, max(at.lineno, last), not inside, apply))

    def block(self, block: list[ast.stmt], *, where: str, inside: bool, in_function: bool) -> None:
        """The mutants of a list of statements."""
        for at, one in enumerate(block):
            if what := of_statement(one, last_of_function=in_function and at == len(block) - 1):

                def change(at: int = at, one: ast.stmt = one) -> None:
                    if isinstance(one, ast.If):
                        one.body, one.orelse = one.orelse, one.body
                    else:
                        block[at] = ast.copy_location(ast.Pass(), one)

                self.add(f"{short(getattr(one, 'test', one))} -> {what}", where, one, inside, change)
            if isinstance(one, ast.FunctionDef | ast.ClassDef):
                inner, is_function = f"{where}.{one.name}".lstrip("."), isinstance(one, ast.FunctionDef)
                self.block(one.body, where=inner, inside=inside or is_function, in_function=is_function)
            self.parts(one, one, where, inside)

    def parts(self, node: ast.AST, at: ast.stmt, where: str, inside: bool) -> None:
        """The mutants below a node: of its expressions, and of its blocks."""
        for field, value in ast.iter_fields(node):
            if field == "annotation" or (field == "body" and isinstance(node, ast.FunctionDef | ast.ClassDef)):
                continue
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                self.block(value, where=where, inside=inside, in_function=False)
                continue
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST):
                    self.expression(part, at, where, inside)
                    self.parts(part, at, where, inside)

    def expression(self, node: ast.AST, at: ast.stmt, where: str, inside: bool) -> None:
        """The mutants of one node of an expression; what is short is named with its statement."""
        for one, field, value, text in of_expression(node):
            was = short(node)
            near = "" if len(was) > LONG else f" in {short(at).partition(':')[0] if hasattr(at, 'body') else short(at)}"
            self.add(f"{was} -> {text}{near}", where, at, inside, partial(setattr, one, field, value))


def mutants_of(file: str, root: Path) -> tuple[ast.Module, list[Mutant]]:
    """The tree of a file, and every mutant of it; `apply` changes that tree."""
    finder = Finder(file, (root / file).read_text())
    return finder.tree, finder.found
