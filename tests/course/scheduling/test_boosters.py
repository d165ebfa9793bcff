"""Booking boosters: in their window, in one visit or several within a week, and early only by a prescriber."""

from datetime import datetime

from course.agenda.booster_booking import booster_number
from course.agenda.questionnaires import next_ask_at
from course.agenda.worklist import needs
from course.model.base import days, hours
from course.model.terms import NeedKind, Role
from tests.support.life import Life, why_refused
from tests.support.stories import give, maintained


def in_two_visits() -> Life:
    """Boosters of two sessions within a week, every 28 days."""
    life = maintained()
    rule = life.record.protocol.maintenance.with_(sessions_per_booster=2)
    life.record = life.record.with_(protocol=life.record.protocol.with_(maintenance=rule))
    return life


def last(life: Life) -> datetime:
    """The last infusion."""
    return life.record.valid_doses[-1].at


def why_not(life: Life, at: datetime, role: Role = Role.COORDINATOR, **fields: object) -> str:
    """Why a booster cannot be booked at an instant, or nothing."""
    return why_refused(life.record, life.words("booster", role, at=at, **fields), life.now)


def test_the_second_session_of_a_booster_follows_within_its_week() -> None:
    """Beside the first one, not a week later, and no third; the next booster waits for its own window."""
    life = in_two_visits()
    life.do("booster", Role.COORDINATOR, at=last(life) + days(31))
    first = life.record.open_sessions[0]
    assert not why_not(life, first.start + days(2))
    assert f"session {first.id} is booked already" in why_not(life, first.start + days(7))
    life.do("booster", Role.COORDINATOR, at=first.start + days(2))
    assert "is booked already" in why_not(life, first.start + days(1))
    give(life)
    give(life)
    assert booster_number(life.record) == 2
    assert "the window opens" in why_not(life, last(life) + days(12))
    life.go_to(last(life) + days(20))
    assert not why_not(life, last(life) + days(33))


def test_one_visit_is_one_booster_where_the_protocol_says_so() -> None:
    """Depression gives each booster in one visit: a second one in the same week is another booster."""
    life = maintained()
    life.do("booster", Role.COORDINATOR, at=last(life) + days(31))
    first = life.record.open_sessions[0]
    assert "is booked already" in why_not(life, first.start + days(2))


def test_the_window_is_written_down_where_it_is_left() -> None:
    """Up to its end no reason is asked; after it one is, and the visit carries it."""
    life = maintained()
    life.do("booster", Role.COORDINATOR, at=last(life) + days(28))
    assert life.record.open_sessions[0].deviation == ""
    life.do("omit", Role.COORDINATOR, session=life.record.open_sessions[0].id, code="cost", reason="cost")
    late = last(life) + days(56)
    assert "after the window, which closes" in why_not(life, late)
    life.do("booster", Role.COORDINATOR, at=late, reason="abroad")
    assert life.record.open_sessions[-1].deviation.startswith("after the window, which closes")


def test_an_early_booster_takes_a_prescriber_and_a_reason() -> None:
    """Both of them; then it is refused only while the last infusion is less than a week ago."""
    life = maintained()
    early = last(life) + days(10)
    for role, reason, taken in (
        (Role.COORDINATOR, "relapse", False),
        (Role.PRESCRIBER, "", False),
        (Role.PRESCRIBER, "relapse", True),
    ):
        why = why_not(life, early, role, early=True, reason=reason)
        assert (why == "") is taken
    assert "an early booster waits for 7" in why_not(
        life, last(life) + days(5), Role.PRESCRIBER, early=True, reason="relapse"
    )


def test_booking_is_asked_for_ten_days_before_the_window() -> None:
    """On the worklist and of the patient; not while one is booked, and not on hold."""

    def asked(life: Life) -> bool:
        return NeedKind.BOOK in {one.kind for one in needs(life.record, life.now)}

    life = maintained()
    opens = last(life) + days(21)
    while not asked(life):
        life.wait(hours=12)
        assert life.now < opens + days(10)
    begun = life.now
    life.do("booster", Role.COORDINATOR, at=last(life) + days(28))
    assert not asked(life)
    life.do("omit", Role.COORDINATOR, session=life.record.open_sessions[0].id, code="cost", reason="cost")
    assert asked(life)
    life.do("hold", Role.NURSE, cause="patient", review_at=life.now + days(1), reason="a cold")
    assert not asked(life)
    assert abs(begun - (last(life) + days(28) - days(10))) <= days(3) + hours(12)


def test_a_booster_weeks_ahead_puts_no_questionnaire_off() -> None:
    """The weekly one comes when it would have come; only one that is due anyway goes with the visit's message."""
    life = maintained()
    due = next_ask_at(life.record)
    life.do("booster", Role.COORDINATOR, at=last(life) + days(31))
    assert next_ask_at(life.record) == due
    assert due - life.now <= days(7)
