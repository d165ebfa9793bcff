"""Looks through the histories of running courses for what their lists cannot show."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError

from adapters.identity.signing import Signer
from adapters.keyring import KeyRing
from adapters.temporal.plugin import build_id
from adapters.temporal.replaying import Replays, build_of
from adapters.temporal.updates import acts_in, by_request, last_reset
from course.acts.catalogue import ActEnvelope


@dataclass(frozen=True)
class Inspected:
    """What is wrong in histories, by course: those that do not replay, acts that nobody signed, acts that are gone."""

    wedged: tuple[str, ...]
    unproven: Mapping[str, int]
    lost: Mapping[str, int]


async def inspect(client: Client, ring: KeyRing, where: str) -> Inspected:
    """Read every running course that matches; those of this build are replayed as well."""
    here, unproven, lost = build_id(), dict[str, int](), dict[str, int]()

    async def of_this_build() -> AsyncIterator[WorkflowHistory]:
        async for found in client.list_workflows(where):
            handle = client.get_workflow_handle(found.id, run_id=found.run_id)
            with suppress(RPCError):  # one that has gone since it was listed
                build, history = build_of(await handle.describe())[0], await handle.fetch_history()
                unproven[found.id] = await _unproven(history, ring)
                lost[found.id] = len(await acts_undone(client, history, ring))
                if build == here:
                    yield history

    failing = await Replays(ring).failing(of_this_build())
    return Inspected(tuple(sorted(failing)), _some(unproven), _some(lost))


async def _unproven(history: WorkflowHistory, ring: KeyRing) -> int:
    """How many acts a worker took that no sign-in of this installation stands behind."""
    signer = Signer(ring)
    acts = (await acts_in(history, ring)).values()
    return sum(one is None or not signer.signed(one.act, history.workflow_id) for one in acts)


async def acts_undone(client: Client, history: WorkflowHistory, ring: KeyRing) -> dict[str, ActEnvelope]:
    """The acts of the runs that this one was reset out of that are not in it, by request, in the order taken."""
    taken = by_request(await acts_in(history, ring))
    earlier = await _acts_before(client, history, ring)
    return {request: one for request, one in earlier.items() if request not in taken}


async def _acts_before(client: Client, history: WorkflowHistory, ring: KeyRing) -> dict[str, ActEnvelope]:
    """The acts of every run from which a reset led to this one."""
    reset = last_reset(history)
    if reset is None:
        return {}
    base = reset.workflow_task_failed_event_attributes.base_run_id
    before = await client.get_workflow_handle(history.workflow_id, run_id=base).fetch_history()
    return {**await _acts_before(client, before, ring), **by_request(await acts_in(before, ring))}


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {course: count for course, count in counts.items() if count}
