import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext

from adapters.keyring import KeyRing, UnknownKeyError
from adapters.temporal.codec import BINDING, KEY_ID, EncryptingCodec

RING = KeyRing.generate()
CODEC = EncryptingCodec(RING)
PAYLOADS = st.builds(
    Payload, data=st.binary(max_size=2000), metadata=st.dictionaries(st.text(max_size=20), st.binary(max_size=20))
)


@given(payloads=st.lists(PAYLOADS, max_size=3))
async def test_what_is_encoded_comes_back(payloads: list[Payload]) -> None:
    """Any payloads, metadata too, are the same after encoding and decoding."""
    assert await CODEC.decode(await CODEC.encode(payloads)) == payloads


@given(word=st.binary(min_size=8, max_size=400))
async def test_the_encoded_payload_holds_no_content(word: bytes) -> None:
    """What is stored is the key's id and bytes in which neither data nor metadata can be found."""
    (encoded,) = await CODEC.encode([Payload(data=word, metadata={"encoding": b"json/plain"})])
    assert dict(encoded.metadata) == {"encoding": b"binary/encrypted", KEY_ID: RING.active.encode()}
    assert word not in encoded.data
    assert b"json/plain" not in encoded.data


@given(data=st.binary(max_size=300), place=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
async def test_one_changed_byte_makes_it_unreadable(data: bytes, place: int, flip: int) -> None:
    """A damaged payload decodes to a marker and never to other content."""
    (encoded,) = await CODEC.encode([Payload(data=data)])
    damaged = bytearray(encoded.data)
    damaged[place % len(damaged)] ^= flip
    (decoded,) = await CODEC.decode([Payload(data=bytes(damaged), metadata=encoded.metadata)])
    assert json.loads(decoded.data) == {"unreadable": "it is damaged, or was made for another place"}


@given(payload=PAYLOADS)
async def test_plaintext_is_marked_and_not_quoted(payload: Payload) -> None:
    """A payload that nobody encrypted decodes to a marker, also one that says nothing."""
    (decoded,) = await CODEC.decode([payload])
    assert json.loads(decoded.data) == {"unreadable": "it was not encrypted"}
    assert decoded.metadata["encoding"] == b"json/plain"


@pytest.mark.parametrize("key_id", [b"", b"a b", b"\xff", b"k" * 65])
async def test_what_is_no_key_id_is_marked(key_id: bytes) -> None:
    """A key id that no ring could have is unreadable, for it can never come back."""
    (encoded,) = await CODEC.encode([Payload(data=b"x")])
    encoded.metadata[KEY_ID] = key_id
    (decoded,) = await CODEC.decode([encoded])
    assert json.loads(decoded.data) == {"unreadable": "it does not name its key"}


async def test_an_unknown_key_raises_and_may_come_back() -> None:
    """A payload under a key that is missing raises, naming the key alone, and reads once the key is there."""
    rotated = RING.rotated()
    (encoded,) = await EncryptingCodec(rotated).encode([Payload(data=b"private")])
    with pytest.raises(UnknownKeyError) as raised:
        await CODEC.decode([encoded])
    assert str(raised.value) == f"Key {rotated.active} is not in the key ring: put it back into the key file."
    assert await EncryptingCodec(rotated).decode([encoded]) == [Payload(data=b"private")]


async def test_a_rotated_ring_reads_what_older_keys_wrote() -> None:
    """Rotation changes what new payloads are sealed with, and nothing else."""
    rotated = RING.rotated()
    (old,) = await CODEC.encode([Payload(data=b"private")])
    (new,) = await EncryptingCodec(rotated).encode([Payload(data=b"private")])
    assert await EncryptingCodec(rotated).decode([old, new]) == [Payload(data=b"private")] * 2
    assert (old.metadata[KEY_ID], new.metadata[KEY_ID]) == (RING.active.encode(), rotated.active.encode())


async def test_long_payloads_shrink() -> None:
    """A record of 64 kB of JSON is stored in a tenth of that."""
    record = json.dumps([{"session": f"s{number}", "status": "done", "mg": "38.5"} for number in range(1200)]).encode()
    (encoded,) = await CODEC.encode([Payload(data=record)])
    assert len(record) > 60_000
    assert len(encoded.data) < len(record) / 10


async def test_a_payload_of_a_course_opens_there_alone() -> None:
    """Not in another course, not as what an activity answered, not outside of courses, not with its mark off."""
    mine, payload = CODEC.with_context(course("c-1")), Payload(data=b"private")
    (encoded,) = await mine.encode([payload])
    assert await mine.decode([encoded]) == [payload]
    unmarked = Payload(
        data=encoded.data, metadata={name: value for name, value in encoded.metadata.items() if name != BINDING}
    )
    elsewhere = (CODEC.with_context(course("c-2")), CODEC.with_context(activity("c-1")), CODEC)
    for codec, one in (*((codec, encoded) for codec in elsewhere), (mine, unmarked)):
        (decoded,) = await codec.decode([one])
        assert "unreadable" in json.loads(decoded.data)


async def test_what_was_written_before_there_was_a_binding_stays_readable() -> None:
    """And what belongs to no course is bound to none: a schedule does not know the ids of the runs that it starts."""
    payload = Payload(data=b"private")
    (old,) = await CODEC.encode([payload])
    (night,) = await CODEC.with_context(course("proof-courses")).encode([payload])
    assert await CODEC.with_context(course("c-1")).decode([old]) == [payload]
    assert await CODEC.with_context(course("proof-courses-2027-03-01")).decode([night]) == [payload]


def course(workflow_id: str) -> WorkflowSerializationContext:
    """Where a workflow's own payloads are made and read."""
    return WorkflowSerializationContext(namespace="default", workflow_id=workflow_id)


def activity(workflow_id: str) -> ActivitySerializationContext:
    """Where what its activities are given and answer is made and read."""
    return ActivitySerializationContext(
        namespace="default",
        activity_id="s1/visit_24h/1",
        activity_type="send_message",
        activity_task_queue="courses",
        workflow_id=workflow_id,
        workflow_type="TreatmentCourse",
        is_local=False,
    )
