"""One patient's course on the real server: what it does by itself, and what it refuses."""

from collections import Counter
from datetime import timedelta

import pytest

from adapters.wiring import Application
from course.model.terms import OccasionKind, Phase, Role
from tests.support.served import ADDRESS, RefusedError, Served


async def test_a_patient_walks_through_the_clinics_page(course: Served) -> None:
    """Intake, six infusions, evaluation, maintenance; the letters that arrived are the letters on record."""
    await course.clear()
    await course.do("schedule", Role.COORDINATOR, first=await course.next_monday())
    for _ in range(6):
        await course.give()
    assert (await course.record()).phase is Phase.EVALUATION
    await course.wait(days=4)
    await course.do("measure", Role.NURSE, instrument="phq9", answers=(1, 1, 1, 1, 1, 1, 1, 0, 0))
    await course.do("evaluate", decision="maintenance", reason="response")
    record = await course.record()
    assert record.phase is Phase.MAINTENANCE
    assert len(record.valid_doses) == 6
    assert record.evaluations[-1].outcome == "response"
    letters = await course.kinds_sent()
    assert len(course.mailbox()) == len(letters)
    assert all(ADDRESS in str(letter["To"]) for letter in course.mailbox())
    counted = Counter(kind for letter in letters for kind in letter)
    assert counted[OccasionKind.VISIT_72H] == counted[OccasionKind.VISIT_24H] == counted[OccasionKind.VISIT_2H] == 6


async def test_a_visit_moved_by_ten_minutes_a_day_and_back(course: Served) -> None:
    """The mailbox holds one notice for each change of what the patient believed, and nothing that is not true."""
    await course.clear()
    monday = await course.next_monday()
    await course.do("schedule", Role.COORDINATOR, first=monday)
    await course.go_to(monday - timedelta(days=2))
    for to in (monday + timedelta(minutes=10), monday + timedelta(days=1, minutes=10), monday):
        await course.do("defer", Role.COORDINATOR, session="s1", to=to, scope="rest", reason="asked for it")
        await course.wait(hours=2)
    await course.go_to(monday)
    subjects = await course.to_patient()
    assert subjects.count("Your visit has moved") == 3
    told = (await course.record()).session("s1")
    assert told is not None
    assert told.told == monday


async def test_a_visit_booked_an_hour_ahead_gets_one_letter(course: Served) -> None:
    """Three reminders collapse into one; the record says why the others were not sent."""
    await course.clear()
    monday = await course.next_monday()
    await course.go_to(monday)
    await course.do("schedule", Role.COORDINATOR, at=[monday + timedelta(hours=1)], reason="came by")
    await course.wait(hours=1)
    reminders = [kinds for kinds in await course.kinds_sent() if set(kinds) & {"visit_72h", "visit_24h", "visit_2h"}]
    assert [set(kinds) - {"measure"} for kinds in reminders] == [{"visit_2h"}]
    marks = (await course.record()).occasions
    assert {marks["s1/visit_72h/1"].state, marks["s1/visit_24h/1"].state} == {"suppressed"}


async def test_a_grave_answer_reaches_a_named_person_and_then_the_next(course: Served) -> None:
    """At once whatever the hour; after thirty minutes without an answer the next on call."""
    await course.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 3))
    await course.wait(minutes=1)
    first = (await course.record()).open_escalation
    assert first is not None
    assert first.told == ("Dr Lee",)
    await course.wait(minutes=31)
    second = (await course.record()).open_escalation
    assert second is not None
    assert len(second.told) == 2
    await course.do("acknowledge")
    sent = len(course.mailbox())
    await course.wait(hours=5)
    assert len([one for one in course.mailbox() if ADDRESS not in str(one["To"])]) == len(
        [one for one in course.mailbox()[:sent] if ADDRESS not in str(one["To"])]
    )


async def test_a_request_is_applied_once_also_across_page_turns(course: Served) -> None:
    """The same id gets the first answer, another content under it is refused."""
    await course.wait(days=15)
    made_at = await course.now()
    first = await course.do("note", text="seen", request_id="note-once", made_at=made_at)
    in_one_run = await course.do("note", text="seen", request_id="note-once", made_at=made_at)
    runs = (await course.record()).runs
    await course.wait(days=20)
    record = await course.record()
    assert record.runs > runs
    in_the_next = await course.do("note", text="seen", request_id="note-once", made_at=made_at)
    assert in_one_run.repeated
    assert in_the_next.repeated
    assert first.entry == in_one_run.entry == in_the_next.entry
    assert [entry.text for entry in record.entries].count("note: seen") == 1
    with pytest.raises(RefusedError, match="was used for another act"):
        await course.do("note", text="other", request_id="note-once")


async def test_a_refused_act_leaves_no_trace(course: Served) -> None:
    """Wrong role, wrong phase and a missing reason are refused in one sentence; history and record stay."""
    before = await course.record()
    events = len((await course.handle.fetch_history()).events)
    for action, role, said, sentence in (
        ("clear", Role.NURSE, {}, "a nurse may not clear: it takes prescriber"),
        ("schedule", Role.COORDINATOR, {"first": await course.next_monday()}, "schedule belongs to induction"),
        ("discharge", Role.PRESCRIBER, {}, "discharge needs a reason"),
        ("confirm", Role.COORDINATOR, {"session": "s9"}, "confirm belongs to"),
    ):
        with pytest.raises(RefusedError, match=sentence):
            await course.do(action, role, **said)
    assert await course.record() == before
    assert len((await course.handle.fetch_history()).events) == events


async def test_a_cancelled_workflow_is_held_and_goes_on(course: Served) -> None:
    """An operator's cancellation never messages a patient; it raises a task."""
    sent = len(course.mailbox())
    await course.handle.cancel()
    await course.wait(minutes=5)
    record = await course.record()
    assert record.held is not None
    assert record.held.cause == "operator"
    assert [task.kind for task in record.tasks] == ["cancellation"]
    assert len(course.mailbox()) == sent
    assert (await course.do("note", text="still here")).entry > 0


async def test_closing_turns_to_an_epilogue_that_ends(course: Served, app: Application) -> None:
    """A closed course says so once, takes amendments for thirty days, then ends; every run but the last is archived."""
    await course.do("withdraw", Role.PATIENT, reason="moved away")
    await course.wait(hours=24)
    assert (await course.to_patient()).count("Your treatment course has ended") <= 1
    assert (await course.do("note", text="records sent to the new clinic")).entry > 0
    await course.wait(days=31)
    summary = await course.handle.result()
    assert summary.end_cause == "withdrawn"
    archived = await app.store.archive.runs(course.handle.id)
    assert len(archived) == summary.runs - 1
