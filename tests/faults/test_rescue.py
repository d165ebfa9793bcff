"""A course whose history does not replay is named, and goes on from before the task that fails; nothing is lost."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.testing import TimeSkipper
from typing_extensions import override

from adapters.evidence import RUNNING
from adapters.identity.signing import Signer
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.temporal.histories import ServerHistories
from adapters.temporal.inspecting import Inspected, inspect
from adapters.temporal.plugin import build_id
from adapters.temporal.replaying import TASK_COMPLETED, build_of
from adapters.temporal.updates import accepted_updates
from audit.histories import compared_histories, histories_of
from audit.timeline import story
from course.acts.base import BaseAct
from course.acts.care import AddNote
from course.acts.catalogue import ActEnvelope
from course.agenda import booster_booking
from course.model.terms import Role
from course.views.proof import ProofFault
from services.running import rescue as rescuing
from services.running.moving import override as override_build
from services.running.moving import pinned_to
from services.running.rescue import RescueError, rescue
from tests.support.life import STAFF
from tests.support.served import Served, house_of, worked
from tests.workflows.test_proof import GRAVE, proved
from workflows.course import TreatmentCourse


async def first_act(served: Served) -> int:
    """Where the task completed that took the first act."""
    history = await served.handle.fetch_history()
    taken = min(accepted_updates(history))
    return max(one.event_id for one in history.events if one.event_type == TASK_COMPLETED and one.event_id < taken)


async def reset(skipper: TimeSkipper, served: Served, event: int, reapply: ResetReapplyType.ValueType) -> str:
    """Reset a course as somebody without keys may; the new run."""
    keyless = await Client.connect(skipper.client.service_client.config.target_host)
    answer = await keyless.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=keyless.namespace,
            workflow_execution=WorkflowExecution(workflow_id=served.handle.id),
            workflow_task_finish_event_id=event,
            request_id=str(uuid4()),
            reason="to be rid of it",
            reset_reapply_type=reapply,
        )
    )
    return str(answer.run_id)


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
                other_rules.setattr(booster_booking, "CALENDAR_DAYS", 1)
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
            await override_build(app, served.handle.id, pinned_to(app, build_id()))
            done = await rescue(app, served.handle.id, "a change of rules under the same build")
            assert build_of(await served.handle.describe()) == (build_id(), False)
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


async def test_what_resets_undid_is_named_and_taken_again(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing
) -> None:
    """A client without keys resets a course twice: the acts of both runs are gone until a rescue takes them."""
    async with house_of(settings, skipper, keyring) as app, worked(app):
        served = await Served.begin(app, skipper)
        for number, said in enumerate(("there once", "there after"), 1):
            await served.do("note", text=said)
            await reset(skipper, served, await first_act(served), ResetReapplyType.RESET_REAPPLY_TYPE_NONE)
            assert not [one for one in (await served.record()).entries if said in one.text]
            assert (await inspect(app.client, keyring, RUNNING)).lost == {served.handle.id: number}
        named = {(one.kind, one.subject) for one in (await proved(app)).exceptions}
        assert (ProofFault.ACTS_GONE, served.handle.id) in named
        for run in (await ServerHistories(app.client).closed_runs(settings.task_queue, "")).runs:
            kept, closed_at = await ServerHistories(app.client).closed(run.course_id, run.run_id)
            await app.store.archive.put(run.course_id, run.run_id, kept, closed_at)
        found = await compared_histories(app, served.handle.id)
        lines = [line.what for line in await story(found.runs, keyring)]
        done = await rescue(app, served.handle.id, "somebody was rid of it")
        assert (done.event, done.acts, done.refused) == (None, 2, ())
        assert (await inspect(app.client, keyring, RUNNING)).lost == {}
        notes = [one.text for one in (await served.record()).entries if "there" in one.text]
        with pytest.raises(RescueError, match="replays: there is nothing to rescue it from"):
            await rescue(app, served.handle.id, "once too often")
    assert notes == ["note: there once", "note: there after"]
    assert sum("there once" in what for what in lines) == 1
    assert sum("reset to" in what for what in lines) == 2
    assert (len(found.runs), found.differing) == (3, ())


@pytest.mark.timeout(120)
async def test_a_rescue_that_no_worker_answers_is_finished_by_another(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was reset and never went on is reset again; without a worker that is said, and nothing is lost."""
    async with house_of(settings, skipper, keyring) as app:
        async with worked(app):
            served = await Served.begin(app, skipper)
            await served.clear()
            before = await served.record()
        await reset(skipper, served, await first_act(served), ResetReapplyType.RESET_REAPPLY_TYPE_ALL_ELIGIBLE)
        with monkeypatch.context() as impatient:
            impatient.setattr(rescuing, "ANSWER_WITHIN", timedelta(seconds=1))
            with pytest.raises(RescueError, match="no worker gets through its next task: read the worker's log"):
                await rescue(app, served.handle.id, "it stands still")
        async with worked(app):
            with suppress(RescueError):  # the worker may have gone on by itself
                assert not (await rescue(app, served.handle.id, "it stands still")).refused
            after = await served.record()
            assert await inspect(app.client, keyring, RUNNING) == Inspected((), {}, {})
    assert sorted(one.text for one in after.entries) == sorted(one.text for one in before.entries)
    assert set(Counter(str(letter["Message-ID"]) for letter in served.mailbox()).values()) == {1}


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
