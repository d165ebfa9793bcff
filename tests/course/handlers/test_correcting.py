"""Putting right: whatever stands on the page can be, and what was computed from it follows."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from course.actions import Refused
from course.agenda.worklist import needs
from course.model.record import CourseRecord
from course.model.terms import NeedKind, Role, TaskKind, Urgency
from tests.support.life import STAFF, Life
from tests.support.stories import check_in, maintained, scheduled

SECOND = STAFF[Role.PRESCRIBER].model_copy(update={"account_id": "okafor", "name": "Dr Okafor"})


def dosed(mg: int, **fields: Any) -> Life:
    """The first visit, checked in at 70 kg and given; the order comes to 35 mg."""
    life = scheduled()
    session = life.record.open_sessions[0]
    life.go_to(session.start)
    check_in(life, session.id)
    life.wait(minutes=40)
    life.do(
        "session", Role.NURSE, sure=True, session="s1", started_at=session.start, minutes=40, mg=Decimal(mg), **fields
    )
    return life


def raised(record: CourseRecord) -> list[tuple[str, str, Urgency]]:
    """What the open escalation collects."""
    standing = record.open_escalation
    return [] if standing is None else [(one.what, one.subject, one.urgency) for one in standing.triggers]


def tasks(record: CourseRecord, kind: TaskKind) -> int:
    """How many tasks of a kind are open."""
    return sum(1 for task in record.tasks if task.kind is kind and task.resolved_at is None)


def correct(life: Life, item: str, **fields: Any) -> None:
    """A correction that two people sign."""
    life.do("correct", Role.NURSE, item=item, second=SECOND, reason="typed wrongly", **fields)


def test_a_dose_that_was_over_its_order_only_on_paper_waits_for_nobody() -> None:
    """The task goes with its cause; the escalation stays a prescriber's to resolve."""
    life = dosed(53)
    assert raised(life.record) == [("dose over order", "s1", Urgency.URGENT)]
    assert tasks(life.record, TaskKind.DOSE_OVER_ORDER) == 1
    correct(life, "s1", mg=Decimal(35))
    assert tasks(life.record, TaskKind.DOSE_OVER_ORDER) == 0
    assert NeedKind.ESCALATION in {need.kind for need in needs(life.record, life.now)}


def test_a_dose_that_turns_out_to_be_over_its_order_is_escalated() -> None:
    """Written down as 35 mg, it was 53: on call is told as if it had been written so at once."""
    life = dosed(35)
    assert raised(life.record) == []
    correct(life, "s1", mg=Decimal(53), sure=True)
    assert raised(life.record) == [("dose over order", "s1", Urgency.URGENT)]
    assert tasks(life.record, TaskKind.DOSE_OVER_ORDER) == 1
    assert [order.audience for _, order in life.sent][-1] == "oncall"


def test_a_dose_over_its_order_is_escalated_however_late_it_is_written_down() -> None:
    """A late entry of 53 mg tells on call, as the visit's own record would have."""
    life = scheduled()
    at = life.record.open_sessions[0].start
    life.go_to(at + timedelta(days=1))
    dose = {"sure": True, "mg": Decimal(53), "minutes": 40, "weight_kg": Decimal(70), "second": SECOND}
    life.do("late_entry", Role.NURSE, text="given elsewhere", effective_at=at, reason="network was away", **dose)
    given = life.record.valid_doses[0].session
    assert raised(life.record) == [("dose over order", given, Urgency.URGENT)]


@pytest.mark.parametrize(("sign", "value"), [("systolic", 181), ("heart_rate", 121), ("spo2", 91)])
def test_a_vital_sign_beyond_its_limit_is_escalated(sign: str, value: int) -> None:
    """On call is told of the visit, never of the value; one at the limit tells nobody."""
    for off, told in ((0, True), (-1 if value > 100 else 1, False)):
        life = dosed(35)
        reading = {"at": life.now, "systolic": 122, "diastolic": 78, sign: value + off}
        leaving = {"at": life.now, "gone": True}
        life.do("leave", Role.NURSE, session="s1", leaving=leaving, readings=[reading])
        assert raised(life.record) == ([("vital signs", "s1", Urgency.PROMPT)] if told else [])


def test_a_score_put_right_is_judged_like_one_that_came_in() -> None:
    """The second lost reading was typed as a good one: put right, it confirms the relapse and asks a prescriber."""
    life = maintained()
    life.wait(days=8)
    life.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 0, 0))
    life.wait(days=3)
    life.do("measure", Role.NURSE, instrument="phq9", answers=(1, 1, 1, 1, 0, 0, 0, 0, 0))
    assert tasks(life.record, TaskKind.EARLY_BOOSTER) == 0
    correct(life, life.record.scores[-1].id, answers=(2, 2, 2, 2, 2, 2, 2, 0, 0))
    assert tasks(life.record, TaskKind.EARLY_BOOSTER) == 1


def test_the_words_of_an_entry_are_put_right_and_stay() -> None:
    """A clerical correction takes an author and a reason; the entry itself stays as it was written."""
    life = scheduled()
    life.do("note", Role.COORDINATOR, text="her sister drives")
    number = life.record.entry_count
    with pytest.raises(Refused, match=f"say how entry {number} should read"):
        life.do("correct", Role.NURSE, item=f"entry{number}", reason="misheard")
    life.do("correct", Role.NURSE, item=f"entry{number}", text="her brother drives", reason="misheard")
    before, after = life.record.entries[-2:]
    assert (before.number, before.text) == (number, "note: her sister drives")
    assert (after.text, after.reason) == (f"entry {number} put right: her brother drives", "misheard")


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ("m99", "there is no score, dose or adverse event m99"),
        ("entry9999", "there is no entry 9999: this course has"),
        ("entry0", "there is no entry 0"),
        ("entry", "there is no score, dose or adverse event entry"),
    ],
)
def test_what_is_not_there_is_not_put_right(item: str, sentence: str) -> None:
    """One sentence, for a correction and for a voiding, and the record untouched."""
    life = scheduled()
    before = life.record
    for action, said in (("correct", {"text": "it reads so"}), ("void", {})):
        with pytest.raises(Refused, match=sentence):
            life.do(action, Role.NURSE, item=item, second=SECOND, reason="wrong", **said)
    assert life.record == before


def test_an_event_or_an_entry_of_another_chart_is_voided_by_two_and_stays() -> None:
    """Both stay readable; one signature is not enough."""
    life = dosed(35, adverse=[{"term": "nausea", "severity": "mild"}])
    for item, said in (("a1", "adverse event a1 voided"), ("entry2", "entry 2 voided: it belongs to another chart")):
        with pytest.raises(Refused, match="a second person must sign"):
            life.do("void", Role.NURSE, item=item, reason="wrong chart")
        life.do("void", Role.NURSE, item=item, reason="wrong chart", second=SECOND)
        assert life.record.entries[-1].text == said
    assert [(one.term, one.voided) for one in life.record.events] == [("nausea", True)]


def test_an_answer_that_turns_out_worse_is_escalated() -> None:
    """Item 9 was typed as 1 and resolved; it was 3: on call is told anew, urgently."""
    life = scheduled()
    life.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 1))
    life.do("acknowledge")
    life.do("resolve", item="e1", reason="seen, safe")
    score = life.record.scores[-1].id
    correct(life, score, answers=(2, 2, 2, 2, 2, 2, 2, 1, 1))
    assert raised(life.record) == []
    correct(life, score, answers=(2, 2, 2, 2, 2, 2, 2, 1, 3))
    assert raised(life.record) == [("PHQ-9 item 9", score, Urgency.URGENT)]


def asked(life: Life) -> bool:
    """Whether the patient's last questionnaire waits for an answer."""
    return not life.record.asks[-1].answered and life.record.asks[-1].closed_at is None


def test_a_questionnaire_waits_again_when_what_answered_it_is_void() -> None:
    """An answer of another chart is none; a second answer that stands still is one, an older score never was."""
    life = maintained()
    life.wait(days=8)
    assert asked(life)
    for _ in range(2):
        life.do("measure", Role.NURSE, instrument="phq9", answers=(1, 1, 1, 1, 1, 0, 0, 0, 0))
        life.wait(hours=1)
    first, second = life.record.scores[-2:]
    older = life.record.scores_of("phq9")[0]
    assert not asked(life)
    for score, waits in ((older, False), (first, False), (second, True)):
        life.do("void", Role.NURSE, item=score.id, reason="wrong chart", second=SECOND)
        assert asked(life) is waits


def test_a_score_of_before_any_request_is_voided() -> None:
    """What was measured at the desk answers no request, so none waits again; the score no longer counts."""
    life = scheduled()
    life.record = life.record.with_(asks=())
    baseline = life.record.scores_of("phq9")[-1]
    life.do("void", Role.NURSE, item=baseline.id, reason="wrong chart", second=SECOND)
    assert life.record.scores_of("phq9") == ()


def test_a_dose_is_put_right_in_what_was_wrong_and_no_more() -> None:
    """Each of its four facts by itself; the page says how it stood and how it stands; nothing new is refused."""
    life = dosed(35)
    given = life.record.doses[0]
    with pytest.raises(Refused, match="nothing to correct"):
        correct(life, "s1", mg=given.mg)
    later = given.at + timedelta(minutes=5)
    for said in ({"mg": Decimal(30)}, {"weight_kg": Decimal(80)}, {"started_at": later}, {"minutes": 45}):
        correct(life, "s1", **said)
    now = life.record.doses[0]
    assert (now.mg, now.weight_kg, now.at, now.minutes) == (Decimal(30), Decimal(80), later, 45)
    changes = [one.text for one in life.record.entries if one.text.startswith("dose of s1 corrected")]
    assert len(changes) == 4
    assert changes[0].startswith("dose of s1 corrected to 30 mg at 70 kg over 40 min from")
    with pytest.raises(Refused, match="cannot lie in the future"):
        correct(life, "s1", started_at=life.now + timedelta(minutes=1))
