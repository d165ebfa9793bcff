"""The story of a course comes out of its histories alone: who, what, why, before and after, and where it stands."""

import gzip
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import text, update
from temporalio.client import Client, WorkflowHistory
from temporalio.testing import TimeSkipper

from activities.archive import Sweep
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.store.tables import ARCHIVE
from audit.costs import cost
from audit.histories import compared_histories, histories_of
from audit.timeline import Line, story
from course.model.record import CourseRecord
from course.model.terms import Role
from tests.support.served import RefusedError, Served, house_of, worked
from workflows.sweep import ArchiveSweep


@dataclass(frozen=True)
class Lived:
    """One course that has ended: its runs from a server that has them and from one that has not, its record."""

    live: list[WorkflowHistory]
    archived: list[WorkflowHistory]
    record: CourseRecord
    lines: list[Line]

    def line(self, what: str) -> Line:
        """The one line that begins with these words."""
        (found,) = [line for line in self.lines if line.what.startswith(what)]
        return found


async def live(served: Served) -> CourseRecord:
    """Enrolled, cleared, planned, moved, measured late, signalled at, cancelled from outside, withdrawn."""
    await served.clear()
    monday = await served.next_monday()
    await served.do("schedule", Role.COORDINATOR, first=monday)
    with suppress(RefusedError):
        await served.do("discharge", Role.NURSE, reason="a nurse may not")
    yesterday = await served.now() - timedelta(days=1)
    answers = (1, 1, 1, 1, 1, 1, 1, 1, 0)
    await served.do("measure", Role.NURSE, instrument="phq9", answers=answers, effective_at=yesterday)
    await served.go_to(monday - timedelta(days=2))
    moved = {"session": "s1", "to": monday + timedelta(hours=1), "reason": "the train is late"}
    await served.do("defer", Role.COORDINATOR, **moved)
    await served.wait(hours=3)
    await served.handle.signal(
        "evaluation_submitted", {"decision": "discharge", "reason": "by machine", "wish": "to stop"}
    )
    await served.handle.cancel(reason="wrong window")
    await served.wait(days=31)
    await served.do("withdraw", Role.PATIENT, reason="moved away")
    await served.wait(hours=1)
    await served.resolve_all()
    record = await served.record()
    await served.wait(days=31)
    await served.handle.result()
    return record


@pytest.fixture(scope="module")
async def lived(
    tmp_path_factory: pytest.TempPathFactory, skipper: TimeSkipper, client: Client, keyring: KeyRing
) -> AsyncIterator[Lived]:
    """One life for all tests of this file; its story is told after somebody has emptied a run in the archive."""
    folder = tmp_path_factory.mktemp("lived")
    settings = Settings(_env_file=None, data_folder=folder, task_queue=f"t-{uuid4().hex}", graceful_shutdown_seconds=1)
    async with house_of(settings, skipper, keyring) as app, worked(app):
        served = await Served.begin(app, skipper)
        record = await live(served)
        before = await histories_of(app, served.handle.id)
        await client.execute_workflow(
            ArchiveSweep.run, Sweep(), id=f"sweep-{settings.task_queue}", task_queue=settings.task_queue
        )
        elsewhere = await Client.connect(client.service_client.config.target_host, namespace="temporal-system")
        after = await histories_of(replace(app, client=elsewhere), served.handle.id)
        run = (await app.store.archive.runs(served.handle.id))[0].run_id
        async with app.store.database.writing() as connection:
            await connection.execute(text("drop trigger archive_no_update"))
            empty = gzip.compress(b"{}")
            mine = update(ARCHIVE).where(ARCHIVE.c.run_id == run)
            await connection.execute(mine.values(history=empty, sha256=sha256(b"{}").hexdigest()))
        tampered = await compared_histories(app, served.handle.id)
        assert tampered.differing == (run,)
        assert [one.run_id for one in tampered.runs] == [one.run_id for one in before]
        yield Lived(before, after, record, await story(tampered.runs, keyring))


async def test_the_story_and_the_page_agree(lived: Lived) -> None:
    """Every act on the record is one line of the story, in order, by the same person for the same reason."""
    page = [(entry.by, entry.role, entry.text, entry.reason) for entry in lived.record.entries if entry.action][1:]
    told = [(line.who, line.role, line.what, line.why) for line in lived.lines if line.made_at is not None]
    assert len(page) > 5
    assert told == page


async def test_a_line_says_what_changed_when_and_where_it_stands(lived: Lived) -> None:
    """Before and after, the instant that it was true, run and event of the proof; a refused act is not in the story."""
    moved = lived.line("session s1 moved")
    assert (moved.who, moved.role, moved.why) == ("Cole Young", Role.COORDINATOR, "the train is late")
    assert "09:00" in moved.before
    assert "10:00" in moved.after
    late = [line for line in lived.lines if line.effective_at is not None]
    assert [(line.what, line.at.date() > line.effective_at.date()) for line in late if line.effective_at] == [
        ("PHQ-9: 8 (mild)", True)
    ]
    for line in lived.lines:
        assert lived.live[line.run - 1].events[line.event - 1].event_id == line.event
    assert [line.at for line in lived.lines] == sorted(line.at for line in lived.lines)
    assert not [line for line in lived.lines if "a nurse may not" in line.why]


async def test_what_nobody_on_the_staff_did_is_in_the_story(lived: Lived) -> None:
    """Messages with their visits and fate, turned pages, archives, signals, a cancellation, the end."""
    assert lived.line("enrolled on depression").event == 1
    assert lived.line("signal evaluation_submitted: discharge, the patient's wish: to stop").why == "by machine"
    assert lived.line("cancellation asked for").why == "wrong window"
    messages = [line.what for line in lived.lines if "to patient" in line.what]
    assert "visit 72h of s1 to patient: sent" in messages
    assert "moved of s1 to patient: sent" in messages
    pages = [line.what for line in lived.lines if line.what.startswith("page ")]
    assert pages == [f"page {run} begins" for run in range(2, len(lived.live) + 1)]
    assert sum(line.what == "the run before was archived" for line in lived.lines) == len(pages)
    assert lived.lines[-1].what == "the course ended for good"


async def test_the_story_outlives_the_server(lived: Lived, keyring: KeyRing) -> None:
    """Out of the archive alone it is the same, to the letter."""
    assert await story(lived.archived, keyring) == lived.lines


async def test_a_lost_key_leaves_gaps_that_say_so(lived: Lived) -> None:
    """Whatever cannot be read is still a line, at the same event."""
    unread = await story(lived.live, KeyRing.generate())
    assert [(line.run, line.event) for line in unread] == [(line.run, line.event) for line in lived.lines]
    gaps = [line for line in unread if line.what.endswith("unreadable")]
    assert len(gaps) > len(lived.record.entries) / 2
    assert not [line for line in unread if "train" in f"{line}"]


async def test_a_lost_run_leaves_a_gap_that_says_so(lived: Lived, keyring: KeyRing) -> None:
    """The page after it names the run that nobody has."""
    holed = await story([lived.live[0], *lived.live[2:]], keyring)
    (gap,) = [line.what for line in holed if "neither archived nor live" in line.what]
    assert lived.live[1].run_id in gap


async def test_costs_are_counted_by_the_event(lived: Lived) -> None:
    """One update, one activity, one start is one action each, whatever virtual time adds to the history."""
    found = cost(*lived.live)
    acts = sum(line.made_at is not None for line in lived.lines)
    assert found.actions["updates"] == acts == found.events["WORKFLOW_EXECUTION_UPDATE_ACCEPTED"]
    assert found.actions["starts"] == len(lived.live)
    assert found.actions["activities"] >= found.events["ACTIVITY_TASK_COMPLETED"] > 0
    assert found.actions["signals"] == 1
    assert found.all_events == sum(found.events.values()) < sum(len(one.events) for one in lived.live)
    assert found.all_actions == sum(cost(one).all_actions for one in lived.live)
