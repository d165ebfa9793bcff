"""Writes the measured part of docs/explanation/performance.md and its pictures, from what is kept."""

from typing import Any

from benchmarks import plan, svg
from benchmarks.found import Answer, Found, answer_of, load
from benchmarks.processes import ROOT
from benchmarks.steps import STEPS

PAGE = ROOT / "docs" / "explanation" / "performance.md"
PICTURES = ROOT / "docs" / "pictures"
BEGIN, END = "<!-- measured: python -m benchmarks -->", "<!-- end of measured -->"
MARK = {True: "met", False: "**not met**", None: ""}


def write(order: tuple[str, ...]) -> None:
    """Put what is kept into the page, between its two marks."""
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{measured(order)}\n\n{END}{after}")


def measured(order: tuple[str, ...]) -> str:
    """The tables and pictures: of the full run where there is one, else of the quick one."""
    kept = load()
    chosen = [(name, *found) for name in order if (found := _newest(kept, name)) is not None]
    rows = [(name, size, row) for name, size, answer, _ in chosen for row in answer.rows]
    goals = ["| question | goal | measured | | by which command |", "|---|---|---|---|---|"]
    goals += [_goal(name, size, row) for name, size, row in rows if row.goal is not None]
    beside = ["| question | measured | by which command |", "|---|---|---|"]
    beside += [
        f"| {row.question} | {row.shown} | {_how(name, size, row)} |" for name, size, row in rows if row.goal is None
    ]
    parts = [
        "\n".join(goals),
        *_steps(chosen),
        "### Beside the goals",
        "\n".join(beside),
        *_said(chosen),
        *_pictures(chosen),
        *_plan(),
        "### The machine",
        _machines(chosen),
    ]
    return "\n\n".join(part for part in parts if part)


def _newest(kept: dict[str, Any], name: str) -> tuple[str, Answer, dict[str, str]] | None:
    for size in ("long", "full", "quick"):
        value = kept.get(size, {}).get(name)
        if value is not None:
            return size, answer_of(value), value["machine"]
    return None


def _goal(name: str, size: str, row: Found) -> str:
    return f"| {row.question} | {row.wanted} | {row.shown} | {MARK[row.met]} | {_how(name, size, row)} |"


def _how(name: str, size: str, row: Found) -> str:
    command = f"`python -m benchmarks {name}{'' if size == 'full' else f' --{size}'}`"
    return f"{row.note}; {command}" if row.note else command


def _machines(chosen: list[tuple[str, str, Answer, dict[str, str]]]) -> str:
    """Each machine once, with what it measured; how busy it was is said for each."""
    told: dict[str, list[str]] = {}
    for name, _, _, machine in chosen:
        constant = {key: value for key, value in machine.items() if key not in {"measured", "load"}}
        words = ", ".join(f"{value} {key}" if key == "cores" else f"{key} {value}" for key, value in constant.items())
        told.setdefault(words, []).append(f"{name} on {machine['measured']} (load {machine['load']})")
    return "\n\n".join(f"Measured on {words}: {'; '.join(found)}." for words, found in told.items())


def _steps(chosen: list[tuple[str, str, Answer, dict[str, str]]]) -> list[str]:
    """What is not met, why, and what comes next."""
    missed = [row for _, _, answer, _ in chosen for row in answer.rows if row.met is False]
    lines = [f"- **{row.question}** ({row.shown}): {STEPS[row.key]}" for row in missed if row.key in STEPS]
    return ["### What is not met, and the next step", "\n".join(lines)] if lines else []


def _said(chosen: list[tuple[str, str, Answer, dict[str, str]]]) -> list[str]:
    """What a question has to say beside its rows."""
    lines = [f"- {line}" for _, _, answer, _ in chosen for line in answer.said]
    return ["\n".join(lines)] if lines else []


def _plan() -> list[str]:
    """The arithmetic for many clinics, once everything for it is measured."""
    try:
        return ["### Many clinics: `python -m benchmarks.plan`", plan.table()]
    except plan.PlanError:
        return []


def _pictures(chosen: list[tuple[str, str, Answer, dict[str, str]]]) -> list[str]:
    PICTURES.mkdir(exist_ok=True)
    found = []
    for _, _, answer, _ in chosen:
        for title, name, drawn in [
            *((one.title, one.name, svg.bars(one)) for one in answer.bars),
            *((one.title, one.name, svg.lines(one)) for one in answer.lines),
        ]:
            (PICTURES / f"{name}.svg").write_text(drawn)
            found.append(f"![{title}](../pictures/{name}.svg)")
    return found
