"""What people type is understood where it can mean one thing; else one sentence says what would be right."""

from datetime import UTC, datetime

import pytest

from course.acts.base import clean
from services.errors import ServiceError
from services.typed.times import instant
from tests.cli.conftest import PANEL, Terminal
from tests.support.records import make_record

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
"""A Monday, ten in the morning at the clinic."""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("11:10", "2026-11-30 11:10"),
        ("9:10", "2026-11-30 09:10"),
        ("9am", "2026-11-30 09:00"),
        ("12pm", "2026-11-30 12:00"),
        ("12am", "2026-11-30 00:00"),
        ("tomorrow 2:30pm", "2026-12-01 14:30"),
        ("monday 09:00", "2026-12-07 09:00"),
        ("mon 11:00", "2026-11-30 11:00"),
        ("Wednesday 9:00", "2026-12-02 09:00"),
        ("25/12 09:00", "2026-12-25 09:00"),
        ("1/25 09:00", "2027-01-25 09:00"),
    ],
)
def test_times(typed: str, meant: str) -> None:
    """On the clinic's wall; the next such day is meant."""
    zone = make_record().zone
    assert f"{zone.local(instant(typed, zone, NOW)):%Y-%m-%d %H:%M}" == meant


@pytest.mark.parametrize("typed", ["5/6 09:00", "25/12", "noonish", "13pm", "31/31 09:00", "monday"])
def test_what_may_be_two_times_or_none_is_refused(typed: str) -> None:
    """The sentence shows the right form."""
    with pytest.raises(ServiceError, match="write 2026-11-20 09:00"):
        instant(typed, make_record().zone, NOW)


async def test_a_course_by_name_and_in_any_case(terminal: Terminal, course: str) -> None:
    """The whole name of one open course, the id in capitals; nothing, a part of a name and loose words are refused."""
    await terminal.sign_in("lee")
    for typed in ("Zebulon Quimby", "quimby zebulon", course.upper(), f" {course} "):
        shown = await terminal.type("show", typed, "--json")
        assert shown.code == 0, shown.out
        assert shown.said["course_id"] == course
    assert (await terminal.type("note", "zebulon quimby", "by name")).code == 0
    empty = await terminal.type("show", "")
    assert (empty.code, empty.err.count("\n"), "no course was named" in empty.err) == (2, 1, True)
    part = await terminal.type("show", "Quimby")
    assert (part.code, f"{course} (Zebulon Quimby, born 1984-05-04, depression)" in part.err) == (2, True)
    loose = await terminal.type("show", "Zebulon", "Quimby")
    assert (loose.code, '"Quimby" is left over' in loose.err, "in quotes" in loose.err) == (2, True, True)
    measured = await terminal.type("measure", course, "PHQ-9", "--answers", "1,1,1,1,1,1,1,1,0")
    assert measured.code == 0, measured.err
    named = (
        ("lab", "Zebulon Quimby", "liver-panel", "--drawn", "now", *PANEL),
        ("patient", "zebulon quimby", "--mrn", "A-12", "--reason", "it was missing", "--second", "ortiz"),
        ("address", "quimby zebulon", "12 Elm Street, Albany, NY 12207"),
        ("waitlist", "add", "ZEBULON QUIMBY", "4"),
        ("waitlist", "drop", "Zebulon Quimby"),
        ("show", "Zebulon Quimby"),
        ("forecast", "Zebulon Quimby"),
        ("explain", "Zebulon Quimby"),
        ("judge", "Zebulon Quimby"),
        ("timeline", "Zebulon Quimby"),
        ("inbox", "Zebulon Quimby"),
    )
    for words in named:
        done = await terminal.type(*words, given=terminal.passphrases["ortiz"])
        assert (done.code, done.err) == (0, ""), words
    early = await terminal.type("check-in", "Zebulon Quimby", "1", "--weight-kg", "70", "--bp", "128/80")
    assert (early.code, "is not today" in early.err) == (1, True)
    planned_already = await terminal.type("schedule", "Zebulon Quimby", "--on", "+40d 10:00")
    assert "no course" not in planned_already.err


def test_names_that_are_joined_are_taken() -> None:
    """A zero-width non-joiner and a family; what turns the direction of text stays refused."""
    persian, hindi = "\u0645\u0647\u062f\u06cc\u200c\u0632\u0627\u062f\u0647", "\u0915\u094d\u200d\u0937"
    for name in (persian, hindi, "\U0001f468\u200d\U0001f469\u200d\U0001f467"):
        assert clean(name) == name
    for turned in ("Ada \u202egnol", "a\u2066b", "x\u200fy"):
        with pytest.raises(ValueError, match="direction"):
            clean(turned)
