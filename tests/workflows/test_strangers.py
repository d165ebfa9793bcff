"""What machines and strangers send: an evaluation that fits is taken, nothing else stops a course."""

from datetime import datetime
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.testing import TimeSkipper

from adapters.identity import stamp
from adapters.keyring import KeyRing
from adapters.temporal import course_plugin
from course.acts import Evaluate
from course.terms import Decision, Role
from tests.support.life import STAFF
from tests.support.served import Served

EVALUATION = "evaluation_submitted"
NOTE = {"action": "note", "text": "x", "request_id": "bare-0001", "actor": {}, "made_at": "now"}


def evaluation(made_at: datetime, decision: Decision = Decision.MAINTENANCE) -> Evaluate:
    """A prescriber's decision, as a machine hands it on."""
    return Evaluate(
        request_id="signal-0001",
        actor=STAFF[Role.PRESCRIBER],
        made_at=made_at,
        reason="response",
        decision=decision,
    )


async def refusals(course: Served) -> list[str]:
    """Why signals were not accepted, one entry each, with one open task for all of them."""
    await course.wait(minutes=1)
    record = await course.record()
    assert [task.kind for task in record.tasks] == ["refused_signal"]
    begins = "an evaluation came by signal and was not accepted: "
    return [one.text.removeprefix(begins) for one in record.entries if one.text.startswith(begins)]


async def goes_on(course: Served) -> bool:
    """Whether the course still takes what staff do."""
    return (await course.do("note", text="still here")).entry > 0


async def stranger(course: Served, skipper: TimeSkipper, ring: KeyRing | None) -> WorkflowHandle[Any, Any]:
    """The course as somebody sees it who has no key, or another installation's."""
    plugins = [] if ring is None else [course_plugin(ring)]
    client = await Client.connect(skipper.client.service_client.config.target_host, plugins=plugins)
    return client.get_workflow_handle(course.handle.id)


async def test_an_evaluation_by_signal_is_applied_once_it_fits(course: Served, keyring: KeyRing) -> None:
    """The prescriber's proof goes along; the phase follows as it would from the update."""
    await course.clear()
    await course.do("cease", reason="asked for it")
    await course.wait(hours=1)
    signed = stamp(keyring, evaluation(await course.now(), Decision.DISCHARGE))
    await course.handle.signal(EVALUATION, signed.model_dump(mode="json"))
    await course.wait(minutes=1)
    assert (await course.record()).closed


async def test_what_a_machine_sends_and_the_course_cannot_take_is_a_task(course: Served, keyring: KeyRing) -> None:
    """Nonsense, no content, two, a year before the first, no proof, a wrong phase, another name: each with its why."""
    fits = stamp(keyring, evaluation(await course.now())).model_dump(mode="json")
    unsigned = {**fits, "actor": {**fits["actor"], "proof": ""}}
    for contents in (["nonsense"], [{"decision": "perhaps"}], [], [fits, fits], [unsigned], [fits]):
        await course.handle.signal(EVALUATION, args=contents)
    await course.handle.signal(EVALUATION, {**fits, "made_at": "0001-01-01T00:00:00+14:00"})
    await course.handle.signal(EVALUATION, {**fits, "x" * 300_000: 1})
    await course.handle.signal("discharge_everybody", fits)
    whys = await refusals(course)
    assert whys == [
        "it is not an object with decision, actor, made_at and request_id",
        "its field request_id does not fit",
        "it has 0 contents, an evaluation has one",
        "it has 2 contents, an evaluation has one",
        "nobody's sign-in stands behind it: an evaluation is sent with the proof of whoever signed it",
        "evaluate belongs to evaluation or maintenance, this course is in intake",
        "its field made_at does not fit",
        f"its field {'x' * 60} does not fit",
        "a course knows no other signal than evaluation_submitted",
    ]
    assert await goes_on(course)


@pytest.mark.parametrize("ring", [None, KeyRing.generate()], ids=["plaintext", "another key"])
async def test_a_bare_client_cannot_wedge_a_course(course: Served, skipper: TimeSkipper, ring: KeyRing | None) -> None:
    """What nobody of this installation encrypted is refused as an update, a task as a signal, and never quoted."""
    from_outside = await stranger(course, skipper, ring)
    with pytest.raises(WorkflowUpdateFailedError):
        await from_outside.execute_update("act", {"act": NOTE})
    with pytest.raises(WorkflowUpdateFailedError):
        await from_outside.execute_update("act", args=[{"act": NOTE}, "and more"])
    await from_outside.signal(EVALUATION, {"decision": "discharge"})
    assert await refusals(course) == ["its content could not be decrypted"]
    assert await goes_on(course)
