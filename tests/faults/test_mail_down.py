"""A mail server that refuses for a day holds up nobody's work, and nothing is sent twice."""

from collections import Counter

from temporalio.testing import TimeSkipper

from activities.ports import Medium
from adapters.channels.mailbox import Mailbox
from adapters.keyring import KeyRing
from adapters.settings import Settings
from course.model.terms import Role
from tests.support.outside.mail import Moody
from tests.support.served import ADDRESS, Served, house_of, worked


async def test_a_day_without_mail(settings: Settings, skipper: TimeSkipper, keyring: KeyRing) -> None:
    """Acts are answered at once, what could not go is somebody's task, what is still true goes out afterwards."""
    async with house_of(settings, skipper, keyring) as app:
        post = Moody(Mailbox(app.settings.mailbox_folder))
        async with worked(app, channels={Medium.EMAIL: post}):
            served = await Served.begin(app, skipper)
            await served.clear()
            monday = await served.next_monday()
            await served.do("schedule", Role.COORDINATOR, first=monday)
            await served.wait(hours=1)
            before = len(await served.to_patient())
            post.refuses, tried = True, post.asked
            await served.go_to(monday)
            assert post.asked > tried
            assert (await served.do("hold", cause="patient", reason="urgent")).sentence.startswith("held")
            await served.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 3))
            await served.do("acknowledge")
            assert len(await served.to_patient()) == before
            tasks = {task.kind for task in (await served.record()).tasks}
            assert "failed_message" in tasks
            post.refuses = False
            escalation = (await served.record()).open_escalation
            assert escalation is not None
            await served.do("resolve", item=escalation.id, reason="seen, safe")
            await served.do("release", reason="well again")
            await served.wait(days=3)
            assert len(await served.to_patient()) > before
            ids = Counter(str(letter["Message-ID"]) for letter in served.mailbox() if ADDRESS in str(letter["To"]))
            assert all(times == 1 for times in ids.values())
