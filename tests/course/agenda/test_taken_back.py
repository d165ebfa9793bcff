"""Whatever a patient was told of a visit stays true, or is taken back by a message or by somebody who calls."""

from copy import copy
from datetime import timedelta

from course.model.messages import SendOrder
from course.model.terms import OccasionKind, OccasionState, Role, SessionStatus, TaskKind
from tests.support.life import Life
from tests.support.stories import MONDAY, scheduled


def told_life() -> Life:
    """An hour before the first visit, the patient told of all six."""
    life = scheduled()
    life.record = life.record.with_(sessions=tuple(one.with_(told=one.start) for one in life.record.sessions))
    life.go_to(MONDAY - timedelta(hours=1))
    return life


def taken_back_by_message(life: Life) -> set[str]:
    """The visits whose cancellation went out."""
    parts = [part.occasion for _, order in life.to_patient() for part in order.parts]
    return {name.split("/")[0] for name in parts if name.endswith("/cancelled/1")}


def test_a_text_that_has_no_room_leaves_no_told_visit_uncalled() -> None:
    """Six told visits are ceased and a text holds one: the others stand in a call, each by its name and its time."""
    life = told_life()
    told = [one for one in life.record.open_sessions if one.told is not None]
    life.texts_hold = 1
    life.do("cease", reason="no benefit")
    calls = "\n".join(task.text for task in life.record.tasks if task.kind is TaskKind.CALL_INSTEAD)
    sent = taken_back_by_message(life)
    assert len(sent) == 1
    for visit in told:
        assert visit.id in sent or f"session {visit.id}, {life.record.zone.local(visit.start):%A}" in calls
    due = [task.due for task in life.record.tasks if task.kind is TaskKind.CALL_INSTEAD]
    assert max(due) <= min(one.start for one in told if one.id not in sent)


def test_a_visit_that_took_place_on_an_earlier_day_than_told_is_called_about() -> None:
    """The second visit is given two days early: somebody tells the patient not to come for it, before that day."""
    life = told_life()
    second = life.record.open_sessions[1]
    life.do(
        "session",
        Role.NURSE,
        session=second.id,
        started_at=life.now - timedelta(hours=1),
        minutes=40,
        mg="35",
        weight_kg="70",
    )
    (call,) = [task for task in life.record.tasks if task.kind is TaskKind.CALL_INSTEAD]
    assert f"session {second.id}, {life.record.zone.local(second.start):%A}" in call.text
    assert f"took place on {MONDAY:%A}" in call.text
    assert call.due < second.start


def test_who_came_the_evening_before_and_was_not_dosed_is_called_about_the_morning() -> None:
    """The visit is over before its day has come: somebody says so before the patient sets out again."""
    life = told_life()
    first = life.record.open_sessions[0]
    evening = copy(life)
    evening.now = first.start - timedelta(hours=11, minutes=20)
    evening.do("not_given", Role.NURSE, session=first.id, code="illness", reason="fever")
    (call,) = [task for task in evening.record.tasks if task.kind is TaskKind.CALL_INSTEAD]
    assert f"session {first.id}, {MONDAY:%A}" in call.text
    assert call.due <= first.start


def test_what_a_text_has_no_room_for_and_is_asked_of_nobody_goes_alone() -> None:
    """The reminder of the second visit that a text leaves out comes as a text of its own, and is told once."""
    life = scheduled()
    life.texts_hold = 1
    life.go_to(MONDAY)
    assert OccasionKind.VISIT_72H in life.kinds_sent("s2") or OccasionKind.VISIT_24H in life.kinds_sent("s2")
    lost = [name for name, mark in life.record.occasions.items() if mark.reason == "no room in a text message"]
    assert lost
    for name in lost:
        visit = name.split("/")[0]
        assert life.kinds_sent(visit) or any(task.session == name for task in life.record.tasks)


def test_a_closed_course_takes_every_told_visit_back_by_name() -> None:
    """The farewell comes with the visits that do not take place; reopened and closed again it is said again."""
    life = told_life()
    told = {one.id for one in life.record.open_sessions if one.told is not None}
    life.do("withdraw", Role.COORDINATOR, reason="no more")
    (order,) = [order for at, order in life.to_patient() if at == life.now]
    assert {part.occasion.split("/")[0] for part in order.parts} == {*told, "course"}
    life.wait(hours=1)
    life.do("reopen", reason="wrong patient")
    life.wait(hours=1)
    assert taken_back_by_message(life) == told
    assert len([order for _, order in life.to_patient() if order.parts[0].kind is OccasionKind.CANCELLED]) == 1
    life.do("withdraw", Role.COORDINATOR, reason="no more after all")
    assert life.kinds_sent("course") == [OccasionKind.CLOSED, OccasionKind.CLOSED]


def test_a_cancellation_that_mail_refuses_is_called_before_the_visit() -> None:
    """The task names the visit as the patient was told of it, and is due before it."""
    life = told_life()
    visit = life.record.open_sessions[0]
    life.fate = refuses
    life.do("omit", Role.COORDINATOR, session=visit.id, code="cost", reason="cost")
    (task,) = [task for task in life.record.tasks if task.kind is TaskKind.FAILED_MESSAGE]
    assert "cancelled (session s1, Monday 9 November 2026 at 09:00 EST)" in task.text
    assert task.due == visit.start


def test_a_cancellation_that_is_stale_is_called_while_its_visit_lies_ahead() -> None:
    """No worker ran for eight days: nothing is written so late, but the visit of the tenth day is taken back."""
    life = told_life()
    visit = life.record.open_sessions[-1]
    life.record = life.record.with_session(
        visit.with_(status=SessionStatus.OMITTED, ended_at=life.now - timedelta(minutes=1))
    )
    life.without_worker(timedelta(days=8))
    (task,) = [task for task in life.record.tasks if task.session == f"{visit.id}/cancelled/1"]
    assert "Friday 20 November 2026 at 09:00 EST" in task.text
    assert visit.id not in taken_back_by_message(life)


def refuses(_: SendOrder) -> OccasionState:
    """No mail is delivered."""
    return OccasionState.FAILED
