"""Chairs through the gateway, on the real server: reserved before a visit stands, free once it does not."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from temporalio.testing import TimeSkipper

from adapters.chairs.reserving import settle
from adapters.chairs.scheduler import AWAY, OutsideSlots, Scheduler
from adapters.chairs.slots import SlotError
from adapters.keyring import KeyRing
from adapters.settings import Settings
from adapters.wiring import Application
from adapters.working import evidence_of
from course.acts.catalogue import ACT, Act
from course.model.base import days, minutes
from course.model.record import CourseRecord
from course.model.terms import Role, SessionStatus, TaskKind
from course.model.visit import Session
from course.scheduling.slots import Slot, slots_ahead
from course.views.proof import ProofException, ProofFault, prove
from services.courses import CourseError, Courses, RefusedError
from tests.support.life import STAFF
from tests.support.outside.scheduling import FULL, TOKEN, OutsideScheduler, scheduler
from tests.support.ready import ready
from tests.support.records import clinic, order
from tests.support.served import house_of, worked
from workflows.course import TreatmentCourse

__all__ = ["scheduler"]

NOW = datetime.now(UTC).replace(microsecond=0)
SITE = "northside"


def with_chairs(app: Application, chairs: int) -> Application:
    """The house with so many chairs at the northside."""
    sites = {**app.clinic.sites, SITE: clinic().sites[SITE].model_copy(update={"chairs": chairs})}
    return replace(app, clinic=replace(app.clinic, sites=sites))


async def begin(app: Application, sessions: tuple[Session, ...] = ()) -> str:
    """A course in induction that lacks two sessions, or has these."""
    patient = await app.store.directory.add_patient("Made Up", date(1984, 5, 4), "")
    row = await app.store.directory.begin_course(patient.patient_id, "depression", SITE, NOW)
    begun = order(now=NOW).with_(course_id=row.course_id, patient_id=patient.patient_id)
    record = ready().with_(
        course_id=row.course_id,
        patient_id=patient.patient_id,
        calendar=order(now=NOW).calendar,
        opened_at=NOW - days(3),
        phase_since=NOW - days(2),
        sessions=sessions,
        session_count=len(sessions),
        series_target=2,
    )
    queue = app.settings.task_queue
    await app.client.start_workflow(
        TreatmentCourse.run, begun.on_a_new_page(record), id=row.course_id, task_queue=queue
    )
    await app.store.directory.mark_open(row.course_id)
    return row.course_id


def act(action: str, role: Role = Role.COORDINATOR, **fields: object) -> Act:
    """Something that somebody does now."""
    now = datetime.now(UTC)
    words = {"action": action, "actor": STAFF[role], "made_at": now, "reason": "as agreed"}
    return ACT.validate_python({**words, "request_id": f"test-{now.timestamp()}", **fields})


def monday(record: CourseRecord, hour: int = 9) -> datetime:
    """An hour of the second Monday ahead that is no closed day."""
    wall = record.zone.local(NOW).replace(hour=hour, minute=0, second=0) + timedelta(days=14)
    found = wall - timedelta(days=wall.weekday())
    while found.date() in record.calendar.closed or (found + timedelta(days=2)).date() in record.calendar.closed:
        found += timedelta(days=7)
    return record.zone.lenient(found)


async def held(app: Application, course: str) -> tuple[Slot, ...]:
    """The chairs of a course."""
    return await app.store.slots.of_course(course, NOW)


async def needed(app: Application, course: str) -> tuple[Slot, ...]:
    """The chairs that the visits of a course need."""
    return slots_ahead(await Courses(app).record(course), NOW)


async def without_slot(app: Application) -> list[ProofException]:
    """The visits that the proof names for having no chair."""
    proof = prove(await evidence_of(app).gather(datetime.now(UTC)))
    return [one for one in proof.exceptions if one.kind is ProofFault.NO_SLOT]


async def test_of_two_clients_at_once_one_gets_the_last_chair(app: Application) -> None:
    """The other is told so in one sentence, has no visit and no chair, and gets the next free start."""
    app = with_chairs(app, 1)
    courses = [await begin(app), await begin(app)]
    first = monday(await Courses(app).record(courses[0]))
    asked = [Courses(app).act(course, act("schedule", first=first)) for course in courses]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [one for one in answers if isinstance(one, RefusedError)]
    assert len(refused) == 1
    won, lost = courses if answers[1] is refused[0] else reversed(courses)
    record = await Courses(app).record(won)
    local = record.zone.local(first)
    assert str(refused[0]) == (
        f"northside is full at {local:%a %d %b %Y} 09:00: 1 of 1 places are booked; "
        f"the next free start is {local:%a %d %b %Y} 11:00"
    )
    assert (len(await held(app, won)), await held(app, won)) == (2, await needed(app, won))
    assert (await held(app, lost), await needed(app, lost)) == ((), ())
    await Courses(app).act(lost, act("schedule", first=first + minutes(120)))
    assert len(await held(app, lost)) == 2


async def test_chairs_follow_the_visits(app: Application) -> None:
    """Moved, left out and discharged: each time the course holds exactly what it needs, also after a refusal."""
    gateway, course = Courses(app), await begin(app)
    first = monday(await gateway.record(course))
    await gateway.act(course, act("schedule", first=first))
    await gateway.act(course, act("defer", session="s1", to=first + minutes(20)))
    assert [one.begins for one in await held(app, course)] == [first + minutes(20), first + days(2)]
    moved = act("defer", session="s1", to=first + minutes(30))
    with pytest.raises(RefusedError, match="needs a reason"):
        await gateway.act(course, moved.model_copy(update={"reason": ""}))
    await gateway.act(course, moved)
    again = await gateway.act(course, moved)
    assert again.repeated
    assert await held(app, course) == await needed(app, course)
    await gateway.act(course, act("omit", session="s2", code="cost"))
    assert [one.session for one in await held(app, course)] == ["s1"]
    await gateway.act(course, act("discharge", Role.PRESCRIBER))
    assert await held(app, course) == ()


async def test_an_order_stands_though_its_longer_visits_find_no_chair(app: Application) -> None:
    """The receipt and a task name the visit; the order is the prescriber's, the same request again is the same act."""
    app = with_chairs(app, 1)
    gateway, course, other = Courses(app), await begin(app), await begin(app)
    first = monday(await gateway.record(course))
    await gateway.act(course, act("schedule", first=first))
    await gateway.act(other, act("schedule", first=first + minutes(120)))
    longer = act("order", Role.PRESCRIBER, minutes=60)
    receipt = await gateway.act(course, longer)
    assert [("session s1, " in one, "no chair" in one) for one in receipt.warnings] == [(True, True), (False, True)]
    record = await gateway.record(course)
    assert [one.minutes for one in record.open_sessions] == [60, 60]
    (task,) = [one for one in record.tasks if one.kind is TaskKind.ORDER_CLASH]
    assert all(one in task.text for one in receipt.warnings)
    assert (await gateway.act(course, longer)).repeated


async def test_a_kill_leaves_too_much_and_the_proof_mends_it(app: Application) -> None:
    """Killed between reserving and acting, a client leaves a chair that a settling gives back."""
    course = await begin(app)
    record = await Courses(app).record(course)
    await app.slots.reserve(SITE, [Slot(course, "s1", monday(record), monday(record) + minutes(120))])
    assert await settle(app.slots, record, NOW) == ()
    assert len(await held(app, course)) == 1
    assert await settle(app.slots, record, NOW, minutes(0)) == ()
    assert await held(app, course) == ()


async def test_the_proof_names_a_visit_that_has_no_chair(app: Application) -> None:
    """A visit from before there were chairs gets one by night; where none is free, it is an exception."""
    first = monday(ready().with_(calendar=order(now=NOW).calendar))
    visit = ready().sessions[0].with_(start=first, status=SessionStatus.PLANNED, planned_at=NOW)
    courses = [await begin(app, (visit,)), await begin(app, (visit,))]
    async with asyncio.timeout(60):
        while not (wrong := await without_slot(with_chairs(app, 1))):
            pass
    assert len(wrong) == 1
    assert wrong[0].sentence.startswith(f"no chair is free for its visit of {first:%Y-%m-%d %H:%M} UTC")
    assert [len(await held(app, one)) for one in courses].count(1) == 1
    lucky = next(one for one in courses if one != wrong[0].subject)
    await Courses(with_chairs(app, 1)).act(lucky, act("omit", session="s1", code="cost"))
    assert await without_slot(with_chairs(app, 1)) == []
    assert len(await held(app, wrong[0].subject)) == 1


async def test_a_scheduler_outside_keeps_the_chairs(
    settings: Settings, skipper: TimeSkipper, keyring: KeyRing, scheduler: OutsideScheduler
) -> None:
    """It learns opaque ids and times; its no is the refusal; silent, it stops new visits and never a visit's end."""
    outside = settings.model_validate(
        {**settings.model_dump(), "scheduler_url": scheduler.url, "scheduler_token": TOKEN}
    )
    async with house_of(outside, skipper, keyring) as app, worked(app):
        gateway, courses = Courses(app), [await begin(app), await begin(app)]
        scheduler.places = 1
        first = monday(await gateway.record(courses[0]))
        await gateway.act(courses[0], act("schedule", first=first))
        assert [what for what, _ in scheduler.asked] == ["reserve", "settle"]
        assert scheduler.asked[0][1] == {
            "site": SITE,
            "course": courses[0],
            "visits": [
                {
                    "session": f"s{number}",
                    "begins": (first + days(after)).isoformat(),
                    "ends": (first + days(after) + minutes(120)).isoformat(),
                }
                for number, after in ((1, 0), (2, 2))
            ],
        }
        with pytest.raises(RefusedError) as refused:
            await gateway.act(courses[1], act("schedule", first=first))
        assert str(refused.value) == FULL
        scheduler.silent = True
        short = OutsideSlots(Scheduler(scheduler.url, TOKEN, answer_seconds=0.5))
        with pytest.raises(SlotError) as away:
            await short.reserve(SITE, [Slot(courses[1], "s1", first, first + minutes(120))])
        assert str(away.value) == AWAY
        assert (await gateway.record(courses[1])).sessions == ()
        scheduler.silent, scheduler.answer = False, (503, b"<html>")
        with pytest.raises(CourseError, match="so no chair can be reserved"):
            await gateway.act(courses[1], act("schedule", first=first + minutes(90)))
        assert (await gateway.record(courses[1])).sessions == ()
        await gateway.act(courses[0], act("discharge", Role.PRESCRIBER))
        assert (await gateway.record(courses[0])).closed
        scheduler.answer = None
        assert await settle(app.slots, await gateway.record(courses[0]), NOW) == ()
        assert scheduler.visits == {courses[0]: []}
