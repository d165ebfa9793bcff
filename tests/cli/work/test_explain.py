"""`explain` on a course that was lived on the real server: held, relapsed, and not written to."""

import pytest
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from adapters.wiring import Application
from course.model.terms import Role
from tests.cli.conftest import Terminal
from tests.support.served import Served
from tests.support.stories import BASELINE

WELL = (1, 1, 1, 1, 1, 1, 1, 1, 0)


@pytest.fixture(scope="module")
async def lived(opened: Application) -> Served:
    """Six infusions, a response, an opt-out, the response lost on two readings, a hold."""
    own = TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=1_000_000)
    course = await Served.begin(opened, TimeSkipper(opened.client, config=own))
    await course.clear()
    await course.do("schedule", Role.COORDINATOR, first=await course.next_monday())
    for _ in range(6):
        await course.give()
    await course.wait(days=4)
    await course.do("measure", Role.NURSE, instrument="phq9", answers=WELL)
    await course.do("evaluate", decision="maintenance", reason="response")
    await course.do("contact", Role.PATIENT, opt_out=True)
    for _ in range(2):
        await course.wait(days=8)
        await course.do("measure", Role.NURSE, instrument="phq9", answers=BASELINE)
    await course.do("hold", Role.NURSE, cause="psychosis", reason="hears voices")
    return course


async def test_a_course_explains_itself(terminal: Terminal, lived: Served) -> None:
    """The protocol by its sha, the hold and its prescriber, both bad readings, each message that did not go out."""
    await terminal.sign_in("ortiz")
    record = await lived.record()
    told = (await terminal.type("explain", lived.handle.id, "--json")).said
    assert told["protocol"] == {"id": "depression", "version": "1", "sha256": record.protocol.sha256}
    assert told["tags_known"]
    by_topic = {topic: [one for one in told["reasons"] if one["topic"] == topic] for topic in ("hold", "relapse")}
    assert by_topic["hold"][0]["may"][0].startswith("release: prescriber")
    assert by_topic["relapse"][0]["says"] == "relapse confirmed"
    unsent = [one for one in told["reasons"] if one["topic"] == "not sent" and "opted out" in one["says"]]
    assert any(one["may"][0].startswith("contact: ") for one in unsent)
    printed = await terminal.type("explain", lived.handle.id)
    assert f"sha {record.protocol.sha256}" in printed.out
    assert "HOLD hold: held: psychosis" in printed.out


async def test_an_entry_explains_itself(terminal: Terminal, lived: Served) -> None:
    """What was asked and what it changed, out of the history; who may, out of the table; who tried before."""
    await terminal.sign_in("cole")
    assert (await terminal.type("release", lived.handle.id, "--reason", "better")).code == 3
    number = (await lived.record()).entry_count
    told = (await terminal.type("explain", lived.handle.id, str(number), "--json")).said["reasons"][0]
    assert told["says"].startswith("held (psychosis), review ")
    assert told["inputs"]["asked cause"] == "psychosis"
    assert (told["inputs"]["before"], told["inputs"]["after"]) == ("running", "held")
    assert told["may"] == ["hold: coordinator, nurse, prescriber, with a reason"]
    assert told["inputs"]["proof"].startswith("run ")
    ended = await terminal.type("explain", lived.handle.id, "9999")
    assert (ended.code, "has no entry 9999" in ended.err) == (1, True)


async def test_a_refusal_is_told_with_the_entry_that_followed(terminal: Terminal, course: str) -> None:
    """It left no history; the access log still knows who tried the same act before."""
    await terminal.sign_in("cole")
    assert (await terminal.type("cease", course, "--reason", "asked for it")).code == 3
    await terminal.sign_in("lee")
    ceased = await terminal.type("cease", course, "--reason", "no longer wanted", "--json")
    told = (await terminal.type("explain", course, str(ceased.said["entry"]), "--json")).said["reasons"][0]
    assert told["inputs"]["refused before"].startswith("cole at ")
    assert told["inputs"]["why"] == "no longer wanted"
