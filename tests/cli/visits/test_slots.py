"""A day by chair, and who could come where somebody does not, as staff see them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.wiring import Application
from services.visits.chairs import fullness
from tests.cli.conftest import Terminal, planned


async def visits(terminal: Terminal, course: str) -> list[dict[str, Any]]:
    """The sessions of a course."""
    found: list[dict[str, Any]] = (await terminal.type("show", course, "--json")).said["sessions"]
    return found


async def test_a_chair_that_is_freed_goes_to_who_waits(terminal: Terminal, opened: Application) -> None:
    """The day shows both by name; an omitted visit names who waits and could come, and whom it would not help not."""
    going = await planned(terminal, "Zebulon Quimby", "1984-05-04", "depression")
    waiting = await planned(terminal, "Ottoline Fenwick", "1979-02-03", "depression")
    last = datetime.fromisoformat((await visits(terminal, going))[5]["start"])
    day = last.date()
    shown = await terminal.type("slots", "northside", str(day), "--json")
    assert (shown.said["places"], len(shown.said["chairs"])) == (6, 3)
    names = {visit["name"] for chair in shown.said["chairs"] for visit in chair["visits"]}
    assert names == {"Zebulon Quimby", "Ottoline Fenwick"}
    assert [len(chair["free"]) for chair in shown.said["chairs"]] == [2, 2, 1]
    drawn = await terminal.type("slots", "northside", str(day))
    assert drawn.out.count("10:00-12:00") == 2
    assert "12:00-18:00" in drawn.out
    await terminal.sign_in("cole")
    closed = opened.clinic.sites["northside"].closed
    ahead = (day + timedelta(days=one) for one in range(1, 9))
    later = next(one for one in ahead if one.weekday() < 5 and one not in closed)
    moved = await terminal.type("defer", waiting, "6", f"{later} 10:00", "--reason", "a journey")
    assert moved.code == 0, moved.err
    assert (await terminal.type("waitlist", "add", waiting, "6", "--json")).said == {"course": waiting, "session": "s6"}
    listed = (await terminal.type("waitlist", "list", "northside", "--json")).said
    assert [(one["course_id"], one["name"]) for one in listed] == [(waiting, "Ottoline Fenwick")]
    words = ("omit", going, "6", "--code", "cost", "--reason", "cannot pay")
    freed = await terminal.type(*words)
    assert freed.code == 0, freed.err
    assert f'Ottoline Fenwick who waits: starter.py defer {waiting} s6 "{day} 10:00"' in freed.out
    sooner = await terminal.type("omit", going, "1", "--code", "cost", "--reason", "cannot pay", "--json")
    assert "waiting" not in sooner.said
    booked = await terminal.type("defer", waiting, "s6", f"{day} 10:00", "--reason", "an earlier chair")
    assert booked.code == 0, booked.err
    dropped = await terminal.type("waitlist", "drop", waiting)
    assert (dropped.code, dropped.out) == (0, f"{waiting} waits no longer\n")
    assert (await terminal.type("waitlist", "drop", waiting)).code == 1


async def test_doctor_says_how_full_the_week_is(terminal: Terminal, course: str, opened: Application) -> None:
    """Percent of six chairs at ten hours on each open day; another site's stay empty."""
    assert await opened.store.slots.of_course(course, datetime.now(UTC))
    assert (await fullness(opened, datetime.now(UTC)))["westside"] == 0
    day = datetime.now(UTC) + timedelta(days=14)
    slots = await opened.store.slots.between("northside", datetime.now(UTC), day)
    assert slots
    first = slots[0].begins - timedelta(hours=1)
    ahead = [one for one in slots if one.begins < first + timedelta(days=7)]
    days = [(first + timedelta(days=one)).date() for one in range(7)]
    kept = [one for one in days if one.weekday() < 5 and one not in opened.clinic.sites["northside"].closed]
    taken = (await fullness(opened, first))["northside"]
    assert taken == round(100 * 120 * len(ahead) / (6 * 600 * len(kept))) > 0
    fields = {one["check"]: one["said"] for one in (await terminal.type("doctor", "--json")).said}
    assert fields["chairs"].startswith("taken in the next seven days: northside ")


async def test_what_cannot_be_is_said(terminal: Terminal) -> None:
    """No such site, no such visit."""
    await terminal.sign_in("cole")
    assert "there is no site nowhere" in (await terminal.type("slots", "nowhere", "today")).err
    assert "there is no site nowhere" in (await terminal.type("waitlist", "list", "nowhere")).err
    assert "there is no course c-nobody" in (await terminal.type("waitlist", "add", "c-nobody", "2")).err
