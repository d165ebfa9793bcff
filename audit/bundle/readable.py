"""Histories as anybody can read them: each payload in place as the JSON that it holds."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from adapters.keyring import KeyRing
from adapters.temporal.codec import EncryptingCodec, in_activities, in_course
from adapters.temporal.plugin import data_converter

Json = Any
PLAIN = b"json/plain"
"""Search attributes, which the server reads."""


async def readable(history: WorkflowHistory, ring: KeyRing) -> bytes:
    """The history's JSON, its payloads as `{"json": ...}`; what cannot be read stays as it is."""
    whole = history.to_json_dict()
    converters = [
        in_course(data_converter(ring), history.workflow_id),
        in_activities(data_converter(ring), history.workflow_id),
    ]
    for holder, key in list(_payloads(whole)):
        opened = await _opened(holder[key], converters)
        if opened is not None:
            holder[key] = opened
    return json.dumps(whole, sort_keys=True, indent=1, ensure_ascii=False).encode()


def _payloads(value: Json) -> Iterator[tuple[Any, Any]]:
    """Where each payload stands."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in members:
        if isinstance(one, dict) and "metadata" in one and "encoding" in one["metadata"]:
            yield value, key
        else:
            yield from _payloads(one)


async def _opened(payload: dict[str, Json], converters: list[DataConverter]) -> dict[str, Json] | None:
    metadata = {name: base64.b64decode(one) for name, one in payload["metadata"].items()}
    sealed = Payload(metadata=metadata, data=base64.b64decode(payload.get("data", "")))
    if metadata["encoding"] == PLAIN:
        return {"json": json.loads(sealed.data)}
    for converter in converters:
        codec = converter.payload_codec
        assert isinstance(codec, EncryptingCodec)
        (opened,) = await codec.decode([sealed])
        if b"unreadable" not in opened.data[:20]:
            try:
                return {"json": json.loads(opened.data) if opened.data else None}
            except ValueError:
                return None
    return None


def acts_in(whole: Json) -> Iterator[dict[str, Json]]:
    """Every act in a readable history, as it was sent; `verify.py` finds them by itself, as it finds everything."""
    for event in whole["events"]:
        accepted = event.get("workflowExecutionUpdateAcceptedEventAttributes", {})
        asked = accepted.get("acceptedRequest", {}).get("input", {})
        payloads = asked.get("args", {}).get("payloads", [])
        if asked.get("name") == "act" and payloads and isinstance(payloads[0].get("json"), dict):
            yield payloads[0]["json"]["act"]
