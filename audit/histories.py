"""All histories of one course: archived runs out of the store, the others from the server."""

from datetime import UTC, datetime

from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from adapters.wiring import House


async def histories_of(house: House, course_id: str) -> list[WorkflowHistory]:
    """The histories of every run of a course, first to last."""
    found: dict[str, WorkflowHistory] = {}
    for run in await house.store.archive.runs(course_id):
        text = await house.store.archive.history(course_id, run.run_id)
        if text is not None:
            found[run.run_id] = WorkflowHistory.from_json(course_id, text.decode())
    async for live in house.client.list_workflows(f"WorkflowId = '{course_id}'"):
        if live.run_id not in found:
            found[live.run_id] = await house.client.get_workflow_handle(course_id, run_id=live.run_id).fetch_history()
    return sorted(found.values(), key=_order)


def resets(event: HistoryEvent) -> bool:
    """Whether everything before the event was taken over from another run."""
    cause = event.workflow_task_failed_event_attributes.cause
    return cause == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW


def _order(history: WorkflowHistory) -> tuple[datetime, datetime]:
    """When the run began, and when it was reset, if it was: it holds the events of the run that it was reset out of."""
    began = history.events[0].event_time
    reset = next((event.event_time for event in reversed(history.events) if resets(event)), began)
    return began.ToDatetime(tzinfo=UTC), reset.ToDatetime(tzinfo=UTC)
