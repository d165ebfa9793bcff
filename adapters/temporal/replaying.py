"""Whether courses still replay under this code, and from which task on one does not."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionDescription, WorkflowHistory
from temporalio.worker import Replayer

from adapters.keyring import KeyRing
from adapters.temporal.plugin import course_plugin
from workflows.course import TreatmentCourse


class Replays:
    """Replays histories against this machine's code; nothing outside happens."""

    def __init__(self, ring: KeyRing, workflow: type = TreatmentCourse) -> None:
        self._replayer = Replayer(workflows=[workflow], plugins=[course_plugin(ring)])

    async def clean(self, history: WorkflowHistory) -> bool:
        """Whether the course, as far as it has come, replays."""
        replayed = await self._replayer.replay_workflow(history, raise_on_replay_failure=False)
        return replayed.replay_failure is None

    async def failing(self, histories: AsyncIterator[WorkflowHistory]) -> list[str]:
        """The courses whose histories do not replay."""
        async with self._replayer.workflow_replay_iterator(histories) as replayed:
            return [one.history.workflow_id async for one in replayed if one.replay_failure is not None]

    async def first_that_fails(self, history: WorkflowHistory) -> int | None:
        """The event at which the first task completed that does not replay, found by halving; None if all do."""
        if await self.clean(history):
            return None
        tasks = [at for at, event in enumerate(history.events) if event.event_type == TASK_COMPLETED]
        well, fails = -1, len(tasks) - 1
        while fails - well > 1:
            middle = (well + fails) // 2
            if await self.clean(_up_to(history, tasks[middle])):
                well = middle
            else:
                fails = middle
        return history.events[tasks[fails]].event_id


def build_of(described: WorkflowExecutionDescription) -> tuple[str, bool]:
    """The build that a course runs on, empty before its first task, and whether an override keeps it there."""
    info = described.raw_description.workflow_execution_info.versioning_info
    forced: str = info.versioning_override.pinned.version.build_id
    pinned: str = info.deployment_version.build_id
    return forced or pinned, bool(forced)


TASK_COMPLETED = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
TASK_SCHEDULED = EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED


def _up_to(history: WorkflowHistory, completed: int) -> WorkflowHistory:
    """The history until a task has completed, with all that its commands made."""
    events: Sequence[Any] = history.events
    after = (at for at in range(completed + 1, len(events)) if events[at].event_type == TASK_SCHEDULED)
    return WorkflowHistory(history.workflow_id, events[: next(after, len(events))])
