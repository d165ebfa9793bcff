"""Encrypts every payload that Temporal stores."""

import json
import zlib
from collections.abc import Sequence

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec
from typing_extensions import override

from adapters.keyring import KeyRing, UnreadableError

ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"
BOUND_TO = b"payload:"
PLAIN, DEFLATED = b"\0", b"\1"
WORTH_DEFLATING_BYTES = 200
LONGEST_KEY_ID = 64


class EncryptingCodec(PayloadCodec):
    """AES-GCM over the whole payload, deflated first where that makes it shorter.

    Nothing passes in the clear, `binary/null` neither: whether a value is there is content too. The SDK keeps from
    the codec what must stay readable by the server (search attributes, headers, system Nexus envelopes, markers).
    Decoding never raises on what is foreign or damaged: it yields `{"unreadable": why}`, which no model accepts, so
    that one stray payload refuses one message and does not wedge a course. It raises for a key of this installation
    that is missing, because that one may come back; another installation's key is foreign.
    """

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring

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
        key_id, sealed = self.ring.encrypt(data, BOUND_TO)
        return Payload(metadata={"encoding": ENCODING, KEY_ID: key_id.encode()}, data=sealed)

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return unreadable("it was not encrypted")
        key_id = payload.metadata.get(KEY_ID, b"")
        if not key_id.isalnum() or len(key_id) > LONGEST_KEY_ID:
            return unreadable("it does not name its key")
        if not self.ring.may_hold(key_id.decode("ascii")):
            return unreadable("it was encrypted with another installation's key")
        try:
            data = self.ring.decrypt(key_id.decode("ascii"), payload.data, BOUND_TO)
        except UnreadableError:
            return unreadable("it is damaged")
        return Payload.FromString(zlib.decompress(data[1:]) if data[:1] == DEFLATED else data[1:])


def unreadable(why: str) -> Payload:
    """What takes the place of a payload that cannot be read."""
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps({"unreadable": why}).encode())
