"""What was found: one row a question, with its goal, and the ratios that are kept."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

KEPT = Path(__file__).parent / "ratios.json"
WORSE_BY = 0.20
"""A ratio that got worse by more than this fails the check."""


@dataclass(frozen=True)
class Found:
    """One row: what was asked, what is wanted, and what each pair or try gave.

    `kept` says that it is a ratio of two things of the same run, which another machine can be held to.
    """

    key: str
    question: str
    values: tuple[float, ...]
    unit: str = "x"
    goal: float | None = None
    more_is_better: bool = False
    kept: bool = True
    note: str = ""

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met, if there is one."""
        if self.goal is None:
            return None
        return self.median >= self.goal if self.more_is_better else self.median <= self.goal

    @property
    def wanted(self) -> str:
        """The goal in words."""
        if self.goal is None:
            return ""
        return f"{'≥' if self.more_is_better else '≤'} {number(self.goal)} {self.unit}"

    @property
    def shown(self) -> str:
        """The median, and the spread where there was more than one try."""
        spread = f" ({number(min(self.values))}-{number(max(self.values))})" if len(self.values) > 1 else ""
        return f"{number(self.median)} {self.unit}{spread}"

    def worse(self, before: float) -> float:
        """By what part it is worse than before; less than nothing if it is better."""
        return before / self.median - 1 if self.more_is_better else self.median / before - 1


@dataclass(frozen=True)
class Bars:
    """A picture of a few things side by side, each of one or more parts."""

    name: str
    title: str
    unit: str
    parts: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...]], ...]


@dataclass(frozen=True)
class Lines:
    """A picture of growth."""

    name: str
    title: str
    across: str
    up: str
    lines: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]


@dataclass
class Answer:
    """Everything that one question gave."""

    rows: list[Found] = field(default_factory=list)
    bars: list[Bars] = field(default_factory=list)
    lines: list[Lines] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def number(value: float) -> str:
    """Three figures, no more."""
    if value and abs(value) < 100:  # noqa: PLR2004  from there on all figures stand before the point
        return f"{value:.3g}"
    return f"{value:,.0f}"


def load(kept: Path = KEPT) -> dict[str, Any]:
    """What is kept: under `full` and `quick`, the answers by question, and the machine."""
    found: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    return found


def save(size: str, question: str, answer: Answer, machine: dict[str, str], kept: Path = KEPT) -> None:
    """Keep an answer in the place of the one before."""
    everything = load(kept)
    everything.setdefault(size, {})[question] = {"machine": machine, **asdict(answer)}
    kept.write_text(json.dumps(everything, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def answer_of(fields: dict[str, Any]) -> Answer:
    """An answer as it was kept."""
    return Answer(
        rows=[Found(**{**one, "values": tuple(one["values"])}) for one in fields["rows"]],
        bars=[Bars(**one) for one in fields["bars"]],
        lines=[Lines(**one) for one in fields["lines"]],
        said=list(fields["said"]),
    )


def losses(size: str, question: str, rows: Sequence[Found], kept: Path = KEPT) -> list[str]:
    """One sentence for each ratio that got worse by more than may be."""
    before = load(kept).get(size, {}).get(question)
    if before is None:
        return []
    medians = {one.key: one.median for one in answer_of(before).rows}
    worse = {row: row.worse(medians[row.key]) for row in rows if row.kept and row.key in medians}
    return [
        f"{row.key}: {number(row.median)}, and {number(medians[row.key])} before: {by:.0%} worse"
        for row, by in worse.items()
        if by > WORSE_BY
    ]
