"""Beside the infusions: what may be said of therapies, medicines, checks and contacts, and what may not."""

from typing import Any

import pytest

from course.model.base import days, minutes
from course.model.terms import Role, TaskKind
from tests.support.life import Life, why_refused
from tests.support.stories import Story, cleared, maintained, scheduled, treated

MOMENT = minutes(1)


@Story
def in_therapy() -> Life:
    """Psychotherapy every fortnight, begun in maintenance."""
    life = maintained()
    life.do("therapy", Role.NURSE, name="psychotherapy", every_days=14)
    return life


def why_not(life: Life, action: str, role: Role = Role.PRESCRIBER, **fields: Any) -> str:
    """Why an act is refused now, or nothing."""
    return why_refused(life.record, life.words(action, role, **fields), life.now)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": "psychotherapy", "every_days": 14}, ""),
        ({"name": "psychotherapy"}, "begins with its name and how often"),
        ({"every_days": 14}, "begins with its name and how often"),
        ({"name": "psychotherapy", "every_days": 14, "ends": True}, "begins with its name and how often"),
        ({"therapy": "a1", "every_days": 7}, ""),
        ({"therapy": "a1", "next_at": 3}, ""),
        ({"therapy": "a1", "ends": True}, ""),
        ({"therapy": "a1"}, "nothing to change"),
        ({"therapy": "a9", "every_days": 7}, "there is no therapy a9 that goes on: there is a1 (psychotherapy)"),
        ({"therapy": "a1", "next_at": 400}, ""),
        ({"therapy": "a1", "next_at": 400.1}, "lies ahead, at most 400 days"),
        ({"therapy": "a1", "next_at": 0}, "lies ahead, at most 400 days"),
    ],
)
def test_what_may_be_said_of_a_therapy(fields: dict[str, Any], why: str) -> None:
    """A name and how often to begin, something to change afterwards, dates that lie ahead."""
    life = in_therapy()
    if "next_at" in fields:
        fields = {**fields, "next_at": life.now + days(fields["next_at"])}
    refused = why_not(life, "therapy", **fields)
    assert why in refused
    assert (refused == "") is (why == "")


def test_a_therapy_is_changed_in_what_is_said_and_keeps_the_rest() -> None:
    """How often and when next, each by itself; one that has ended is not attended."""
    life = in_therapy()
    (begun,) = life.record.therapies
    life.do("therapy", Role.NURSE, therapy=begun.id, every_days=7)
    (weekly,) = life.record.therapies
    assert (weekly.every_days, weekly.next_at) == (7, begun.next_at)
    life.do("therapy", Role.NURSE, therapy=begun.id, next_at=life.now + days(2))
    (sooner,) = life.record.therapies
    assert (sooner.every_days, sooner.next_at) == (7, life.now + days(2))
    life.do("therapy", Role.NURSE, therapy=begun.id, ends=True)
    assert "there is no therapy a1 that goes on: there is none" in why_not(life, "attend", therapy="a1", came=True)


def test_attendance_is_counted_and_the_next_date_follows() -> None:
    """Twice there, once missed; the date stays while it lies ahead, and passes in steps once it has passed."""
    life = in_therapy()
    first = life.record.therapies[0].next_at
    life.do("attend", Role.NURSE, therapy="a1", came=True)
    assert life.record.therapies[0].next_at == first
    life.go_to(first)
    life.do("attend", Role.NURSE, therapy="a1", came=True)
    assert life.record.zone.local(life.record.therapies[0].next_at) - life.record.zone.local(first) == days(14)
    life.go_to(first + days(30))
    life.do("attend", Role.NURSE, therapy="a1", came=False)
    (therapy,) = life.record.therapies
    assert (therapy.came, therapy.missed) == (2, 1)
    assert life.record.zone.local(therapy.next_at) - life.record.zone.local(first) == days(42)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"was": "50 mg", "now": "100 mg"}, ""),
        ({"was": "50 mg"}, ""),
        ({"now": "100 mg"}, ""),
        ({}, "say what it was, what it is now, or both"),
        ({"now": "100 mg", "ordered": True}, "an ordered change is reviewed"),
        ({"now": "100 mg", "ordered": True, "review_at": 14}, ""),
        ({"now": "100 mg", "review_at": 14}, ""),
        ({"now": "100 mg", "review_at": 401}, "lies ahead"),
        ({"now": "100 mg", "starts": 1}, "a change that was reported has begun"),
        ({"now": "100 mg", "starts": -9}, ""),
        ({"now": "100 mg", "starts": 1, "ordered": True, "review_at": 14}, ""),
        ({"now": "100 mg", "starts": 400, "ordered": True, "review_at": 14}, ""),
        ({"now": "100 mg", "starts": 401, "ordered": True, "review_at": 14}, "more than 400 days off"),
        ({"now": "100 mg", "starts": -1, "ordered": True, "review_at": 14}, "an order begins today or later"),
        ({"now": "100 mg", "at_intake": True}, "the list of medicines is taken at intake"),
    ],
)
def test_what_may_be_said_of_a_medicine(fields: dict[str, Any], why: str) -> None:
    """A change says from what or to what; an order has a review and begins today or later; a report has begun."""
    life = maintained()
    dates: dict[str, Any] = {name: life.now + days(fields[name]) for name in ("starts", "review_at") if name in fields}
    whole: dict[str, Any] = {"name": "sertraline", "starts": life.now, **fields, **dates}
    refused = why_not(life, "medicine", **whole)
    assert why in refused
    assert (refused == "") is (why == "")


def test_only_a_prescriber_orders_a_change() -> None:
    """A nurse reports it."""
    life = maintained()
    fields: dict[str, Any] = {"name": "sertraline", "now": "100 mg", "starts": life.now}
    assert not why_not(life, "medicine", Role.NURSE, **fields)
    assert "ordered by a prescriber" in why_not(
        life, "medicine", Role.NURSE, **fields, ordered=True, review_at=life.now
    )


def test_a_review_is_of_the_change_that_waits_for_it() -> None:
    """The one named and no other; put off it waits again, done it waits no more, and another is not done with it."""
    life = maintained()
    for name in ("sertraline", "lithium"):
        fields: dict[str, Any] = {
            "name": name,
            "now": "1",
            "starts": life.now,
            "ordered": True,
            "review_at": life.now + days(14),
        }
        life.do("medicine", **fields)
    first, second = [one.id for one in life.record.medicines[-2:]]
    assert f"waiting are {first}, {second}" in why_not(life, "review_medicine", medicine="d99", reason="seen")
    life.do("review_medicine", medicine=second, review_at=life.now + days(20), reason="not yet")
    life.do("review_medicine", medicine=second, reason="seen")
    assert [one.id for one in life.record.medicines if one.review_due] == [first]
    assert f"waiting are {first}" in why_not(life, "review_medicine", medicine=second, reason="seen")


def test_a_contact_follows_an_infusion() -> None:
    """None before the first; spoken with or not reached is counted; it has no date of its own."""
    life = scheduled()
    assert "no infusion lies before this contact" in why_not(life, "attend", therapy="integration", came=True)
    life = treated()
    life.wait(hours=30)
    dated: dict[str, Any] = {"therapy": "integration", "came": True, "next_at": life.now + days(1)}
    assert "leave --next out" in why_not(life, "attend", **dated)
    infused = life.record.valid_doses[-1].at
    assert "no infusion lies before" in why_not(
        life, "attend", therapy="integration", came=True, effective_at=infused, reason="late"
    )
    life.do("attend", Role.NURSE, therapy="integration", came=False)
    life.do("attend", Role.NURSE, therapy="integration", came=True)
    assert (life.record.contacts_missed, life.record.contacts, life.record.contacted_at) == (1, 1, life.now)
    assert life.record.entries[-1].text.endswith(": spoken with")


def test_where_no_integration_is_asked_for_it_is_no_therapy() -> None:
    """The word alone opens nothing."""
    life = treated()
    life.record = life.record.with_(protocol=life.record.protocol.with_(integration=None))
    assert "there is no therapy integration" in why_not(life, "attend", therapy="integration", came=True)


def test_a_check_is_one_of_the_protocols() -> None:
    """Another is refused with those that there are; a yes is a prescriber's within two days, a no nobody's."""
    life = maintained()
    known = [one.id for one in life.record.protocol.long_term]
    assert f"asks for no sight: it asks for {', '.join(known)}" in why_not(life, "check", check="sight", positive=True)
    life.do("check", Role.NURSE, check=known[0], positive=False)
    assert not [one for one in life.record.tasks if one.kind is TaskKind.LONG_TERM]
    life.do("check", Role.NURSE, check=known[0], positive=True, detail="since May")
    (task,) = [one for one in life.record.tasks if one.kind is TaskKind.LONG_TERM]
    assert (task.role, task.due) == (Role.PRESCRIBER, life.now + days(2))
    assert ": yes, at intake no: see the patient before the next infusion" in task.text


def test_a_call_is_made_again_within_a_fortnight() -> None:
    """From now on to fourteen days."""
    life = cleared()
    rows: dict[str, Any] = {"about": "schedule", "outcome": "no_answer"}
    for again, taken in ((days(14), True), (days(14) + MOMENT, False), (-MOMENT, False), (MOMENT, True)):
        why = why_not(life, "call", Role.COORDINATOR, **rows, again_at=life.now + again)
        assert ("call again within 14 days" in why) is not taken
