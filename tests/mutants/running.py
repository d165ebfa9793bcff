"""Runs pure tests in a forked process, under a tracer or with one file of `course/` changed in memory."""

import ast
import hashlib
import importlib
import json
import multiprocessing
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from inspect import iscoroutinefunction
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import hypothesis
import pytest
from typing_extensions import override

from tests.mutants.changes import Mutant, mutants_of

ROOT = Path(__file__).parents[2]
COURSE = str(ROOT / "course") + os.sep
TRACES = ROOT / "var" / "mutants-lines.json"
NEEDS_MORE = {"server", "client", "skipper", "store", "postgres"}
OFTEN = 300
"""A function that ran so often within one test has shown the lines that the test executes."""
PATIENCE_SECONDS = 60
"""Beside the time that the tests took under the tracer, which is long enough on a busy machine."""
FEW = 12
EXAMPLES = 10
"""Of each property; `make test` tries ten times as many, so it notices rather more."""
ALREADY = ("pydantic", "temporalio.client", "temporalio.testing", "temporalio.worker", "sqlalchemy.ext.asyncio")
EARLY = "while tests are imported"
Lines = dict[str, list[int]]
Traces = dict[str, tuple[float, Lines]]


class Pure:
    """Keeps the tests that need neither server nor store, and says what became of them."""

    def __init__(self, wanted: list[str] | None = None) -> None:
        self.order = {name: at for at, name in enumerate(wanted or [])}
        self.failed = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        """Drop what is not pure or not asked for, and run the rest in the order asked for."""
        items[:] = [
            item
            for item in items
            if not (iscoroutinefunction(item.function) or NEEDS_MORE & set(item.fixturenames))
            and (not self.order or item.nodeid in self.order)
        ]
        items.sort(key=lambda item: self.order.get(item.nodeid, 0))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the name of the test that failed."""
        if report.failed:
            self.failed = report.nodeid


class Tracer:
    """Notes which lines of `course/` each test executes, and how long it takes."""

    def __init__(self) -> None:
        self.tests: dict[str, dict[str, Any]] = {}
        self.lines: defaultdict[str, set[int]] = defaultdict(set)
        self.entered: defaultdict[CodeType, int] = defaultdict(int)

    def call(self, frame: FrameType, _event: str, _arg: Any) -> Callable[..., Any] | None:
        """Follow a function of `course/` line by line, unless this test has called it often."""
        code = frame.f_code
        if not code.co_filename.startswith(COURSE):
            return None
        self.entered[code] += 1
        if self.entered[code] > OFTEN:
            return None
        lines = self.lines[os.path.relpath(code.co_filename, ROOT)]

        def line(frame: FrameType, _event: str, _arg: Any) -> Any:
            lines.add(frame.f_lineno)
            return line

        return line

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        """What runs while the tests are imported is every test's."""
        return (yield from self.traced(EARLY))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Trace one test, and with it the story that it begins with."""
        stories = sys.modules.get("tests.support.stories")
        for story in () if stories is None else tuple(vars(stories).values()):
            if hasattr(story, "forget") and not isinstance(story, type):
                story.forget()
        return (yield from self.traced(item.nodeid))

    def traced(self, name: str) -> Iterator[None]:
        """Trace what runs meanwhile."""
        self.lines.clear()
        self.entered.clear()
        began = time.monotonic()
        sys.settrace(self.call)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            lines = {file: sorted(seen) for file, seen in self.lines.items()}
            self.tests[name] = {"seconds": round(time.monotonic() - began, 3), "lines": lines}


class Changed(SourceFileLoader):
    """Loads one module from a changed tree."""

    def __init__(self, mutant: Mutant, tree: ast.Module) -> None:
        super().__init__(mutant.file.removesuffix(".py").replace("/", "."), str(ROOT / mutant.file))
        self.tree = tree

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """This loader, for its one module."""
        return spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None

    @override
    def get_code(self, _fullname: str) -> CodeType:
        """The changed tree, compiled."""
        return compile(ast.fix_missing_locations(self.tree), self.path, "exec")


def run(files: list[str], *plugins: object) -> int:
    """Pytest in this process, saying nothing; random examples are the same each time and are not made smaller."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None, phases=phases, max_examples=EXAMPLES
    )
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:warnings", "--hypothesis-profile=mutants"]
    return pytest.main([*options, *files], plugins=list(plugins))


def apart(work: Callable[[], Any], seconds: float) -> Any:
    """What a forked process answers, or None when it dies or takes too long."""
    mine, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=lambda: theirs.send(work()))
    child.start()
    theirs.close()
    try:
        return mine.recv() if mine.poll(seconds) else None
    except EOFError:
        return None
    finally:
        child.kill()
        child.join()


def digest(paths: list[Path]) -> str:
    """The content of some files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(paths))).hexdigest()[:16]


def traces(say: Callable[[str], None]) -> Traces:
    """Each pure test with its seconds and lines; a file of tests is traced anew when it, or what all share, changed."""
    known = json.loads(TRACES.read_text()) if TRACES.exists() else {}
    shared = digest([*ROOT.glob("course/**/*.py"), *ROOT.glob("tests/support/**/*.py"), *ROOT.glob("clinic/**/*.toml")])
    paths = [*ROOT.glob("tests/course/**/test_*.py"), *ROOT.glob("tests/spec/**/test_*.py")]
    digests = {str(path.relative_to(ROOT)): shared + digest([path]) for path in paths}
    new = sorted(file for file, now in digests.items() if known.get(file, {}).get("digest") != now)
    if new:
        say(f"Which lines of course/ do the tests of {len(new)} files execute? Some minutes ...")

        def trace() -> tuple[int, str, dict[str, Any]]:
            tracer, pure = Tracer(), Pure()
            return run(new, tracer, pure), pure.failed, tracer.tests

        answer: tuple[int, str, dict[str, Any]] | None = apart(trace, 3600)
        code, failed, tests = answer or (pytest.ExitCode.INTERNAL_ERROR, "the tracer", {})
        if code != pytest.ExitCode.OK:
            raise SystemExit(f"{failed or new} fails without any mutant: mend it first.")
        early = tests.pop(EARLY)
        for file in new:
            of_file = {name: one for name, one in tests.items() if name.startswith(f"{file}::")}
            known[file] = {"digest": digests[file], "tests": {EARLY: early, **of_file}}
        TRACES.parent.mkdir(exist_ok=True)
        TRACES.write_text(json.dumps(known))
    every = {name: one for file in digests for name, one in known[file]["tests"].items()}
    return {name: (one["seconds"], one["lines"]) for name, one in every.items() if one["lines"]}


def chosen(mutant: Mutant, tests: Traces) -> list[str]:
    """The tests that execute the mutant, fastest first.

    A line that runs only while tests are imported may bear on any of them: those that execute its file come first.
    """
    lines = range(mutant.first, mutant.last + 1)

    def executes(name: str, lines: range | None) -> bool:
        return any(lines is None or one in lines for one in tests[name][1].get(mutant.file, []))

    own = [] if mutant.at_import else [name for name in tests if name != EARLY and executes(name, lines)]
    if own or not (mutant.at_import or executes(EARLY, lines)):
        return sorted(own, key=lambda name: tests[name][0])
    near = {name for name in tests if executes(name, None)}
    return sorted(tests.keys() - {EARLY}, key=lambda name: (tests[name][0] > 1, name not in near, tests[name][0]))


def killed_by(mutant: Mutant, tests: Traces) -> str:
    """The test that fails under the mutant, or nothing when it lives.

    Few tests are run before many, and those of the mutant's room before the others: so fewer files are imported.
    """
    names, room = chosen(mutant, tests), f"tests/{mutant.room}/"
    near = [name for name in names if name.startswith(room)]
    far = [name for name in names if name not in set(near)]
    parts = (near[:FEW], near[FEW:], far[:FEW], far[FEW:])
    return next((killer for part in parts if (killer := _killed_by(mutant, tests, part))), "")


def _killed_by(mutant: Mutant, tests: Traces, names: list[str]) -> str:
    def attempt() -> tuple[int, str]:
        tree, found = mutants_of(mutant.file, ROOT)
        next(one for one in found if one.name == mutant.name).apply()
        sys.meta_path.insert(0, Changed(mutant, tree))
        pure = Pure(names)
        return run(sorted({name.partition("::")[0] for name in names}), pure), pure.failed

    if not names:
        return ""
    answer = apart(attempt, PATIENCE_SECONDS + sum(tests[name][0] for name in names))
    if answer is None:
        return "takes too long"
    code, failed = answer
    return "" if code == pytest.ExitCode.OK else failed or "a story that tests begin with"


for name in ALREADY:
    importlib.import_module(name)
