"""One act out of workflow histories, by the entry that it made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from adapters.keyring import KeyRing
from adapters.temporal.codec import in_course
from adapters.temporal.plugin import data_converter
from adapters.temporal.updates import accepted_updates
from course.acts.base import BaseAct
from course.acts.catalogue import ActEnvelope
from course.model.messages import Receipt


@dataclass(frozen=True)
class ProvenAct:
    """An act and its receipt; `run` and `event` say where the proof stands."""

    act: BaseAct
    receipt: Receipt
    run: int
    event: int


async def act_of(histories: Sequence[WorkflowHistory], ring: KeyRing, entry: int) -> ProvenAct | None:
    """The act that made an entry, in the newest run that has it; None where the course made it or no history does."""
    for run, history in reversed(list(enumerate(histories, start=1))):
        accepted = accepted_updates(history)
        converter = in_course(data_converter(ring), history.workflow_id)
        for event in history.events:
            if not event.HasField("workflow_execution_update_completed_event_attributes"):
                continue
            value = event.workflow_execution_update_completed_event_attributes
            begun = accepted.get(value.accepted_event_id)
            if begun is None or begun.name != "act":
                continue
            receipt: Receipt | None = await first_of(converter, value.outcome.success.payloads, Receipt)
            if receipt is None or receipt.repeated or receipt.entry != entry:
                continue
            envelope: ActEnvelope | None = await first_of(converter, begun.args.payloads, ActEnvelope)
            return None if envelope is None else ProvenAct(envelope.act, receipt, run, value.accepted_event_id)
    return None


async def first_of(converter: DataConverter, payloads: Sequence[Payload], kind: type[Any]) -> Any:
    """The first payload as the model that it should be, or None where it cannot be read."""
    if not payloads:
        return None
    try:
        return (await converter.decode(payloads[:1], [kind]))[0]
    except Exception:  # noqa: BLE001  what cannot be decrypted is a gap in the story, no end of it
        return None
