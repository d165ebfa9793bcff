"""Updates as a history holds them."""

from collections.abc import Mapping

from temporalio.api.update.v1 import Input
from temporalio.client import WorkflowHistory


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
            said = event.workflow_execution_update_accepted_event_attributes
            asked = said.accepted_request.input
            accepted[event.event_id] = asked if asked.name else admitted.get(said.protocol_instance_id, asked)
    return accepted
