"""A course whose history does not replay is named, and goes on from before the task that fails; nothing is lost."""

from collections import Counter

import pytest
from temporalio.testing import TimeSkipper

from adapters.evidence import RUNNING
from adapters.keyring import KeyRing
from adapters.replaying import wedged
from adapters.rescue import RescueError, rescue
from adapters.settings import Settings
from audit.histories import histories_of
from audit.timeline import story
from course.terms import Role
from tests.support.served import Served, house_of, worked
from tests.workflows.test_proof import GRAVE


@pytest.mark.timeout(120)
async def test_a_rescued_course_has_every_act_signal_and_letter_once(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """What came after the task that fails stands in the new run as it was; the story says that there was a reset."""
    async with house_of(settings, skipper, keyring) as house:
        with pytest.MonkeyPatch.context() as other_rules:
            async with worked(house):
                served = await Served.begin(house, skipper)
                await served.clear()
                well = await Served.begin(house, skipper)
                other_rules.setattr("course.upkeep.CALENDAR_DAYS", 1)
                await served.wait(days=3)
                await served.do("note", text="after the fault")
                await served.do("schedule", Role.COORDINATOR, first=await served.next_monday())
                await served.do("measure", Role.NURSE, instrument="phq9", answers=GRAVE)
                await served.handle.signal("what_is_this", {"from": "elsewhere"})
                await served.wait(minutes=5)
                before = await served.record()
        async with worked(house):
            assert await wedged(house.client, keyring, RUNNING) == [served.handle.id]
            with pytest.raises(RescueError, match="replays: there is nothing to rescue it from"):
                await rescue(house, well.handle.id, "by mistake")
            done = await rescue(house, served.handle.id, "a change of rules under the same build")
            assert (done.acts, done.refused) == (3, ())
            await served.wait(minutes=5)
            after = await served.record()
            assert await wedged(house.client, keyring, RUNNING) == []
            lines = await story(await histories_of(house, served.handle.id), keyring)
    texts = Counter(entry.text for entry in after.entries)
    assert texts["note: after the fault"] == 1
    assert sorted(entry.text for entry in after.entries) == sorted(
        entry.text for entry in before.entries if "calendar" not in entry.text
    )
    assert [one.start for one in after.sessions] == [one.start for one in before.sessions]
    assert [one.total for one in after.scores] == [one.total for one in before.scores]
    assert Counter(task.kind for task in after.tasks) == Counter(task.kind for task in before.tasks)
    assert set(Counter(str(letter["Message-ID"]) for letter in served.mailbox()).values()) == {1}
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    reset = next(line for line in lines if "reset" in line.what)
    assert (reset.role, reset.why) == ("ops", "a change of rules under the same build")
    noted = [line.what for line in lines if "after the fault" in line.what]
    assert len(noted) == 2
    assert "taken again" in noted[1]
    assert sum("enrolled" in line.what for line in lines) == 1
