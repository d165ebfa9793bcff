"""All histories of one course: archived runs out of the store, the others from the server."""

from datetime import UTC, datetime

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
    return sorted(found.values(), key=_began)


def _began(history: WorkflowHistory) -> datetime:
    return history.events[0].event_time.ToDatetime(tzinfo=UTC)
