"""A course whose history does not replay is named, and goes on from before the task that fails; nothing is lost."""

from collections import Counter

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.testing import TimeSkipper
from typing_extensions import override

from adapters.evidence import RUNNING
from adapters.identity.keyring import KeyRing
from adapters.identity.signing import Signer
from adapters.settings import Settings
from adapters.temporal.inspecting import Inspected, inspect
from adapters.temporal.replaying import TASK_COMPLETED
from audit.histories import histories_of
from audit.timeline import story
from course.acts.base import BaseAct
from course.acts.care import AddNote
from course.acts.catalogue import ActEnvelope
from course.model.terms import Role
from course.views.proof import ProofFault
from services.running.rescue import RescueError, rescue
from tests.support.life import STAFF
from tests.support.served import Served, house_of, worked
from tests.workflows.test_proof import GRAVE, proved
from workflows.course import TreatmentCourse


@pytest.mark.timeout(120)
async def test_a_rescued_course_has_every_act_signal_and_letter_once(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """What came after the task that fails stands in the new run as it was; the story says that there was a reset."""
    async with house_of(settings, skipper, keyring) as app:
        with pytest.MonkeyPatch.context() as other_rules:
            async with worked(app):
                served = await Served.begin(app, skipper)
                await served.clear()
                well = await Served.begin(app, skipper)
                other_rules.setattr("course.upkeep.CALENDAR_DAYS", 1)
                await served.wait(days=3)
                await served.do("note", text="after the fault")
                await served.do("schedule", Role.COORDINATOR, first=await served.next_monday())
                await served.do("measure", Role.NURSE, instrument="phq9", answers=GRAVE)
                await served.handle.signal("what_is_this", {"from": "elsewhere"})
                await served.wait(minutes=5)
                before = await served.record()
        async with worked(app):
            assert (await inspect(app.client, keyring, RUNNING)).wedged == (served.handle.id,)
            with pytest.raises(RescueError, match="replays: there is nothing to rescue it from"):
                await rescue(app, well.handle.id, "by mistake")
            done = await rescue(app, served.handle.id, "a change of rules under the same build")
            assert (done.acts, done.refused) == (3, ())
            await served.wait(minutes=5)
            after = await served.record()
            assert await inspect(app.client, keyring, RUNNING) == Inspected((), {}, {})
            lines = await story(await histories_of(app, served.handle.id), keyring)
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


async def test_what_a_reset_undid_is_named(settings: Settings, skipper: TimeSkipper, keyring: KeyRing) -> None:
    """A client without keys resets a course to its beginning: proof counts the acts that are gone."""
    async with house_of(settings, skipper, keyring) as app, worked(app):
        served = await Served.begin(app, skipper)
        await served.do("note", text="there once")
        history = await served.handle.fetch_history()
        first = next(one.event_id for one in history.events if one.event_type == TASK_COMPLETED)
        keyless = await Client.connect(skipper.client.service_client.config.target_host)
        await keyless.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=keyless.namespace,
                workflow_execution=WorkflowExecution(workflow_id=served.handle.id),
                workflow_task_finish_event_id=first,
                request_id="a-reset",
                reason="to be rid of it",
                reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
            )
        )
        assert not [one for one in (await served.record()).entries if "there once" in one.text]
        assert (await inspect(app.client, keyring, RUNNING)).lost == {served.handle.id: 1}
        named = {(one.kind, one.subject) for one in (await proved(app)).exceptions}
        assert (ProofFault.ACTS_GONE, served.handle.id) in named
        lines = [line.what for line in await story(await histories_of(app, served.handle.id), keyring)]
    for word in ("there once", "reset to"):
        assert sum(word in what for what in lines) == 1


async def test_an_act_that_a_worker_took_and_nobody_signed_is_named(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """Somebody else's worker may take what it likes; proof and story say that no sign-in stands behind it."""

    class Credulous(Signer):
        """A worker that asks for no proof."""

        @override
        def admitted(self, act: BaseAct, course_id: str) -> bool:
            """Take anything."""
            return bool(act.request_id and course_id)

    async with house_of(settings, skipper, keyring) as app, worked(app, signer=Credulous(keyring)):
        served = await Served.begin(app, skipper)
        forged = AddNote(
            request_id="forged-0001", actor=STAFF[Role.PRESCRIBER], made_at=await served.now(), text="as if by Dr Lee"
        )
        await served.handle.execute_update(TreatmentCourse.act, ActEnvelope(act=forged))
        named = {(one.kind, one.subject) for one in (await proved(app)).exceptions}
        assert (ProofFault.NOT_PROVEN, served.handle.id) in named
        (line,) = [
            line.what
            for line in await story(await histories_of(app, served.handle.id), keyring)
            if "as if by Dr Lee" in line.what
        ]
    assert line.endswith("(NOT PROVEN: no sign-in stands behind it)")
