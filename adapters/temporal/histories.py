"""Histories of runs as the server keeps them: payloads stay encrypted."""

import json
from base64 import b64decode, b64encode
from datetime import datetime

from temporalio.client import Client, WorkflowHistory

from activities.archive import ClosedRuns, StillOpenError
from course.model.messages import ArchiveOrder

PAGE = 500
CLOSED = "WorkflowType = 'TreatmentCourse' AND ExecutionStatus != 'Running'"


class ServerHistories:
    """Reads whole histories, and lists the runs that have one."""

    def __init__(self, client: Client, page_size: int = PAGE) -> None:
        self._client = client
        self._page_size = page_size

    async def closed(self, course_id: str, run_id: str) -> tuple[bytes, datetime]:
        """A closed run's history as JSON, and when it closed; raises StillOpenError while it runs."""
        handle = self._client.get_workflow_handle(course_id, run_id=run_id)
        closed_at = (await handle.describe()).close_time
        if closed_at is None:
            raise StillOpenError("the run is still open: it is archived once it has closed")
        return canonical(await handle.fetch_history()), closed_at

    async def closed_runs(self, task_queue: str, page: str) -> ClosedRuns:
        """One page of the closed runs of this queue's courses."""
        listed = self._client.list_workflows(
            f"{CLOSED} AND TaskQueue = '{task_queue}'", page_size=self._page_size, next_page_token=b64decode(page)
        )
        await listed.fetch_next_page()
        found = [(one.close_time, one) for one in listed.current_page or () if one.close_time is not None]
        runs = [ArchiveOrder(course_id=one.id, run_id=one.run_id) for _, one in sorted(found, key=lambda pair: pair[0])]
        return ClosedRuns(tuple(runs), b64encode(listed.next_page_token or b"").decode())


def canonical(history: WorkflowHistory) -> bytes:
    """The one JSON text of a history: Temporal's own puts a payload's metadata in another order in each process."""
    return json.dumps(history.to_json_dict(), sort_keys=True, separators=(",", ":")).encode()
