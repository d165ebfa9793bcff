"""The schedule that has an archive sweep run every night."""

from dataclasses import replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleHandle,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from activities.archive import Sweep
from adapters.settings import Settings
from workflows.sweep import ArchiveSweep

EVERY = timedelta(days=1)
AT_UTC = timedelta(hours=3)
# Below a day: one that hangs, say on a build that is gone, must not keep the next one from starting.
AT_MOST = timedelta(hours=20)


async def keep_sweeping(client: Client, settings: Settings) -> ScheduleHandle:
    """Have the archive swept every night; one that ops have paused stays paused."""
    name = f"{settings.task_queue}-archive-sweep"
    wanted = Schedule(
        action=ScheduleActionStartWorkflow(
            ArchiveSweep.run, Sweep(), id=name, task_queue=settings.task_queue, execution_timeout=AT_MOST
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY, offset=AT_UTC)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=EVERY),
    )

    def as_wanted(found: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(replace(wanted, state=found.description.schedule.state))

    try:
        return await client.create_schedule(name, wanted)
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(name)
        await handle.update(as_wanted)
        return handle
