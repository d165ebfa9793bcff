"""Five years of one patient: boosters across daylight saving, many page turns, a protocol file edited meanwhile."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from adapters.wiring import House
from course.occasions import REMINDERS
from course.terms import OccasionKind, Phase, Role
from course.upkeep import booster_window
from course.worklist import needs, next_due
from tests.support.served import Served

BOOSTERS = 52
COUNTED = (*REMINDERS, OccasionKind.BOOK)
GOOD = (1, 1, 1, 1, 1, 1, 1, 0, 0)


async def book_and_give(course: Served) -> None:
    """Wait until the booster is to be booked, evaluate what falls due, book the first nine o'clock, renew, give it."""
    while True:
        record, now = await course.record(), await course.now()
        waiting = {need.kind for need in needs(record, now)}
        if "evaluate" in waiting:
            await course.do("evaluate", decision="maintenance", reason="holds")
        elif "book" in waiting:
            break
        else:
            ahead = next_due(record, now)
            assert ahead is not None
            await course.go_to(ahead + timedelta(minutes=1))
    window = booster_window(record)
    assert window is not None
    wall = record.zone.local(window[0]).replace(hour=9, minute=0)
    while record.calendar.why_not_open(record.zone.lenient(wall), 40):
        wall += timedelta(days=1)
    await course.do("booster", Role.COORDINATOR, at=record.zone.lenient(wall))
    session = (await course.record()).open_sessions[0]
    await course.go_to(session.start - timedelta(hours=1))
    await course.do("measure", Role.NURSE, instrument="phq9", answers=GOOD)
    for gate_id, state in (await course.record()).gates.items():
        if state.expires is not None and state.expires <= session.start:
            await course.do("gate", gate=gate_id, answer=state.answer)
    await course.give()


@pytest.mark.timeout(240)
async def test_five_years(course: Served, house: House) -> None:
    """Every booster at nine on the wall, each reminder once for each visit, and the protocol of the first day."""
    await course.clear()
    await course.do("schedule", Role.COORDINATOR, first=await course.next_monday())
    for _ in range(6):
        await course.give()
    await course.wait(days=4)
    await course.do("measure", Role.NURSE, instrument="phq9", answers=GOOD)
    await course.do("evaluate", decision="maintenance", reason="response")
    began = await course.record()
    depression = house.clinic.protocols["depression"]
    house.clinic.protocols["depression"] = depression.with_(version="2", sha256="edited")
    for _ in range(BOOSTERS):
        await book_and_give(course)
    record = await course.record()
    assert record.phase is Phase.MAINTENANCE
    assert record.protocol == began.protocol
    assert len(record.valid_doses) == 6 + BOOSTERS
    assert {f"{record.zone.local(dose.at):%H:%M}" for dose in record.valid_doses} == {"09:00"}
    assert len({dose.at.hour for dose in record.valid_doses}) == 2, "nine o'clock has two hours in UTC"
    gaps = [(later.at - sooner.at).days for sooner, later in pairwise(record.valid_doses[6:])]
    assert all(27 <= gap <= 42 for gap in gaps)
    sent = await house.store.sends.of_course(course.handle.id)
    counted = Counter(kind for row in sent if row.state == "sent" for kind in row.kinds)
    visits = 6 + BOOSTERS
    assert [counted[kind] for kind in COUNTED] == [
        visits,
        visits,
        visits,
        BOOSTERS,
    ]
    assert counted[OccasionKind.MOVED] == counted[OccasionKind.ESCALATION] == 0
    assert record.runs >= 45
    archived = await house.store.archive.runs(course.handle.id)
    assert len(archived) == record.runs - 1
    assert record.archive_due == ()
    assert len(record.model_dump_json()) < 96 * 1024
