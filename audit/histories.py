"""All histories of one course: from the server while it has them, else out of the archive."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.client import WorkflowHistory

from adapters.store import StoreError
from adapters.temporal.histories import canonical
from adapters.temporal.updates import last_reset
from adapters.wiring import Application


@dataclass(frozen=True)
class Histories:
    """Every run, first to last; `differing` are those that the archive holds otherwise than the server."""

    runs: list[WorkflowHistory]
    differing: tuple[str, ...] = ()


async def histories_of(app: Application, course_id: str) -> list[WorkflowHistory]:
    """The histories of every run of a course, first to last."""
    return (await compared_histories(app, course_id)).runs


async def compared_histories(app: Application, course_id: str) -> Histories:
    """The server's histories, and the archived ones of runs that it has forgotten; where both are, they are compared.

    Whoever can write the store can change an archive with its digest, and cannot change the server's history.
    """
    found: dict[str, WorkflowHistory] = {}
    async for live in app.client.list_workflows(f"WorkflowId = '{course_id}'"):
        found[live.run_id] = await app.client.get_workflow_handle(course_id, run_id=live.run_id).fetch_history()
    differing: list[str] = []
    for run in await app.store.archive.runs(course_id):
        if run.run_id not in found:
            text = await app.store.archive.history(course_id, run.run_id)
            if text is not None:
                found[run.run_id] = WorkflowHistory.from_json(course_id, text.decode())
        elif not await _same(app, course_id, run.run_id, found[run.run_id]):
            differing.append(run.run_id)
    return Histories(sorted(found.values(), key=_order), tuple(differing))


async def _same(app: Application, course_id: str, run_id: str, history: WorkflowHistory) -> bool:
    with suppress(StoreError):
        return await app.store.archive.history(course_id, run_id) == canonical(history)
    return False


def _order(history: WorkflowHistory) -> tuple[datetime, datetime]:
    """When the run began, and when it was reset, if it was: it holds the events of the run that it was reset out of."""
    began = history.events[0].event_time
    reset = last_reset(history)
    return began.ToDatetime(tzinfo=UTC), (began if reset is None else reset.event_time).ToDatetime(tzinfo=UTC)
