"""When a visit may be recorded: on its day, not before it took place, and by what was planned."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from course.model.base import days, hours, minutes
from course.model.terms import Role, SessionStatus, TaskKind
from tests.support.life import Life, why_refused
from tests.support.ready import WHOLE
from tests.support.stories import Story, check_in, scheduled, screen

LAST_MOMENT = minutes(1)


@Story
def waiting(before: timedelta) -> Life:
    """So long before the first visit, everything ready."""
    life = scheduled()
    life.go_to(life.record.open_sessions[0].start - before)
    screen(life)
    return life


def why_not(life: Life, action: str, **fields: Any) -> str:
    """Why a nurse's act about the first visit is refused now, or nothing."""
    return why_refused(life.record, life.words(action, Role.NURSE, session="s1", **fields), life.now)


def arriving(life: Life, **but: Any) -> dict[str, Any]:
    """A pre-dose check with nothing against it."""
    reading = {"at": life.now, "systolic": 122, "diastolic": 78, **WHOLE}
    fine = {"identifiers": 2, "weight_kg": Decimal(70), "escort": True, "fasting": True, "asked": True}
    return {**fine, "readings": [reading], "measure_waived": "asked at the last visit", **but}


def test_a_visit_is_checked_in_or_called_off_within_half_a_day_of_it() -> None:
    """Twelve hours before its start it is today's; a moment earlier it is not."""
    for before, refused in ((hours(12), False), (hours(12) + LAST_MOMENT, True)):
        life = waiting(before)
        assert ("is not today: check in on the day" in why_not(life, "check_in", **arriving(life))) is refused
        assert ("is not today: defer or omit" in why_not(life, "not_given", code="illness", reason="ill")) is refused


def test_nobody_is_missed_before_the_visit_has_begun() -> None:
    """From its start on a no-show is recorded; a call is due the same day, by a prescriber after a positive item."""
    early = waiting(LAST_MOMENT)
    assert "has not begun" in why_not(early, "no_show", code="illness")
    for answers, role in (((1,) * 8 + (0,), Role.COORDINATOR), ((1,) * 9, Role.PRESCRIBER)):
        life = waiting(timedelta(0))
        life.do("measure", Role.NURSE, instrument="phq9", answers=answers)
        life.do("no_show", Role.COORDINATOR, session="s1", code="illness")
        assert life.record.entries[-1].text == "session s1: no-show (illness)"
        (call,) = [one for one in life.record.tasks if one.kind is TaskKind.CALL_NO_SHOW]
        assert (call.role, call.due) == (role, life.now + hours(8))
    life = waiting(timedelta(0))
    life.do("no_show", Role.COORDINATOR, session="s1")
    assert life.record.entries[-1].text == "session s1: no-show"


def test_the_call_after_a_visit_in_the_afternoon_is_due_that_day() -> None:
    """Eight hours later would be night: it is due when the day ends, and never before it is written."""
    life = waiting(timedelta(0))
    life.go_to(life.now + hours(7))
    life.do("no_show", Role.COORDINATOR, session="s1")
    (call,) = [one for one in life.record.tasks if one.kind is TaskKind.CALL_NO_SHOW]
    zone = life.record.zone
    assert life.now < call.due < life.now + hours(8)
    assert zone.local(call.due).date() == zone.local(life.now).date()


@Story
def infused() -> Life:
    """Checked in at the start of the first visit, forty minutes ago."""
    life = scheduled()
    life.go_to(life.record.open_sessions[0].start)
    check_in(life, "s1")
    life.wait(minutes=40)
    return life


def dose(life: Life, started_at: datetime, length: int = 40, **but: Any) -> str:
    """Why an infusion of that time cannot be recorded now, or nothing."""
    return why_not(life, "session", started_at=started_at, minutes=length, mg=Decimal(35), **but)


def test_an_infusion_is_recorded_once_it_is_over() -> None:
    """Up to a minute early, as clocks on the wall are read; begun and ended now is not ahead."""
    life = infused()
    begun = life.now - minutes(40)
    assert not dose(life, begun)
    assert not dose(life, begun + minutes(1))
    assert "minutes from then end at" in dose(life, begun + minutes(2))
    assert not dose(life, life.now, length=1, sure=True)
    assert "cannot lie in the future" in dose(life, life.now + minutes(1), length=1, sure=True)


def test_a_leaving_is_recorded_once_the_patient_has_left() -> None:
    """Now is not ahead; who leaves is said together with the dose or later."""
    life = infused()
    begun = life.now - minutes(40)
    left = {"awake": True, "walking": True, "escort": True}
    assert not dose(life, begun, leaving={"at": life.now, **left})
    assert "cannot lie in the future" in dose(life, begun, leaving={"at": life.now + minutes(1), **left})


def test_an_infusion_lies_after_its_visit_was_planned() -> None:
    """A day of grace for what was planned afterwards; before the course began there was none."""
    life = infused()
    visit = life.record.sessions[0]
    late = life.record.with_session(visit.with_(planned_at=life.now - hours(1)))
    life.record = late
    assert not dose(life, life.now - hours(25))
    assert "was planned later than that" in dose(life, life.now - hours(25) - LAST_MOMENT)
    assert "before the course began" in dose(life, life.record.opened_at - LAST_MOMENT)


def test_what_is_planned_to_be_given_stays_within_the_order() -> None:
    """Without a plan the order is the plan; one above it is refused with the most that may be planned."""
    life = waiting(timedelta(0))
    assert not why_not(life, "check_in", **arriving(life))
    assert not why_not(life, "check_in", **arriving(life, planned_mg=Decimal(35)))
    assert "plan at most 35.0 mg" in why_not(life, "check_in", **arriving(life, planned_mg=Decimal(39)))
    life.do("check_in", Role.NURSE, session="s1", **arriving(life, planned_mg=Decimal(30)))
    assert "30 mg planned" in life.record.entries[-1].text


def test_what_the_questions_found_cannot_lie_ahead() -> None:
    """A pregnancy of tomorrow is refused; one of now holds the course, and the visit is not dosed."""
    life = waiting(timedelta(0))
    found = arriving(life, changes=("pregnancy",))
    assert "cannot lie in the future" in why_not(life, "check_in", **found, changed_at=life.now + LAST_MOMENT)
    life.do("check_in", Role.NURSE, session="s1", **found, changed_at=life.now)
    assert life.record.held is not None
    assert life.record.sessions[0].status is SessionStatus.PLANNED
    assert "session s1 not cleared: pregnancy since" in life.record.entries[-1].text


@pytest.mark.parametrize(
    ("moved", "flag"),
    [(-1, ""), (-2, "begun before its pre-dose check"), (31, ""), (32, "begun more than 30 minutes after its")],
)
def test_a_dose_is_begun_soon_after_its_check(moved: int, flag: str) -> None:
    """From the check to thirty minutes later, a minute either way for clocks; beyond, a prescriber looks at it."""
    life = scheduled()
    start = life.record.open_sessions[0].start
    life.go_to(start)
    check_in(life, "s1")
    life.wait(minutes=90)
    life.do("session", Role.NURSE, session="s1", started_at=start + minutes(moved), minutes=40, mg=Decimal(35))
    alerts = [one.text for one in life.record.tasks if one.kind is TaskKind.ALERT]
    assert any(flag in one for one in alerts) if flag else alerts == []


def test_whoever_was_told_of_another_day_is_called_and_nobody_else() -> None:
    """Given on the day that the patient was told: no call. The visit of a later day, given today: a call."""
    for told, calls in ((timedelta(0), 0), (days(1), 1)):
        life = infused()
        visit = life.record.sessions[0]
        life.record = life.record.with_session(visit.with_(told=visit.start + told))
        started = life.now - minutes(40)
        life.do("session", Role.NURSE, session="s1", started_at=started, minutes=40, mg=Decimal(35))
        assert sum(1 for one in life.record.tasks if one.kind is TaskKind.CALL_INSTEAD) == calls
