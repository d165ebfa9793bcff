"""Courses that began under an earlier build run under this one: committed histories, rules, stored states."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from adapters.temporal.codec import in_activities, in_course
from adapters.temporal.plugin import course_plugin, data_converter
from course.model.messages import ArchiveOrder, CalendarOrder, CourseOrder, SendOrder
from tests.replay.fingerprint import committed, fingerprints
from tests.replay.ring import RING
from tests.replay.witness import Handed, Witness, watching
from workflows.course import TreatmentCourse

HISTORIES = sorted((Path(__file__).parent / "histories").rglob("*.json.gz"))
INPUTS: dict[str, type] = {
    "send_message": SendOrder,
    "ask_for_questionnaires": SendOrder,
    "archive_run": ArchiveOrder,
    "take_calendar": CalendarOrder,
    "continue_as_new": CourseOrder,
}


def history_of(path: Path) -> WorkflowHistory:
    """A committed run."""
    history = WorkflowHistory.from_json("", gzip.decompress(path.read_bytes()).decode())
    return WorkflowHistory(history.events[0].workflow_execution_started_event_attributes.workflow_id, history.events)


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}-{path.name.split('.')[0]}")
async def test_a_committed_history_replays_to_the_same_course(path: Path) -> None:
    """Replay makes the same commands, and hands over the same messages and the same record, to the letter."""
    history = history_of(path)
    replayer = Replayer(
        workflows=[TreatmentCourse],
        plugins=[course_plugin(RING)],
        interceptors=[Witness()],
    )
    with watching() as handed:
        await replayer.replay_workflow(history)
    assert list(handed) == await recorded(history, data_converter(RING))


@pytest.mark.parametrize("path", HISTORIES[:: len(HISTORIES) // 10], ids=lambda path: path.parent.name)
async def test_a_committed_history_replays_inside_the_sandbox(path: Path) -> None:
    """Workers run without it; here it refuses a workflow that reads a clock, draws a number or opens a file."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules("activities", "course", "pydantic")
    sandbox = SandboxedWorkflowRunner(restrictions=restrictions)
    await Replayer(
        workflows=[TreatmentCourse], data_converter=data_converter(RING), workflow_runner=sandbox
    ).replay_workflow(history_of(path))


async def recorded(history: WorkflowHistory, converter: DataConverter) -> Handed:
    """What the run handed over when it was recorded."""
    found: Handed = []
    for event in history.events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            scheduled = event.activity_task_scheduled_event_attributes
            given = in_activities(converter, history.workflow_id)
            found.append(await decoded(given, scheduled.activity_type.name, scheduled.input.payloads[0]))
        if event.HasField("workflow_execution_continued_as_new_event_attributes"):
            turned = event.workflow_execution_continued_as_new_event_attributes
            carried = in_course(converter, history.workflow_id)
            found.append(await decoded(carried, "continue_as_new", turned.input.payloads[0]))
    return found


async def decoded(converter: DataConverter, name: str, payload: Payload) -> tuple[str, Any]:
    """One recorded input, as the model that it is."""
    return name, (await converter.decode([payload], [INPUTS[name]]))[0]


def test_there_are_histories_to_replay() -> None:
    """An empty folder would prove nothing."""
    assert len(HISTORIES) >= 10


def test_the_rules_are_those_of_the_recorded_histories() -> None:
    """A changed rule may move what running courses do: record new histories with `python -m tests.replay.record`."""
    assert fingerprints() == committed()
