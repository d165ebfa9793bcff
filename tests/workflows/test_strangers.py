"""What machines and strangers send: an evaluation that fits is taken, nothing else stops a course."""

from datetime import datetime
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.testing import TimeSkipper

from adapters.identity.signing import Signer
from adapters.keyring import KeyRing
from adapters.temporal.plugin import course_plugin
from adapters.temporal.updates import accepted_updates
from adapters.wiring import Application
from course.acts.catalogue import ActEnvelope, Evaluate
from course.model.terms import Decision, Role
from tests.support.life import STAFF
from tests.support.served import Served
from workflows.course import TreatmentCourse

EVALUATION = "evaluation_submitted"
UNSIGNED = "nobody's sign-in stands behind it: an evaluation is sent with the proof of whoever signed it"
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


async def test_an_evaluation_by_signal_is_applied_once_it_fits(course: Served) -> None:
    """The prescriber's proof goes along; the phase follows as it would from the update."""
    await course.clear()
    await course.do("cease", reason="asked for it")
    await course.wait(hours=1)
    signed = course.app.signer.stamp(evaluation(await course.now(), Decision.DISCHARGE), course.handle.id)
    await course.handle.signal(EVALUATION, signed.model_dump(mode="json"))
    await course.wait(minutes=1)
    assert (await course.record()).closed


async def test_what_a_machine_sends_and_the_course_cannot_take_is_a_task(course: Served) -> None:
    """Nonsense, no content, two, a year before the first, no proof, a wrong phase, another name: each with its why."""
    fits = course.app.signer.stamp(evaluation(await course.now()), course.handle.id).model_dump(mode="json")
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
        UNSIGNED,
        "evaluate belongs to evaluation or maintenance, this course is in intake",
        "its field made_at does not fit",
        f"its field {'x' * 60} does not fit",
        "a course knows no other signal than evaluation_submitted",
    ]
    assert await goes_on(course)


async def test_what_nobody_signed_is_refused(course: Served, keyring: KeyRing) -> None:
    """A client with the keys and no sign-in, in a prescriber's name: refused as an update, a task as a signal."""
    now = await course.now()
    bare = evaluation(now)
    forged = bare.model_copy(update={"actor": bare.actor.with_(proof="forged")})
    elsewhere = Signer(keyring, "another store").stamp(bare, course.handle.id)
    of_another = course.app.signer.stamp(bare, "c-of-another-patient")
    for act in (bare, forged, elsewhere, of_another):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await course.handle.execute_update(TreatmentCourse.act, ActEnvelope(act=act))
        assert "no sign-in of this clinic stands behind this" in str(refused.value.cause)
    await course.handle.signal(EVALUATION, of_another.model_dump(mode="json"))
    await course.handle.signal(EVALUATION, forged.model_dump(mode="json"))
    assert await refusals(course) == [f"{UNSIGNED} (2 times)"]
    assert not (await course.record()).evaluations


async def test_an_act_copied_out_of_a_history_is_good_nowhere_else(app: Application, skipper: TimeSkipper) -> None:
    """Sent by a client without keys: another course cannot read it, its own takes it for a request that repeats."""
    here, there = await Served.begin(app, skipper), await Served.begin(app, skipper)
    await here.do("note", text="written once")
    copied = [one.args.payloads[0] for one in accepted_updates(await here.handle.fetch_history()).values()][-1]
    for course, mended in ((there, False), (here, True)):
        keyless = await stranger(course, skipper, None)
        asked = keyless.execute_update("act", RawValue(copied), result_type=RawValue)
        if mended:
            await asked
        else:
            with pytest.raises(WorkflowUpdateFailedError):
                await asked
        notes = [one.text for one in (await course.record()).entries if one.text == "note: written once"]
        assert len(notes) == (1 if mended else 0)


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
