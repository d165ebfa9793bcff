"""Histories of runs as the server keeps them: payloads stay encrypted."""

from datetime import datetime

from temporalio.client import Client

from activities.archive import StillOpenError


class ServerHistories:
    """Reads whole histories."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def closed(self, course_id: str, run_id: str) -> tuple[bytes, datetime]:
        """A closed run's history as JSON, and when it closed; raises StillOpenError while it runs."""
        handle = self._client.get_workflow_handle(course_id, run_id=run_id)
        closed_at = (await handle.describe()).close_time
        if closed_at is None:
            raise StillOpenError("the run is still open: it is archived once it has closed")
        return (await handle.fetch_history()).to_json().encode(), closed_at
