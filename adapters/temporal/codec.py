"""Encrypts every payload that Temporal stores."""

import json
import zlib
from collections.abc import Sequence

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)
from typing_extensions import override

from adapters.keyring import KeyRing, UnreadableError

ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"
BINDING = "encryption-binding"
COURSES = "c-"
"""Where the ids of courses begin."""

ACT, SEND = b"course", b"activity"
BOUND_TO = b"payload:"
PLAIN, DEFLATED = b"\0", b"\1"
WORTH_DEFLATING_BYTES = 200
LONGEST_KEY_ID = 64


class EncryptingCodec(PayloadCodec, WithSerializationContext):
    """AES-GCM over the whole payload, deflated first where that makes it shorter.

    A course's payload opens only in that course, and only where it was made for: in the course itself, or in what its
    activities are given and answer. Moved elsewhere it is unreadable. What is not a course's is bound to nothing, and
    neither is what was written before there was a binding.

    Nothing passes in the clear, `binary/null` neither: whether a value is there is content too. The SDK keeps from
    the codec what must stay readable by the server (search attributes, headers, system Nexus envelopes, markers).
    Decoding never raises on what is foreign or damaged: it yields `{"unreadable": why}`, which no model accepts, so
    that one stray payload refuses one message and does not wedge a course. It raises for a key of this installation
    that is missing, because that one may come back; another installation's key is foreign.
    """

    def __init__(self, ring: KeyRing, place: bytes = b"") -> None:
        self.ring = ring
        self._place = place

    @override
    def with_context(self, context: SerializationContext) -> "EncryptingCodec":
        """The codec of one course, or of its activities."""
        return EncryptingCodec(self.ring, _place(context))

    @override
    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Every payload, encrypted with the active key."""
        return [self._encrypted(payload) for payload in payloads]

    @override
    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Every payload as it was before encoding, or an `unreadable` one."""
        return [self._decrypted(payload) for payload in payloads]

    def _encrypted(self, payload: Payload) -> Payload:
        raw = payload.SerializeToString()
        deflated = zlib.compress(raw, zlib.Z_BEST_SPEED) if len(raw) > WORTH_DEFLATING_BYTES else raw
        data = DEFLATED + deflated if len(deflated) < len(raw) else PLAIN + raw
        key_id, sealed = self.ring.encrypt(data, BOUND_TO + self._place)
        binding = {BINDING: self._place.partition(b":")[0]} if self._place else {}
        return Payload(metadata={"encoding": ENCODING, KEY_ID: key_id.encode(), **binding}, data=sealed)

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return unreadable("it was not encrypted")
        key_id = payload.metadata.get(KEY_ID, b"")
        if not key_id.isalnum() or len(key_id) > LONGEST_KEY_ID:
            return unreadable("it does not name its key")
        if not self.ring.may_hold(key_id.decode("ascii")):
            return unreadable("it was encrypted with another installation's key")
        try:
            place = self._place if BINDING in payload.metadata else b""
            data = self.ring.decrypt(key_id.decode("ascii"), payload.data, BOUND_TO + place)
        except UnreadableError:
            return unreadable("it is damaged, or was made for another place")
        return Payload.FromString(zlib.decompress(data[1:]) if data[:1] == DEFLATED else data[1:])


def _place(context: SerializationContext) -> bytes:
    """What a payload is bound to; nothing outside of courses, whose ids schedules for instance do not know ahead."""
    match context:
        case WorkflowSerializationContext(workflow_id=str(course)) if course.startswith(COURSES):
            return ACT + b":" + course.encode()
        case ActivitySerializationContext(workflow_id=str(course)) if course.startswith(COURSES):
            return SEND + b":" + course.encode()
    return b""


def in_course(converter: DataConverter, course_id: str) -> DataConverter:
    """A converter for what a course itself was given, said, and carries."""
    return converter.with_context(WorkflowSerializationContext(namespace="", workflow_id=course_id))


def in_activities(converter: DataConverter, course_id: str) -> DataConverter:
    """A converter for what a course's activities were given and answered."""
    nothing = dict.fromkeys(("activity_id", "activity_type", "activity_task_queue", "workflow_type"))
    context = ActivitySerializationContext(namespace="", workflow_id=course_id, is_local=False, **nothing)
    return converter.with_context(context)


def unreadable(why: str) -> Payload:
    """What takes the place of a payload that cannot be read."""
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps({"unreadable": why}).encode())
