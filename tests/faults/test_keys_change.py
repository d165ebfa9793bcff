"""The keys of an installation change while a course runs, and one is lost for a while."""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from adapters.keyring import KeyRing
from adapters.temporal.codec import KEY_ID
from tests.support.faults.apart import Scene, set_up


def sealed_with(history: bytes, ring: KeyRing) -> list[str]:
    """The keys of the ring that a history names."""
    return [key_id for key_id in ring.key_ids if key_id.encode() in history]


async def history(scene: Scene) -> bytes:
    """The course's history as the server has it."""
    events = (await scene.served.handle.fetch_history()).events
    return b"".join(event.SerializeToString() for event in events)


@pytest.mark.timeout(60)
async def test_three_keys_under_a_running_course_and_one_of_them_lost(tmp_path: Path) -> None:
    """The worker takes each up without a new start; without one it says which, and goes on when it is back."""
    async with set_up(tmp_path) as scene:
        served, path = scene.served, scene.served.app.settings.key_ring_file
        ring = served.app.ring
        for number in range(2):
            KeyRing.load(path).rotated().save(path)
            ring.refresh()
            await served.do("note", text=f"note under key {number}")
        assert len(ring.key_ids) == 3
        kept = await history(scene)
        assert KEY_ID.encode() in kept
        assert sealed_with(kept, ring) == list(ring.key_ids)
        answers = b"".join(
            event.workflow_execution_update_completed_event_attributes.SerializeToString()
            for event in (await served.handle.fetch_history()).events
        )
        assert ring.active.encode() in answers, "the worker itself seals with the newest"
        await scene.workers.end()
        whole = path.read_bytes()
        path.unlink()
        KeyRing({key: ring._keys[key] for key in ring.key_ids[:2]}, ring.key_ids[1], ring.family).save(path)
        await scene.workers.start()
        waiting = asyncio.create_task(served.do("note", text="while a key was lost"))
        sentence = f"Key {ring.active} is not in the key ring: put it back into the key file."
        while sentence not in scene.workers.log.read_text():
            await served.handle.describe()
        assert not waiting.done()
        assert (await served.handle.describe()).status is WorkflowExecutionStatus.RUNNING
        path.write_bytes(whole)
        await waiting
        notes = (await served.record()).model_dump_json()
        assert [text in notes for text in ("key 0", "key 1", "while a key was lost")] == [True] * 3
