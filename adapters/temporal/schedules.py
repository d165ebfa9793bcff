"""The schedules of every night: the archive sweep, and an hour later the proof that nobody has disappeared."""

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
from activities.proof import ProofOrder
from adapters.settings import Settings
from workflows.proof import NightlyProof
from workflows.sweep import ArchiveSweep

EVERY = timedelta(days=1)
AT_UTC = timedelta(hours=3)
PROOF_AT_UTC = timedelta(hours=4)
# Below a day: one that hangs, say on a build that is gone, must not keep the next one from starting.
AT_MOST = timedelta(hours=20)


async def keep_sweeping(client: Client, settings: Settings) -> ScheduleHandle:
    """Have the archive swept every night; one that ops have paused stays paused."""
    name = f"{settings.task_queue}-archive-sweep"
    sweep = ScheduleActionStartWorkflow(
        ArchiveSweep.run, Sweep(), id=name, task_queue=settings.task_queue, execution_timeout=AT_MOST
    )
    return await _keep(client, name, sweep, AT_UTC)


async def keep_proving(client: Client, settings: Settings) -> ScheduleHandle:
    """Have it proved every night that nobody has disappeared; paused by ops, it stays paused."""
    name = f"{settings.task_queue}-nightly-proof"
    proof = ScheduleActionStartWorkflow(
        NightlyProof.run, ProofOrder(), id=name, task_queue=settings.task_queue, execution_timeout=AT_MOST
    )
    return await _keep(client, name, proof, PROOF_AT_UTC)


async def _keep(client: Client, name: str, action: ScheduleActionStartWorkflow, at: timedelta) -> ScheduleHandle:
    wanted = Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY, offset=at)]),
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
