"""What can be killed is killed: a worker in its own process, at the worst moments, and the server too."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError

from adapters.temporal.histories import ServerHistories
from course.acts.catalogue import ACT, ActEnvelope
from course.model.journal import prune
from course.model.messages import CourseOrder
from course.model.terms import OccasionState, Role, TaskKind
from tests.support.faults.apart import Scene, set_up
from tests.support.faults.mortal import Moment
from tests.support.life import STAFF
from tests.support.outside.mail import Mood, PostOffice
from tests.support.ready import WHOLE
from tests.support.served import ADDRESS, Served
from workflows.course import TreatmentCourse


def letters_once(served: Served) -> None:
    """No letter arrived twice."""
    ids = Counter(str(letter["Message-ID"]) for letter in served.mailbox())
    assert ids
    assert all(times == 1 for times in ids.values())


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """One scene for each test."""
    async with set_up(tmp_path) as opened:
        yield opened


async def test_an_act_sent_while_no_worker_runs_is_applied_once(scene: Scene) -> None:
    """A client time-out means unknown; asking again under the same id gets the one answer."""
    served = scene.served
    await scene.workers.end()
    act = ACT.validate_python(
        {
            "action": "note",
            "text": "written while nobody worked",
            "request_id": "note-0001",
            "actor": STAFF[Role.NURSE],
            "made_at": await served.now(),
        }
    )
    with pytest.raises((WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError)):
        await served.handle.execute_update(
            TreatmentCourse.act,
            ActEnvelope(act=served.app.signer.stamp(act, served.handle.id)),
            rpc_timeout=timedelta(seconds=1),
        )
    await scene.workers.start()
    receipt = await served.handle.execute_update(
        TreatmentCourse.act, ActEnvelope(act=served.app.signer.stamp(act, served.handle.id))
    )
    texts = [entry.text for entry in (await served.record()).entries]
    assert texts.count("note: written while nobody worked") == 1
    assert receipt.entry == (await served.record()).entry_count


async def test_a_worker_killed_while_a_patient_is_there_loses_nothing(scene: Scene) -> None:
    """Checked in, killed, recorded: one dose, every letter once."""
    served = scene.served
    await served.clear()
    await served.do("schedule", Role.COORDINATOR, first=await served.next_monday())
    session = (await served.record()).open_sessions[0]
    await served.go_to(session.start)
    reading: dict[str, Any] = {"at": await served.now(), "systolic": 120, "diastolic": 80, **WHOLE}
    ready = {
        "identifiers": 2,
        "weight_kg": 70,
        "escort": True,
        "fasting": True,
        "asked": True,
        "measure_waived": "asked before",
    }
    await served.screen()
    await served.do("check_in", Role.NURSE, session=session.id, readings=[reading], **ready)
    await scene.workers.end()
    await scene.workers.start()
    await served.wait(minutes=50)
    dose = {"started_at": session.start, "minutes": 40, "mg": 35}
    assert (await served.do("session", Role.NURSE, session=session.id, **dose)).sentence.startswith("session s1 given")
    assert len((await served.record()).valid_doses) == 1
    letters_once(served)


async def events_of(served: Served, run_id: str | None = None) -> list[int]:
    """What stands in the history of a run, or of the newest."""
    handle = served.app.client.get_workflow_handle(served.handle.id, run_id=run_id)
    return [event.event_type async for event in handle.fetch_history_events()]


async def last_task_of(served: Served, run_id: str | None) -> datetime:
    """The instant that the course read on its clock in the last workflow task of a run."""
    handle = served.app.client.get_workflow_handle(served.handle.id, run_id=run_id)
    events = [event async for event in handle.fetch_history_events()]
    started = [one for one in events if one.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED]
    return started[-1].event_time.ToDatetime(UTC)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("moment", Moment)
async def test_a_worker_killed_in_a_page_turn_loses_nothing(tmp_path: Path, moment: Moment) -> None:
    """Dead before the old run has ended, or before the new one has done a task: the same record, letters, archive."""
    async with set_up(tmp_path, program=("-m", "tests.support.faults.mortal", moment)) as scene:
        served, store = scene.served, scene.served.app.store
        await served.clear()
        opened, first_run = await served.record(), (await served.handle.describe()).run_id
        page_ends = opened.opened_at + timedelta(days=CourseOrder.model_fields["turn_after_days"].default)
        at_nine = opened.zone.local(page_ends).replace(hour=9, minute=0, second=0, microsecond=0)
        await served.do("schedule", Role.COORDINATOR, first=opened.zone.lenient(at_nine + timedelta(days=2)))
        await served.go_to(page_ends - timedelta(seconds=30))
        before = await served.record()
        turning = asyncio.create_task(served.wait(minutes=2))
        assert await scene.workers.died() == -signal.SIGKILL
        assert (await events_of(served))[-1] == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
        has_ended = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW in await events_of(served, first_run)
        assert has_ended is (moment is Moment.TAKEN_UP)
        assert await store.archive.runs(served.handle.id) == ()
        await scene.workers.start()
        await turning
        after = await served.record()
        archiving = f"run-{first_run}/archive/1"
        assert after.occasions[archiving].state is OccasionState.SENT
        turned = prune(before, await last_task_of(served, first_run))
        expected = turned.with_(runs=2, occasions={**turned.occasions, archiving: after.occasions[archiving]})
        assert after.model_dump() == expected.model_dump()
        (archived,) = await store.archive.runs(served.handle.id)
        kept = await store.archive.history(served.handle.id, first_run)
        assert (archived.run_id, archived.ordinal, archived.sha256) == (first_run, 1, sha256(kept or b"").hexdigest())
        assert (kept, archived.closed_at) == await ServerHistories(served.app.client).closed(
            served.handle.id, first_run
        )
        await served.go_to((await served.record()).open_sessions[0].start)
        reminded = [key for key in (await served.record()).occasions if key.startswith("s1/")]
        assert reminded == ["s1/visit_72h/1", "s1/visit_24h/1", "s1/visit_2h/1"]
        sent = await store.sends.of_course(served.handle.id)
        assert {row.state for row in sent} == {OccasionState.SENT}
        assert len(served.mailbox()) == len(sent)
        letters_once(served)


@pytest.mark.timeout(240)
async def test_a_worker_killed_while_mail_is_handed_over(tmp_path: Path, post_office: PostOffice) -> None:
    """A reminder goes out at most once and is reported as uncertain; an escalation goes out again."""
    mail = {"ST_CHANNEL": "email", "ST_SMTP_HOST": "127.0.0.1", "ST_SMTP_PORT": str(post_office.port)}
    mail |= {"ST_SMTP_FROM": "messages@clinic.example", "ST_SMTP_STARTTLS": "false"}
    async with set_up(tmp_path, **mail) as scene:
        served = scene.served
        await served.clear()
        post_office.mood, before = Mood.SILENT_AFTER_DATA, len(post_office.taken)
        await served.do("schedule", Role.COORDINATOR, first=await served.next_monday() - timedelta(days=12))
        await served.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 3))
        while len(post_office.taken) < before + 2:
            await served.record()
        await scene.workers.end()
        post_office.mood = Mood.TAKES
        await scene.workers.start()
        await served.wait(minutes=10)
        record = await served.record()
    arrived = Counter("patient" if ADDRESS in str(one["To"]) else "on call" for one in post_office.taken[before:])
    assert arrived["patient"] == 1
    assert arrived["on call"] == 2
    assert record.occasions["s1/visit_72h/1"].state is OccasionState.UNCERTAIN
    escalated = [one.state for key, one in record.occasions.items() if "/escalation/" in key]
    assert escalated == [OccasionState.SENT]
    assert [one.text for one in record.tasks if one.kind is TaskKind.UNCERTAIN_MESSAGE] != []


@pytest.mark.timeout(120)
async def test_a_killed_server_has_lost_nothing_when_it_starts_again(tmp_path: Path) -> None:
    """Killed right after an act was answered: the record is the same, and the reminders go out."""
    async with set_up(tmp_path) as scene:
        served = scene.served
        await served.clear()
        monday = await served.next_monday()
        await served.do("schedule", Role.COORDINATOR, first=monday)
        before = await served.record()
        os.kill(scene.server.pid, signal.SIGKILL)
        await scene.workers.end()
    async with set_up(tmp_path, served.handle.id) as scene:
        assert (await scene.served.record()).model_dump() == before.model_dump()
        await scene.served.go_to(monday)
        assert "Your visit on" in (await scene.served.to_patient())[-2]
        letters_once(scene.served)


async def test_sigterm_stops_a_worker_in_good_order(scene: Scene) -> None:
    """It leaves with 0, and the next one goes on."""
    assert await scene.workers.end(signal.SIGTERM) == 0
    await scene.workers.start()
    assert (await scene.served.do("note", text="still here")).entry > 0
