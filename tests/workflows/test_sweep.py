"""What a course itself did not archive, the sweep does, before the server drops it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, ScheduleHandle
from temporalio.testing import TimeSkipper

from activities.archive import Archivist, Sweep
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.store.archive import Archive
from adapters.store.errors import StoreError
from adapters.temporal.histories import ServerHistories
from adapters.temporal.plugin import course_worker, make_current
from adapters.temporal.schedules import keep_sweeping
from adapters.working import WORKFLOWS, course_activities
from course.model.terms import Role
from tests.support.served import Served, house_of, worked
from workflows.sweep import ArchiveSweep

FAR = datetime(9999, 1, 1, tzinfo=UTC)


class SmallShelf:
    """The store's archive, which takes no more than so many new runs."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.room = 100

    async def put(self, course_id: str, run_id: str, history: bytes, closed_at: datetime) -> object:
        """Keep one while there is room."""
        if not self.room:
            raise StoreError("the disk is full")
        self.room -= 1
        return await self.archive.put(course_id, run_id, history, closed_at)

    async def held(self, course_ids: Sequence[str]) -> set[str]:
        """What the archive holds."""
        return await self.archive.held(course_ids)


async def ended(served: Served) -> list[str]:
    """Withdraw, let the amendment period pass; the runs that the server has, the first to the last."""
    await served.do("withdraw", Role.PATIENT, reason="moved away")
    await served.wait(days=32)
    await served.handle.result()
    found = [run async for run in served.app.client.list_workflows(f"WorkflowId = '{served.handle.id}'")]
    return [run.run_id for run in sorted(found, key=lambda run: run.close_time or FAR)]


async def swept(skipper: TimeSkipper, settings: Settings) -> Sweep:
    """One whole sweep; the waits between its tries take no time."""
    handle = await skipper.client.start_workflow(
        ArchiveSweep.run, Sweep(), id=f"sweep-{settings.task_queue}", task_queue=settings.task_queue
    )
    await skipper.fast_forward(handle, timedelta(hours=1))
    return await handle.result()


async def test_a_sweep_archives_what_no_archive_holds(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """Page by page; a run that cannot be kept is counted and left to the next sweep; a whole archive stays as it is."""
    async with house_of(settings, skipper, keyring) as app:
        shelf = SmallShelf(app.store.archive)
        archivist = Archivist(ServerHistories(app.client, page_size=2), shelf)
        others = [one for one in course_activities(app) if "Archivist" not in one.__qualname__]
        mine: list[Callable[..., Any]] = [*others, archivist.archive_run, archivist.unarchived_runs]
        async with course_worker(app.client, settings, workflows=WORKFLOWS, activities=mine):
            await make_current(app.client, settings)
            gone = await Served.begin(app, skipper)
            await gone.handle.terminate("a slip of the hand")
            runs = await ended(served := await Served.begin(app, skipper))
            before = [run.run_id for run in await app.store.archive.runs(served.handle.id)]
            assert before == runs[:-1], "a course archives all runs but its last"
            shelf.room = 1
            first = await swept(skipper, settings)
            assert (first.looked_at, first.archived, first.failed) == (len(runs) + 1, 1, 1)
            shelf.room = 100
            second = await swept(skipper, settings)
            assert (second.archived, second.failed) == (1, 0)
            third = await swept(skipper, settings)
            assert (third.looked_at, third.archived, third.failed) == (len(runs) + 1, 0, 0)
        assert [run.run_id for run in await app.store.archive.runs(served.handle.id)] == runs
        assert len(await app.store.archive.runs(gone.handle.id)) == 1


async def test_the_sweep_runs_by_a_schedule(
    client: Client, settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """Making it twice makes one; what ops have paused stays paused; it runs on the current build."""
    async with house_of(settings, skipper, keyring) as app, worked(app):
        await (await keep_sweeping(client, settings)).pause(note="ops are at it")
        schedule = await keep_sweeping(client, settings)
        assert (await schedule.describe()).schedule.state.paused
        await schedule.trigger()
        started = await first_action(schedule)
        handle = client.get_workflow_handle(started.workflow_id, result_type=Sweep)
        assert await handle.result() == Sweep()
        await schedule.delete()


async def first_action(schedule: ScheduleHandle) -> ScheduleActionExecutionStartWorkflow:
    """What the schedule has started."""
    async with asyncio.timeout(20):
        while not (actions := (await schedule.describe()).info.recent_actions):
            pass
    started = actions[0].action
    assert isinstance(started, ScheduleActionExecutionStartWorkflow)
    return started
