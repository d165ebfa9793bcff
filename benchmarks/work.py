"""The work of one course, taken from a life that was really played: when it wakes, what it sends, who acts."""

import asyncio
import gzip
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from temporalio.client import WorkflowHistory
from typing_extensions import override

from adapters.clinic.files import load_clinic
from adapters.keyring import KeyRing
from adapters.temporal.plugin import build_id
from audit.costs import cost
from audit.histories import histories_of
from benchmarks.processes import ROOT, tell
from course.acts.catalogue import Act
from course.model.messages import Receipt
from play.check import load_scenario
from play.files import known, logged_in
from play.player import Player
from play.playing import play_many
from play.scenario.file import Scenario
from play.world.stage import stage
from services.courses import Courses

CLINIC = ROOT / "clinic"
KEPT = ROOT / "var" / "bench"
SCENARIO = "straightforward-depression"
YEAR_DAYS = 385
WORK, KEYS = "work.json", "keys.json"
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

    course: str
    start: datetime
    days: int
    wakes: tuple[Wake, ...]
    acts: tuple[Said, ...]
    runs: int
    events: int
    tasks: int
    actions: int
    stored_bytes: int

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
    """The work of so many days under this build and this month's calendar."""
    value = json.loads((_life(days) / WORK).read_text())
    return Work(
        course=value["course"],
        start=datetime.fromisoformat(value["start"]),
        days=value["days"],
        wakes=tuple(Wake(**one) for one in value["wakes"]),
        acts=tuple(Said(**one) for one in value["acts"]),
        runs=value["runs"],
        events=value["events"],
        tasks=value["tasks"],
        stored_bytes=value["stored_bytes"],
        actions=value["actions"],
    )


def histories_of_work(days: int = YEAR_DAYS) -> tuple[KeyRing, list[WorkflowHistory]]:
    """The histories of that life, run by run, and the key that they are encrypted with."""
    kept, course = _life(days), work_of(days).course
    texts = [gzip.decompress(path.read_bytes()).decode() for path in sorted(kept.glob("run-*.json.gz"))]
    return KeyRing.load_or_create(kept / KEYS), [WorkflowHistory.from_json(course, text) for text in texts]


def _life(days: int) -> Path:
    """The folder of a life, played now unless this build played it before."""
    form = sha256(" ".join(one.name for one in fields(Work)).encode()).hexdigest()[:4]
    kept = KEPT / f"{build_id()}-{form}-{datetime.now(UTC):%Y%m}-{days}"
    if not kept.exists():
        tell(f"  a life of {days} days is played once, to know its work")
        with tempfile.TemporaryDirectory() as made, logged_in(Path(made)):
            found, histories = asyncio.run(_played(Path(made), days))
            draft = kept.with_suffix(".draft")
            draft.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(made) / KEYS, draft)
        for number, history in enumerate(histories, start=1):
            (draft / f"run-{number:03}.json.gz").write_bytes(gzip.compress(history.to_json().encode(), 1))
        (draft / WORK).write_text(json.dumps(asdict(found), default=str))
        draft.rename(kept)
    return kept


class Listening(Courses):
    """The gateway of the clinic, which remembers every act that a course took."""

    heard: list[Any]

    @override
    async def act(self, course_id: str, act: Any) -> Receipt:
        receipt = await super().act(course_id, act)
        self.heard.append(act)
        return receipt


async def _played(folder: Path, days: int) -> tuple[Work, list[WorkflowHistory]]:
    async with stage(folder, CLINIC) as here:
        courses = Listening(here.app)
        courses.heard = []
        (player,) = await play_many(replace(here, courses=courses), [scenario(days)])
        histories = await histories_of(here.app, player.place.course_id)
    return _work(player, days, courses.heard, histories), histories


def _work(player: Player, days: int, heard: Sequence[Any], histories: Sequence[WorkflowHistory]) -> Work:
    """Give every message to what went before it: a timer that fired, an act, or the start."""
    start = player.start
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
    spent = cost(*histories)
    return Work(
        course=player.place.course_id,
        start=start,
        days=days,
        wakes=wakes,
        acts=acts,
        runs=len(histories),
        events=spent.all_events,
        tasks=spent.events["WORKFLOW_TASK_COMPLETED"],
        actions=spent.all_actions,
        stored_bytes=sum(event.ByteSize() for history in histories for event in history.events),
    )
