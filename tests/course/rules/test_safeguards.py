"""Ways in which a rule could be walked around without anybody noticing."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from course.actions import Refused
from course.agenda.worklist import needs
from course.model.base import days
from course.model.parts import MaintenancePlan
from course.model.record import CourseRecord
from course.model.terms import GateAnswer, NeedKind, Role, TaskKind, Urgency
from tests.support.life import Life
from tests.support.ready import WHOLE, panel, ready
from tests.support.records import FIRST
from tests.support.stories import check_in, enrolled, give, maintained, scheduled, treated

BAD = (2, 2, 2, 2, 2, 2, 2, 2, 0)


def tasks(record: CourseRecord, kind: TaskKind) -> list[Role]:
    """Whose the open tasks of a kind are."""
    return [one.role for one in record.tasks if one.kind is kind and one.resolved_at is None]


def needed(life: Life, kind: NeedKind) -> list[str]:
    """What rows of a kind say now."""
    return [one.text for one in needs(life.record, life.now) if one.kind is kind]


def open_day(life: Life, wanted: datetime) -> datetime:
    """The first day from then on which the site is open at that hour."""
    return next(at for ahead in range(9) if not life.record.calendar.why_not_open(at := wanted + days(ahead), 40))


def booked() -> Life:
    """The first booster, in its window."""
    life = maintained()
    infused = life.record.valid_doses[-1].at
    life.do("booster", Role.COORDINATOR, at=infused + days(28))
    return life


def test_a_booster_is_not_moved_around_its_brakes() -> None:
    """Before its window it is refused as a booking would be; after it the deviation is on record."""
    life = booked()
    visit, infused = life.record.open_sessions[0], life.record.valid_doses[-1].at
    with pytest.raises(Refused, match="the window opens"):
        life.do("defer", Role.COORDINATOR, session=visit.id, to=infused + days(12), reason="would rather come soon")
    late = infused + days(56)
    life.do("defer", Role.COORDINATOR, session=visit.id, to=late, reason="abroad")
    assert life.record.open_sessions[0].deviation.startswith("after the window")


def test_boosters_as_needed_keep_a_week_between_infusions() -> None:
    """Where there is no window the brakes of the early ones hold."""
    life = maintained()
    life.record = life.record.with_(maintained=MaintenancePlan(since=life.now, interval_days=None))
    infused = life.record.valid_doses[-1].at
    with pytest.raises(Refused, match="an early booster waits for 7"):
        life.do("booster", Role.COORDINATOR, at=infused + days(5))
    life.do("booster", Role.COORDINATOR, at=infused + days(7))


def test_a_third_early_booster_waits_for_the_evaluation() -> None:
    """Two early ones running are looked at before the next is booked."""
    life = maintained()
    for _ in range(2):
        at = open_day(life, life.record.valid_doses[-1].at + days(8))
        life.do("booster", at=at, early=True, reason="relapse")
        life.go_to(at)
        give(life)
    with pytest.raises(Refused, match="two early boosters running: evaluate before the next"):
        life.do("booster", at=open_day(life, life.now + days(8)), early=True, reason="again")


@pytest.mark.parametrize("interval", [27, 43])
def test_an_interval_stays_inside_the_protocols_range(interval: int) -> None:
    """A reason does not carry it outside."""
    with pytest.raises(Refused, match="depression allows 28 to 42 days between boosters"):
        maintained().do("interval", interval_days=interval, reason="seems right")


def test_a_reading_cannot_lie_ahead() -> None:
    """Of a visit as of a leaving; nothing is recorded."""
    life = scheduled()
    visit = life.record.open_sessions[0]
    life.go_to(visit.start)
    check_in(life, visit.id)
    life.wait(minutes=40)
    reading = {"at": life.now + days(3), "systolic": 122, "diastolic": 78}
    dose: dict[str, Any] = {"started_at": visit.start, "minutes": 40, "mg": Decimal(35)}
    before = life.record
    with pytest.raises(Refused, match="cannot lie in the future"):
        life.do("session", Role.NURSE, session="s1", readings=[reading], **dose)
    assert life.record == before
    life.do("session", Role.NURSE, session="s1", **dose)
    leaving = {"at": life.now, "gone": True}
    with pytest.raises(Refused, match="cannot lie in the future"):
        life.do("leave", Role.NURSE, session="s1", leaving=leaving, readings=[reading])


def test_what_was_found_in_order_before_a_dose_is_on_record() -> None:
    """Identifiers, escort, fasting, questions, the plan; a flag that has changed is set from that day on."""
    life = scheduled()
    visit = life.record.open_sessions[0]
    life.go_to(visit.start)
    since = life.now - days(2)
    check_in(life, visit.id, changes=("maoi",), changed_at=since)
    text = life.record.entries[-1].text
    assert "(2 identifiers, escort, fasted, changes asked), 35.0 mg planned" in text
    gate = life.record.gates["maoi"]
    assert (gate.answer, gate.since) == (GateAnswer.YES, since)


def test_an_order_of_other_minutes_changes_the_visits_ahead() -> None:
    """What is planned and what is given stand on the same order."""
    life = scheduled()
    life.do("order", minutes=60, reason="slower")
    assert {one.minutes for one in life.record.open_sessions} == {60}


def test_a_total_without_its_answers_asks_for_the_safety_item() -> None:
    """A PHQ-9 of 12 says nothing of item 9: a nurse asks today. One of 26 cannot be without it."""
    life = scheduled()
    life.do("measure", Role.NURSE, instrument="phq9", total=12)
    assert tasks(life.record, TaskKind.SAFETY_ITEM) == [Role.NURSE]
    assert life.record.open_escalation is None
    life = scheduled()
    life.do("measure", Role.NURSE, instrument="phq9", total=26)
    assert tasks(life.record, TaskKind.SAFETY_ITEM) == []
    assert life.record.open_escalation is not None


def test_a_prescriber_calls_who_stays_away_after_any_positive_item() -> None:
    """The last answers of every questionnaire count, and the call is due before the day ends."""
    life = scheduled()
    life.do("measure", Role.NURSE, instrument="phq9", answers=(1, 1, 1, 1, 1, 1, 1, 1, 1))
    life.record = life.record.with_(
        protocol=life.record.protocol.with_(outcome=life.record.protocol.outcome.with_(instrument="gad7"))
    )
    visit = life.record.open_sessions[0]
    life.go_to(visit.start + timedelta(hours=9))
    life.do("no_show", Role.COORDINATOR, session=visit.id, code="transport")
    assert tasks(life.record, TaskKind.CALL_NO_SHOW) == [Role.PRESCRIBER]
    task = next(one for one in life.record.tasks if one.kind is TaskKind.CALL_NO_SHOW)
    assert life.record.zone.local(task.due).date() == life.record.zone.local(life.now).date()
    assert life.record.entries[-1].text == "session s1: no-show (transport)"


def test_a_discharge_on_the_eve_of_a_visit_is_called_too() -> None:
    """The letter goes at once, and somebody calls; nobody is called about a death."""
    for cause, called in (("discharged", 1), ("died", 0)):
        life = scheduled()
        life.go_to(life.record.open_sessions[0].start - timedelta(hours=12))
        life.do("discharge", cause=cause, reason="decided today")
        assert len(tasks(life.record, TaskKind.CALL_MOVED)) == called


def test_a_release_dates_every_absolute_exclusion_anew() -> None:
    """Whoever asked them again stands on each of them."""
    life = scheduled()
    life.do("hold", cause="psychosis", reason="voices")
    life.wait(days=6)
    life.do("review", review_at=life.now + days(6), reason="still there")
    life.wait(days=5)
    life.do("release", asked_again=True, reason="gone for a week")
    gate = life.record.gates["psychosis"]
    assert (gate.answer, gate.since, gate.by) == (GateAnswer.NO, life.now, "Dr Lee")


def test_an_evaluation_knows_when_anything_it_read_has_changed() -> None:
    """The baseline put right, a score and a dose written down late: each flags it."""
    changes: tuple[tuple[str, dict[str, Any]], ...] = (
        ("correct", {"item": "m1", "answers": (1, 1, 1, 1, 1, 1, 1, 1, 0)}),
        ("measure", {"instrument": "phq9", "answers": BAD, "effective_at": timedelta(days=-3)}),
    )
    for action, said in changes:
        life = maintained()
        life.wait(hours=2)
        told = {name: life.now + one if isinstance(one, timedelta) else one for name, one in said.items()}
        life.do(action, Role.NURSE, reason="found later", **told)
        assert life.record.evaluations[-1].inputs_changed, action


def test_silence_stays_on_the_list_until_somebody_calls() -> None:
    """The next questionnaire going out does not take the row away."""
    life = treated()
    while not needed(life, NeedKind.MEASURE):
        life.wait(hours=6)
    life.wait(days=5)
    assert needed(life, NeedKind.MEASURE)
    life.do("call", Role.COORDINATOR, about="measure", outcome="reached")
    assert not needed(life, NeedKind.MEASURE)


def test_a_booster_has_a_questionnaire_of_its_own_week() -> None:
    """Before each visit of maintenance the patient was asked within the week."""
    life = booked()
    for _ in range(8):
        visit = life.record.open_sessions[0]
        life.go_to(visit.start)
        last = max(ask.opened_at for ask in life.record.asks)
        assert visit.start - last <= days(8), visit.id
        give(life)
        life.do("measure", Role.PATIENT, instrument="phq9", answers=(1, 1, 1, 1, 1, 1, 1, 0, 0))
        life.do("booster", Role.COORDINATOR, at=open_day(life, visit.start + days(29)))


def test_only_a_reading_of_the_last_half_hour_lets_somebody_go() -> None:
    """One from just after the infusion is asked for again."""
    life = _dosed()
    early = {"at": life.now, "systolic": 122, "diastolic": 78, **WHOLE}
    life.wait(hours=2)
    with pytest.raises(Refused, match="take blood pressure, pulse, SpO2, MOAA/S, dissociation again, older than 30"):
        life.do("leave", Role.NURSE, session="s1", leaving=_well(life), readings=[early])


def _dosed() -> Life:
    life = scheduled()
    visit = life.record.open_sessions[0]
    life.go_to(visit.start)
    check_in(life, visit.id)
    life.wait(minutes=40)
    life.do("session", Role.NURSE, session="s1", started_at=visit.start, minutes=40, mg=Decimal(35))
    return life


def _well(life: Life) -> dict[str, Any]:
    return {"at": life.now, "awake": True, "walking": True, "escort": True}


def test_an_order_of_a_medicine_does_not_begin_yesterday() -> None:
    """What was taken before is reported."""
    life = enrolled()
    fields: dict[str, Any] = {"name": "lorazepam", "was": "2 mg", "now": "1 mg", "starts": life.now - days(1)}
    with pytest.raises(Refused, match="an order begins today or later"):
        life.do("medicine", ordered=True, review_at=life.now + days(7), **fields)
    life.do("medicine", Role.NURSE, **fields)


def test_a_liver_value_at_its_limit_tells_the_one_on_call() -> None:
    """It holds, it is a task, and it escalates; a first value put right, of the same draw, takes its mistake along."""
    life = Life(ready("crps"), FIRST)
    gate = life.record.protocol.gate("liver-panel")
    assert gate is not None
    fields: dict[str, Any] = {"gate": gate.id, "answer": "yes", "effective_at": FIRST}
    life.do("gate", Role.NURSE, results=panel(gate, ALT=200), **fields)
    assert life.record.open_escalation is not None
    assert [one.urgency for one in life.record.open_escalation.triggers] == [Urgency.PROMPT]
    assert life.record.held is not None
    life.do("gate", Role.NURSE, results=panel(gate, ALT=20), **fields)
    assert {one.analyte: one.first for one in life.record.gates["liver-panel"].results}["ALT"] == 20


def test_a_booster_of_two_sessions_is_two_visits_of_one_week() -> None:
    """The pain arm's second day needs no early booking, before the first or after it; a third one does."""
    life = maintained()
    rule = life.record.protocol.maintenance.with_(sessions_per_booster=2)
    life.record = life.record.with_(protocol=life.record.protocol.with_(maintenance=rule))
    first = open_day(life, life.record.valid_doses[-1].at + days(28))
    second = open_day(life, first + days(1))
    life.do("booster", Role.COORDINATOR, at=first)
    life.do("booster", Role.COORDINATOR, at=second)
    give(life)
    give(life)
    assert [one.deviation for one in life.record.sessions if one.start >= first] == ["", ""]
    with pytest.raises(Refused, match="the window opens"):
        life.do("booster", Role.COORDINATOR, at=open_day(life, second + days(1)))
