"""A course that waits for somebody sleeps: what stands open costs nothing until a person or an instant comes."""

from collections import Counter
from datetime import timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.testing import TimeSkipper

from activities.ports import Medium
from adapters.channels.mailbox import Mailbox
from adapters.keyring import KeyRing
from adapters.settings import Settings
from course.model.terms import Role
from tests.support.outside.mail import Moody
from tests.support.served import Served, house_of, worked


async def timers(served: Served) -> int:
    """How many timers the running page has started."""
    history = await served.handle.fetch_history()
    return Counter(event.event_type for event in history.events)[EventType.EVENT_TYPE_TIMER_STARTED]


async def test_an_open_matter_of_a_closed_course_waits_in_its_sleep(course: Served) -> None:
    """Past its amendment period the course stays while anything is unresolved, and wakes for nothing."""
    await course.clear()
    await course.do("discharge", reason="declined after all")
    at = await course.now()
    await course.do("late_entry", text="died", died=True, serious=True, effective_at=at, reason="told by the family")
    await course.do("acknowledge")
    await course.wait(days=29)
    before = await timers(course)
    await course.wait(days=3)
    assert await timers(course) - before < 10
    standing = (await course.record()).open_escalation
    assert standing is not None
    await course.do("resolve", item=standing.id, reason="reviewed")
    assert not (await course.handle.describe()).close_time
    await course.resolve_all()
    summary = await course.handle.result()
    assert summary.end_cause == "died"


async def test_a_page_that_cannot_turn_yet_waits_in_its_sleep(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """Letters that mail refuses keep a page from turning for hours; the course wakes for its occasions only."""
    async with house_of(settings, skipper, keyring) as app:
        post = Moody(Mailbox(app.settings.mailbox_folder))
        async with worked(app, channels={Medium.EMAIL: post}):
            course = await Served.begin(app, skipper)
            opened_at = (await course.record()).opened_at
            await course.go_to(opened_at + timedelta(days=29, hours=23, minutes=50))
            post.refuses = True
            await course.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 3))
            before = await timers(course)
            await course.wait(minutes=40)
            assert (await course.record()).runs == 1
            assert await timers(course) - before < 20
