"""Updates as a history holds them."""

from collections.abc import Mapping

from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.update.v1 import Input
from temporalio.client import WorkflowHistory

from adapters.keyring import KeyRing
from adapters.temporal.codec import in_course
from adapters.temporal.plugin import data_converter
from course.acts.catalogue import ActEnvelope


def accepted_updates(history: WorkflowHistory) -> Mapping[int, Input]:
    """What each accepted update asked for, by the event that accepted it.

    An update that a reset took over from the run before stands in an event of its own, and is accepted without words.
    """
    admitted: dict[str, Input] = {}
    accepted: dict[int, Input] = {}
    for event in history.events:
        if event.HasField("workflow_execution_update_admitted_event_attributes"):
            request = event.workflow_execution_update_admitted_event_attributes.request
            admitted[request.meta.update_id] = request.input
        if event.HasField("workflow_execution_update_accepted_event_attributes"):
            value = event.workflow_execution_update_accepted_event_attributes
            asked = value.accepted_request.input
            accepted[event.event_id] = asked if asked.name else admitted.get(value.protocol_instance_id, asked)
    return accepted


def resets(event: HistoryEvent) -> bool:
    """Whether everything before the event was taken over from another run."""
    cause = event.workflow_task_failed_event_attributes.cause
    return cause == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW


def last_reset(history: WorkflowHistory) -> HistoryEvent | None:
    """The event at which the run was last reset out of another."""
    return next((event for event in reversed(history.events) if resets(event)), None)


def run_of(history: WorkflowHistory) -> str:
    """The run whose history this is: one that was reset begins with the events, and the id, of the run before it."""
    reset = last_reset(history)
    return history.run_id if reset is None else reset.workflow_task_failed_event_attributes.new_run_id


async def acts_in(history: WorkflowHistory, ring: KeyRing) -> Mapping[int, ActEnvelope | None]:
    """The acts that a course took, by the event that accepted each; None where one cannot be read."""
    asked = accepted_updates(history)
    return {event: await _act(one, history, ring) for event, one in asked.items() if one.name == "act"}


def by_request(acts: Mapping[int, ActEnvelope | None]) -> dict[str, ActEnvelope]:
    """Acts by the request that each was, in their order, without those that cannot be read."""
    return {one.act.request_id: one for one in acts.values() if one is not None}


async def _act(asked: Input, history: WorkflowHistory, ring: KeyRing) -> ActEnvelope | None:
    converter = in_course(data_converter(ring), history.workflow_id)
    try:
        return ActEnvelope.model_validate((await converter.decode(asked.args.payloads, [ActEnvelope]))[0])
    except Exception:  # noqa: BLE001  what cannot be decrypted, or is no act, is not there
        return None
