"""Finds closed runs of courses that no archive holds, and archives them."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.archive import Archivist, Sweep
    from course.model.messages import ArchiveOrder

ONE_TRY = timedelta(seconds=60)
LIST_WITHIN = timedelta(hours=1)
ARCHIVE_WITHIN = timedelta(minutes=10)
THREE_TRIES = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_attempts=3)


@workflow.defn
class ArchiveSweep:
    """Goes once through all closed runs, page by page; a run that fails is left to the next sweep."""

    @workflow.run
    async def run(self, sweep: Sweep) -> Sweep:
        """What was looked at, archived, and not archivable."""
        while True:
            found = await workflow.execute_activity_method(
                Archivist.unarchived_runs,
                sweep,
                start_to_close_timeout=ONE_TRY,
                schedule_to_close_timeout=LIST_WITHIN,
            )
            sweep = sweep.with_(page=found.next_page, looked_at=sweep.looked_at + found.looked_at)
            for run in found.runs:
                done = await self.archive(run)
                sweep = sweep.with_(archived=sweep.archived + done, failed=sweep.failed + (not done))
            if not sweep.page:
                return sweep
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(sweep)

    async def archive(self, run: ArchiveOrder) -> bool:
        """Whether one run is archived now."""
        try:
            await workflow.execute_activity_method(
                Archivist.archive_run,
                run,
                start_to_close_timeout=ONE_TRY,
                schedule_to_close_timeout=ARCHIVE_WITHIN,
                retry_policy=THREE_TRIES,
            )
        except ActivityError:
            workflow.logger.warning("a run was not archived", extra={"course": run.course_id, "run": run.run_id})
            return False
        return True
