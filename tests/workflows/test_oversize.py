"""What is far too large is refused by the server, before it can end a course; what came often is one line."""

import asyncio

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper

from course.signals import COUNTED
from tests.support.served import Served

OVERSIZE = "x" * 1_900_000


async def test_oversize_updates_do_not_end_a_course(course: Served, skipper: TimeSkipper) -> None:
    """Eight at once, from a client without a key: none is taken, and the course goes on."""
    bare = await Client.connect(skipper.client.service_client.config.target_host)
    handle = bare.get_workflow_handle(course.handle.id)

    async def sent() -> BaseException | None:
        try:
            async with asyncio.timeout(20):
                await handle.execute_update("act", OVERSIZE)
        except (RPCError, TimeoutError, Exception) as refused:  # noqa: BLE001  how it is refused is the server's
            return refused
        return None

    answers = await asyncio.gather(*(sent() for _ in range(8)))
    assert all(answers)
    assert (await course.do("note", text="still here")).entry > 0


async def test_five_hundred_signals_are_one_entry_and_one_task(course: Served) -> None:
    """Strangers' signals push nothing off the page: one entry counts them, one task asks for a look."""
    before = (await course.record()).entry_count
    await asyncio.gather(*(course.handle.signal("anything", f"{number}") for number in range(500)))
    await course.wait(minutes=1)
    record = await course.record()
    assert record.entry_count == before + 1
    assert record.entries[-1].text.endswith(COUNTED.format(count=500))
    assert [task.kind for task in record.tasks] == ["refused_signal"]
    await course.resolve_all()
    await course.handle.signal("anything")
    await course.wait(minutes=1)
    after = await course.record()
    assert after.entry_count == record.entry_count + 2
    assert len([task for task in after.tasks if task.resolved_at is None]) == 1
