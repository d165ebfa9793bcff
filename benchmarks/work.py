"""The work of one course, taken from a life that was really played: when it wakes, what it sends, who acts."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from temporalio.client import WorkflowHistory
from typing_extensions import override

from adapters.clinic.files import load_clinic
from adapters.temporal.plugin import build_id
from audit.histories import histories_of
from benchmarks.processes import ROOT
from cli.simulate import known, logged_in
from course.acts.catalogue import Act
from course.model.messages import Receipt
from play.playing import play_many
from play.scenario.check import load_scenario
from play.scenario.file import Scenario
from play.world.stage import stage
from services.courses import Courses

CLINIC = ROOT / "clinic"
KEPT = ROOT / "var" / "bench"
SCENARIO = "straightforward-depression"
YEAR_DAYS = 385
ACTS: TypeAdapter[Any] = TypeAdapter(Act)


@dataclass(frozen=True)
class Wake:
    """An instant, in seconds after the start, at which a timer fires, and how many messages go out then."""

    at: float
    messages: int


@dataclass(frozen=True)
class Said:
    """An act of staff or patient, in seconds after the start, and how many messages it leads to at once."""

    at: float
    messages: int
    act: dict[str, Any]


@dataclass(frozen=True)
class Work:
    """What one course asks of any engine: the same visits, timers, messages, acts and page turns."""

    start: datetime
    days: int
    wakes: tuple[Wake, ...]
    acts: tuple[Said, ...]
    runs: int

    @property
    def messages(self) -> int:
        """Messages and other jobs in all."""
        return sum(one.messages for one in self.wakes) + sum(one.messages for one in self.acts)

    def until(self, days: int) -> "Work":
        """Only the first days."""
        end = days * 86_400.0
        wakes = tuple(one for one in self.wakes if one.at <= end)
        return replace(self, days=days, wakes=wakes, acts=tuple(one for one in self.acts if one.at <= end))

    def said(self) -> list[tuple[datetime, Any, int]]:
        """Every act with its instant, as the product takes it."""
        return [
            (self.start + timedelta(seconds=one.at), ACTS.validate_python(one.act), one.messages) for one in self.acts
        ]


def scenario(days: int) -> Scenario:
    """The straightforward course, for so many days."""
    path = CLINIC / "scenarios" / f"{SCENARIO}.toml"
    return load_scenario(path, known(load_clinic(CLINIC))).model_copy(update={"until": f"{days}d"})


def work_of(days: int = YEAR_DAYS) -> Work:
    """The work of so many days under this build and today's calendar; played once and kept in var/bench."""
    kept = KEPT / f"work-{build_id()}-{datetime.now(UTC):%Y%m}-{days}.json"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as made, logged_in(Path(made)):
            found = asyncio.run(_played(Path(made), days))
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(asdict(found), default=str))
    said = json.loads(kept.read_text())
    return Work(
        start=datetime.fromisoformat(said["start"]),
        days=said["days"],
        wakes=tuple(Wake(**one) for one in said["wakes"]),
        acts=tuple(Said(**one) for one in said["acts"]),
        runs=said["runs"],
    )


class Listening(Courses):
    """The gateway of the clinic, which remembers every act that a course took."""

    heard: list[Any]

    @override
    async def act(self, course_id: str, act: Any) -> Receipt:
        receipt = await super().act(course_id, act)
        self.heard.append(act)
        return receipt


async def _played(folder: Path, days: int) -> Work:
    async with stage(folder, CLINIC) as here:
        courses = Listening(here.app)
        courses.heard = []
        (player,) = await play_many(replace(here, courses=courses), [scenario(days)])
        histories = await histories_of(here.app, player.place.course_id)
    return _work(player.start, days, courses.heard, histories)


def _work(start: datetime, days: int, heard: Sequence[Any], histories: Sequence[WorkflowHistory]) -> Work:
    """Give every message to what went before it: a timer that fired, an act, or the start."""
    instants: list[list[Any]] = [["timer", 0.0, 0]]
    for history in histories:
        for event in history.events:
            at = (event.event_time.ToDatetime(tzinfo=UTC) - start).total_seconds()
            if event.HasField("timer_fired_event_attributes"):
                instants.append(["timer", at, 0])
            elif event.HasField("workflow_execution_update_accepted_event_attributes"):
                instants.append(["act", at, 0])
            elif event.HasField("activity_task_scheduled_event_attributes"):
                instants[-1][2] += 1
    wakes = tuple(Wake(at, count) for kind, at, count in instants if kind == "timer")
    counts = [count for kind, _, count in instants if kind == "act"]
    acts = tuple(
        Said((act.made_at - start).total_seconds(), count, act.model_dump(mode="json", exclude_unset=True))
        for act, count in zip(heard, counts, strict=True)
    )
    return Work(start, days, wakes, acts, len(histories))
