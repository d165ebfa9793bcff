"""What follows from scores, doses and answers is read again when one of them is put right."""

from datetime import timedelta
from decimal import Decimal

import pytest

from course import actions
from course.actions import Refused
from course.acts.catalogue import ACT
from course.agenda import booster_booking
from course.agenda.evaluations import evaluation_forced
from course.agenda.worklist import needs, needs_ahead
from course.model.terms import NeedKind, OccasionKind, Role, Series, TaskKind
from course.model.visit import Dose
from tests.support.life import STAFF, Life
from tests.support.lives.acting import SECOND
from tests.support.stories import BASELINE, give, maintained

LOW = (1, 1, 1, 1, 1, 1, 0, 0, 0)


def relapsed() -> Life:
    """A response that two readings have lost, three days apart."""
    life = maintained()
    for _ in range(2):
        life.wait(days=3)
        life.do("measure", Role.NURSE, instrument="phq9", answers=BASELINE)
    return life


def open_tasks(life: Life, kind: TaskKind) -> list[str]:
    """What waits for a person of this kind."""
    return [task.text for task in life.record.tasks if task.kind is kind and task.resolved_at is None]


@pytest.mark.parametrize("how", ["correct", "void"])
def test_a_reading_put_right_takes_its_task_back(how: str) -> None:
    """The task goes, says why, and the page has it; a reading that is bad after all brings it again."""
    life = relapsed()
    last = life.record.scores[-1].id
    assert open_tasks(life, TaskKind.EARLY_BOOSTER)
    value = {"answers": LOW} if how == "correct" else {"second": SECOND}
    receipt = life.do(how, Role.NURSE, item=last, reason="typed wrongly", **value)
    assert not open_tasks(life, TaskKind.EARLY_BOOSTER)
    (gone,) = [one for one in life.record.tasks if one.kind is TaskKind.EARLY_BOOSTER]
    assert (gone.resolved_at, gone.text.partition(":")[0]) == (life.now, "no longer holds")
    assert "no longer holds and is taken back" in life.record.entries[-1].text
    assert receipt.warnings
    if how == "correct":
        life.do("correct", Role.NURSE, item=last, answers=BASELINE, reason="the first typing was right")
        assert open_tasks(life, TaskKind.EARLY_BOOSTER)


def test_a_voided_answer_is_asked_for_again() -> None:
    """The request that it answered waits again, and the patient is chased."""
    life = maintained()
    life.wait(days=8)
    asked = life.record.asks[-1]
    assert not asked.answered
    life.do("measure", Role.PATIENT, instrument="phq9", answers=LOW)
    life.do("void", Role.NURSE, item=life.record.scores[-1].id, second=SECOND, reason="another patient's")
    life.wait(days=3)
    assert (f"ask{asked.number}", OccasionKind.MEASURE) in [
        (part.occasion.split("/")[0], part.kind)
        for _, order in life.to_patient()
        for part in order.parts
        if part.occasion.endswith("/2")
    ]


def test_a_voided_booster_of_the_lead_in_is_led_in_again() -> None:
    """Counts and windows read doses, not what was counted when they were given."""
    life = maintained()
    rule = life.record.protocol.maintenance.with_(lead_in_days=(7, 14))
    life.record = life.record.with_(protocol=life.record.protocol.with_(maintenance=rule))
    life.do("booster", Role.COORDINATOR, at=life.now + timedelta(days=3))
    give(life)
    assert booster_booking.booster_interval_days(life.record) == 14
    life.do("void", Role.NURSE, item=life.record.doses[-1].session, second=SECOND, reason="another patient's")
    assert booster_booking.booster_interval_days(life.record) == 7


def test_a_booster_of_two_visits_is_one() -> None:
    """Two doses within the week of a booster of two sessions count once, a third opens the next."""
    life = maintained()
    rule = life.record.protocol.maintenance.with_(sessions_per_booster=2)
    began = life.now
    doses = tuple(
        Dose(
            session=f"s{20 + number}",
            at=began + timedelta(days=day),
            mg=Decimal(35),
            minutes=40,
            weight_kg=Decimal(70),
            series=Series.BOOSTER,
        )
        for number, day in enumerate((1, 2, 3, 30))
    )
    record = life.record.with_(protocol=life.record.protocol.with_(maintenance=rule))
    counts = [
        booster_booking.booster_number(record.with_(doses=(*record.doses, *doses[:many])))
        for many in range(len(doses) + 1)
    ]
    assert counts == [1, 2, 2, 3, 4]


def test_an_evaluation_that_three_requests_force_is_due_from_then_on() -> None:
    """Asked for the third time months into maintenance: it opens now and is not overdue."""
    life = maintained()
    life.wait(days=50)
    for _ in range(3):
        life.wait(days=2)
        life.do("ask_booster", Role.PATIENT)
    assert evaluation_forced(life.record)
    (need,) = [one for one in needs(life.record, life.now) if one.kind is NeedKind.EVALUATE]
    assert need.opens == life.now
    assert need.due > life.now


def test_no_row_is_overdue_when_it_opens() -> None:
    """Whatever the record foresees is due after it opens."""
    assert all(one.due >= one.opens for one in needs_ahead(relapsed().record))


def test_the_second_of_two_endings_in_one_task_is_refused() -> None:
    """A death and a withdrawal reach the course before its loop has turned: the death stands, the other is refused."""
    life = maintained()
    died = {"action": "discharge", "cause": "died", "actor": STAFF[Role.PRESCRIBER], "request_id": "request-died"}
    gone = {"action": "withdraw", "actor": STAFF[Role.COORDINATOR], "request_id": "request-gone"}
    common = {"made_at": life.now, "reason": "told by telephone"}
    record = actions.apply(life.record, ACT.validate_python({**died, **common}), life.now).record
    with pytest.raises(Refused, match="this course is in closed"):
        actions.apply(record, ACT.validate_python({**gone, **common}), life.now)


def test_a_paper_from_before_a_request_answers_none() -> None:
    """Typed in today, filled in last week: the request goes on waiting; today's answers close it."""
    life = maintained()
    life.wait(days=8)
    asked = life.record.asks[-1]
    earlier = asked.opened_at - timedelta(days=1)
    life.do("measure", Role.NURSE, instrument="phq9", answers=LOW, effective_at=earlier)
    assert not life.record.asks[-1].answered
    life.do("measure", Role.NURSE, instrument="phq9", answers=LOW)
    assert life.record.asks[-1].answered


NINE = (1, 1, 1, 1, 1, 1, 1, 1, 1)


@pytest.mark.parametrize("how", ["correct", "void"])
def test_a_safety_item_that_is_known_after_all_is_asked_no_more(how: str) -> None:
    """A bare total opened the task; with its answers, or void, nobody has to ask, and the page says so."""
    life = maintained()
    life.do("measure", Role.NURSE, instrument="phq9", total=12)
    assert open_tasks(life, TaskKind.SAFETY_ITEM)
    value = {"answers": LOW} if how == "correct" else {"second": SECOND}
    receipt = life.do(how, Role.NURSE, item=life.record.scores[-1].id, reason="the paper was found", **value)
    assert open_tasks(life, TaskKind.SAFETY_ITEM) == []
    assert "no longer holds and is taken back: " in receipt.warnings[0]
    assert receipt.warnings[0] in life.record.entries[-1].text


def test_a_task_that_two_scores_ask_for_stays_until_neither_does() -> None:
    """Putting the first right leaves the second unanswered; a total in place of answers opens the task anew."""
    life = maintained()
    for _ in range(2):
        life.do("measure", Role.NURSE, instrument="phq9", total=12)
        life.wait(hours=1)
    (first, second) = [one.id for one in life.record.scores[-2:]]
    life.do("correct", Role.NURSE, item=first, answers=LOW, reason="the paper was found")
    assert len(open_tasks(life, TaskKind.SAFETY_ITEM)) == 1
    life.do("correct", Role.NURSE, item=second, answers=LOW, reason="the paper was found")
    assert open_tasks(life, TaskKind.SAFETY_ITEM) == []
    life.do("correct", Role.NURSE, item=second, total=12, reason="it was another paper")
    assert len(open_tasks(life, TaskKind.SAFETY_ITEM)) == 1


def test_an_escalation_that_was_told_stays_with_a_note() -> None:
    """Item 9 was typed wrongly: whoever was told decides, and the correction says that it stands."""
    life = maintained()
    life.do("measure", Role.NURSE, instrument="phq9", answers=NINE)
    receipt = life.do(
        "correct", Role.NURSE, item=life.record.scores[-1].id, answers=LOW, reason="another row", second=SECOND
    )
    assert receipt.warnings == ("escalation e1 was told and stands: resolve it",)
    assert life.record.open_escalation is not None
    assert receipt.warnings[0] in life.record.entries[-1].text


def test_a_correction_that_leaves_the_relapse_leaves_its_task() -> None:
    """The second lost reading was a point higher: it is lost all the same, and the booster is still asked for."""
    life = relapsed()
    last = life.record.scores[-1].id
    life.do("correct", Role.NURSE, item=last, answers=(3, 2, 2, 2, 2, 2, 2, 2, 0), reason="typed wrongly")
    assert open_tasks(life, TaskKind.EARLY_BOOSTER)
