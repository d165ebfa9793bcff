"""Five years of one patient: boosters across daylight saving, many page turns, a protocol file edited meanwhile."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from shutil import copytree

import pytest
from temporalio.testing import TimeSkipper

from adapters.keyring import KeyRing
from adapters.settings import Settings
from course.agenda.booster_booking import next_window
from course.agenda.worklist import needs, next_due
from course.model.occasions import REMINDERS
from course.model.record import CourseRecord
from course.model.terms import Audience, OccasionKind, OccasionState, Phase, Role
from tests.support.records import CLINIC_FOLDER, SERIES
from tests.support.served import Served, house_of, worked
from tests.support.tally import DAY, NEW_YORK, Letter, asked, next_questionnaire, with_room

BOOSTERS, BEFORE_THE_EDIT = 52, 26
VISITS = len(SERIES) + BOOSTERS
GOOD = (1, 1, 1, 1, 1, 1, 1, 0, 0)
CLOSED = frozenset(tomllib.loads((CLINIC_FOLDER / "clinic.toml").read_text())["closed"])
INTERVAL_DAYS, EDITED_INTERVAL_DAYS = 28, 35
FRIDAY = 4


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour on the wall in New York, as an instant."""
    return datetime.combine(day, time(hour, minute), NEW_YORK).astimezone(UTC)


def wall(instant: datetime) -> datetime:
    """What the clock on the wall in New York shows."""
    return instant.astimezone(NEW_YORK).replace(tzinfo=None)


def visits_from(monday: date) -> Iterator[date]:
    """Two weeks of Monday, Wednesday, Friday; then the 28th day after each visit, or the next that is open."""
    day = monday
    for ahead in SERIES:
        day = monday + ahead * DAY
        yield day
    for _ in range(BOOSTERS):
        day += INTERVAL_DAYS * DAY
        while day.weekday() > FRIDAY or day in CLOSED:
            day += DAY
        yield day


async def quiet_monday(course: Served) -> date:
    """Wait for a Monday from which on no day is closed before a series, begun two weeks later, is over; it is today."""
    day = wall(await course.now()).date()
    while any(day <= closed <= day + 38 * DAY for closed in CLOSED):
        day += 7 * DAY
    await course.go_to(at(day, 11, 30))
    return day


async def answer(course: Served, answers: list[datetime]) -> None:
    """The patient is well."""
    await course.do("measure", Role.NURSE, instrument="phq9", answers=GOOD)
    answers.append(wall(await course.now()))


async def induce(course: Served, monday: date, answers: list[datetime]) -> CourseRecord:
    """Clear, give the six of the series from a Monday on, evaluate."""
    await course.clear()
    answers.append(wall(await course.now()))
    await course.do("schedule", Role.COORDINATOR, first=at(monday, 9))
    for _ in SERIES:
        await course.give()
    await course.wait(days=4)
    await answer(course, answers)
    await course.do("evaluate", decision="maintenance", reason="response")
    return await course.record()


async def book_and_give(course: Served, day: date, answers: list[datetime]) -> None:
    """Wait until the booster is to be booked, evaluate what falls due, book nine o'clock of the day, renew, give it."""
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
    await course.do("booster", Role.COORDINATOR, at=at(day, 9))
    session = (await course.record()).open_sessions[0]
    await course.go_to(session.start - timedelta(hours=1))
    await answer(course, answers)
    await course.give()


def edited(folder: Path) -> Path:
    """The clinic's folder renewed, with another text of the protocol."""
    copytree(CLINIC_FOLDER, folder)
    file = folder / "protocols" / "depression.toml"
    text = file.read_text()
    for was, now in (
        ('version = "1"', 'version = "2"'),
        (f"\ninterval_days = {INTERVAL_DAYS} ", f"\ninterval_days = {EDITED_INTERVAL_DAYS} "),
    ):
        assert text.count(was) == 1
        text = text.replace(was, now)
    file.write_text(text)
    return folder


def opens(record: CourseRecord) -> date:
    """On which day the window of the next booster opens."""
    window = next_window(record)
    assert window is not None
    return wall(window[0]).date()


@pytest.mark.timeout(300)
async def test_five_years(settings: Settings, skipper: TimeSkipper, keyring: KeyRing, tmp_path: Path) -> None:
    """Every visit on its day at nine on the wall, every message as often as the page says, the text of the first day.

    Half-way the protocol's file is edited and a house is opened on it: a new course follows the new text.
    """
    answers: list[datetime] = []
    async with house_of(settings, skipper, keyring) as app, worked(app):
        course = await Served.begin(app, skipper)
        monday = await quiet_monday(course) + 14 * DAY
        days = list(visits_from(monday))
        began = await induce(course, monday, answers)
        for number in range(len(SERIES), len(SERIES) + BEFORE_THE_EDIT):
            assert opens(await course.record()) == days[number - 1] + INTERVAL_DAYS * DAY
            await book_and_give(course, days[number], answers)
    async with house_of(settings, skipper, keyring, edited(tmp_path / "clinic")) as course.app, worked(course.app):
        other = await Served.begin(course.app, skipper)
        later = await induce(other, await quiet_monday(other) + 14 * DAY, [])
        assert (began.protocol.version, later.protocol.version) == ("1", "2")
        assert began.protocol.sha256 != later.protocol.sha256
        assert opens(later) == wall(later.valid_doses[-1].at).date() + EDITED_INTERVAL_DAYS * DAY
        for number in range(len(SERIES) + BEFORE_THE_EDIT, VISITS):
            assert opens(await course.record()) == days[number - 1] + INTERVAL_DAYS * DAY
            await book_and_give(course, days[number], answers)
        record = await course.record()
        assert record.phase is Phase.MAINTENANCE
        assert record.protocol == began.protocol
        assert [dose.at for dose in record.valid_doses] == [at(day, 9) for day in days]
        assert len({dose.at.hour for dose in record.valid_doses}) == 2, "nine o'clock has two hours in UTC"
        await everything_was_sent(course, days, answers)
        await every_page_was_turned(course)


async def everything_was_sent(course: Served, days: list[date], answers: list[datetime]) -> None:
    """Each kind of message exactly as often as it should be, on its days; no other kind at all."""
    sent = await course.app.store.sends.of_course(course.handle.id)
    assert {(row.state, row.audience) for row in sent} == {(OccasionState.SENT, Audience.PATIENT)}
    letters = [Letter(wall(row.as_of), row.kinds) for row in sorted(sent, key=lambda row: row.as_of)]
    firsts, chasers = asked(letters, answers)
    after_visits = [day + DAY for day in days[:-1]]  # a question of safety waits for no cap
    assert [one.at.date() for one in letters if OccasionKind.CHECKIN in one.kinds] == after_visits
    assert Counter(kind for one in letters for kind in one.kinds) == {
        **dict.fromkeys(REMINDERS, VISITS),
        OccasionKind.FORMS: 3,
        OccasionKind.MEASURE: len(firsts) + len(chasers),
        OccasionKind.BOOK: BOOSTERS,
        OccasionKind.CHECKIN: len(after_visits),
    }
    for sooner, later in pairwise(firsts):
        last = max([sooner, *(one for one in answers if one < later)])
        assert later.date() == with_room(next_questionnaire(last, days), letters)
    assert next_questionnaire(max(*firsts, *answers), days) > wall(await course.now()).date(), "and none is missing"


async def every_page_was_turned(course: Served) -> None:
    """A run for every thirty days, all but the last archived; a fresh calendar every ninety; a small record."""
    record = await course.record()
    lived = await course.now() - record.opened_at
    assert record.runs == lived // timedelta(days=30) + 1
    assert record.calendar_count == lived // timedelta(days=29)
    archived = await course.app.store.archive.runs(course.handle.id)
    assert [run.ordinal for run in archived] == list(range(1, record.runs))
    assert record.archive_due == ()
    assert len(record.model_dump_json()) < 96 * 1024
