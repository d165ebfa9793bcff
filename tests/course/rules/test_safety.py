"""Escalations: what raises one, how urgent it is, how it collects, who is told when."""

from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from course.actions import apply
from course.acts.catalogue import RecordMeasure
from course.agenda.worklist import needs
from course.model.messages import NOBODY_TO_TELL
from course.model.parts import Score, Signature, Trigger
from course.model.protocol.instrument import Band, Instrument, SafetyItem
from course.model.record import CourseRecord
from course.model.terms import Audience, OccasionState, Role, TaskKind, Urgency
from course.rules import safety
from tests.support.life import Life
from tests.support.ready import VISIT
from tests.support.records import FIRST, PHQ9, actor, answered, clinic, make_record, measured, treated
from tests.support.stories import scheduled

NOW = FIRST
URGENT = Trigger(what="PHQ-9 item 9", subject="m1", at=NOW, urgency=Urgency.URGENT)
PROMPT = URGENT.with_(subject="m2", urgency=Urgency.PROMPT)
TRIGGERS = st.builds(URGENT.with_, subject=st.from_regex(r"m[1-9]", fullmatch=True), urgency=st.sampled_from(Urgency))


def item_nine(*answers: int) -> list[Score]:
    """Weekly questionnaires with 2 everywhere but in item 9."""
    return [answered(7 * number, f"22222222{answer}", number) for number, answer in enumerate(answers, start=1)]


def urgencies(record: CourseRecord, score: Score) -> list[Urgency]:
    """How urgent what a score raises is."""
    return [trigger.urgency for trigger in safety.triggers(record, PHQ9, score)]


@pytest.mark.parametrize(
    ("answers", "raises"),
    [
        ((0,), []),
        ((1,), [Urgency.URGENT]),
        ((0, 1), [Urgency.URGENT]),
        ((1, 1), [Urgency.PROMPT]),
        ((1, 1, 1), [Urgency.PROMPT]),
        ((1, 0), []),
        ((1, 0, 1), [Urgency.URGENT]),
        ((1, 2), [Urgency.URGENT]),
        ((2, 1), [Urgency.PROMPT]),
        ((2, 2), [Urgency.URGENT]),
        ((3, 2), [Urgency.URGENT]),
    ],
)
def test_the_first_positive_any_rise_and_two_and_more_are_urgent(answers: tuple[int, ...], raises: list[str]) -> None:
    """A positive item that did not rise and is below 2 is prompt; none raises nothing."""
    *before, score = item_nine(*answers)
    assert urgencies(treated(*before), score) == raises
    assert urgencies(treated(*before, score), score) == raises


def test_a_falling_total_does_not_hide_a_rising_item() -> None:
    """Only the item counts: 24 to 9 with item 9 from 0 to 1 is urgent."""
    before, score = answered(0, "333333330"), answered(7, "111111111", 2)
    assert score.points < before.points
    assert urgencies(treated(before), score) == [Urgency.URGENT]


def test_what_counts_as_before() -> None:
    """Standing answers to the same questionnaire, by when they were given and not by when they were entered."""
    first, second = item_nine(1, 1)
    assert urgencies(treated(first.with_(voided=True)), second) == [Urgency.URGENT]
    assert urgencies(treated(first.with_(instrument="gad7")), second) == [Urgency.URGENT]
    assert urgencies(treated(first.with_(answers="")), second) == [Urgency.URGENT]
    assert urgencies(treated(second), first) == [Urgency.URGENT]
    tenth, ninth = first.with_(id="m10"), first.with_(id="m9")
    assert urgencies(treated(tenth, ninth), tenth) == [Urgency.PROMPT]


@given(st.integers(0, 27))
def test_a_bare_total_raises_what_it_cannot_be_without(total: int) -> None:
    """From 25 on the other eight items do not suffice; below, a total says nothing of item 9."""
    assert urgencies(make_record(), measured(0, total)) == ([Urgency.URGENT] if total > 24 else [])


@given(st.integers(2, 3), st.integers(2, 3))
def test_a_trigger_never_holds_the_answer(one: int, other: int) -> None:
    """Two grave answers raise the same trigger, which names the questionnaire, the item and the score."""
    (said,), (also,) = (safety.triggers(make_record(), PHQ9, item_nine(answer)[0]) for answer in (one, other))
    assert said == also
    assert (said.what, said.subject) == ("PHQ-9 item 9", "m1")


def test_answers_of_two_digits() -> None:
    """Where an item goes to 10 its answer is read whole."""
    pain = Instrument(
        id="pain",
        title="Pain",
        items=2,
        item_max=10,
        look_back="24 hours",
        bands=(Band(from_total=0, name="any"),),
        safety_items=(SafetyItem(item=2, at_least=8, urgent_at_least=10),),
    )
    score = Score(id="m1", instrument="pain", at=NOW, total=14, band="any", answers="4,10")
    assert len(safety.triggers(make_record(), pain, score)) == 1
    assert safety.triggers(make_record(), pain, score.with_(answers="10,4")) == ()


@given(st.lists(st.lists(TRIGGERS, max_size=3, unique_by=str).map(tuple), max_size=6))
def test_one_open_escalation_collects(waves: list[tuple[Trigger, ...]]) -> None:
    """However many come, one is open and holds each trigger once; nothing raised opens nothing."""
    record = make_record()
    for wave in waves:
        record = safety.raise_escalation(record, wave, NOW)
    every = {trigger.model_dump_json() for wave in waves for trigger in wave}
    assert len(record.escalations) == record.escalation_count == bool(every)
    held = [one.model_dump_json() for escalation in record.escalations for one in escalation.triggers]
    assert len(held) == len(set(held))
    assert set(held) == every


def test_a_new_urgent_trigger_takes_an_acknowledged_one_up_again() -> None:
    """The clock starts anew from it; a prompt one, or the same one again, leaves the owner in peace."""
    record = safety.raise_escalation(make_record(), (URGENT,), NOW)
    told = record.with_(escalations=tuple(one.with_(steps=2) for one in record.escalations))
    owned = safety.acknowledge(told, actor(Role.PRESCRIBER), NOW + timedelta(minutes=40))
    later = NOW + timedelta(hours=5)
    for quiet in (PROMPT, URGENT):
        standing = safety.raise_escalation(owned, (quiet,), later).open_escalation
        assert standing is not None
        assert (standing.acknowledged_by, standing.clock_from) == ("Any Prescriber", NOW)
    again = safety.raise_escalation(owned, (URGENT.with_(subject="m3"),), later).open_escalation
    assert again is not None
    assert (again.acknowledged_at, again.acknowledged_by, again.clock_from) == (None, "", later)
    assert (again.steps, again.steps_since_clock) == (2, 0)


def test_an_urgent_trigger_does_not_delay_the_next_on_call() -> None:
    """While nobody has acknowledged, the clock runs on from where it began."""
    record = safety.raise_escalation(make_record(), (PROMPT,), NOW)
    standing = safety.raise_escalation(record, (URGENT,), NOW + timedelta(minutes=25)).open_escalation
    assert standing is not None
    assert safety.step_due(standing, 0) == NOW
    assert safety.step_due(standing, 3) == NOW + timedelta(minutes=90)


def test_what_is_resolved_is_over() -> None:
    """The next trigger opens another, under the next number; the earlier owner stays on record."""
    record = safety.raise_escalation(make_record(), (URGENT,), NOW)
    owned = safety.acknowledge(record, actor(Role.NURSE), NOW)
    resolved = safety.resolve(owned, actor(Role.PRESCRIBER), NOW + timedelta(hours=1))
    assert resolved.open_escalation is None
    assert resolved.escalations[0].acknowledged_by == "Any Nurse"
    assert safety.resolve(record, actor(Role.PRESCRIBER), NOW).escalations[0].acknowledged_by == "Any Prescriber"
    following = safety.raise_escalation(resolved, (URGENT,), NOW + timedelta(days=1))
    assert [one.id for one in following.escalations] == ["e1", "e2"]
    assert safety.acknowledge(resolved, actor(Role.NURSE), NOW) == safety.resolve(resolved, actor(Role.NURSE), NOW)


def planned(days_ago: float = 10, allowed: int = 30, visit: float = 3) -> CourseRecord:
    """A PHQ-9 with item 9 of 1 a week ago, a safety plan so many days old, a visit so many days ahead."""
    signed = Signature(
        name="Dr Lee", account_id="lee", role=Role.PRESCRIBER, at=NOW - timedelta(days=days_ago), meaning="plan"
    )
    before = answered(-7, "111111111")
    ahead = VISIT.with_(start=NOW + timedelta(days=visit))
    return treated(before).with_(safety_plan=signed, safety_plan_days=allowed, sessions=(ahead,))


def taken(record: CourseRecord, item_9: int) -> CourseRecord:
    """The record once the patient has answered now."""
    act = RecordMeasure(
        request_id="phq9-now-1", actor=actor(Role.PATIENT), made_at=NOW, instrument="phq9",
        answers=(1, 1, 1, 1, 1, 1, 1, 1, item_9),
    )  # fmt: skip
    return apply(record, act, NOW).record


def test_an_unchanged_item_nine_may_wait_for_the_next_visit() -> None:
    """Where the clinic allows it, under a plan of at most so many days, with a visit within seven: a task for then."""
    waits = taken(planned(), 1)
    assert waits.open_escalation is None
    (task,) = waits.tasks
    assert (task.kind, task.role, task.due) == (TaskKind.SAFETY_ITEM, Role.PRESCRIBER, NOW + timedelta(days=3))


@pytest.mark.parametrize(
    ("record", "item_9"),
    [
        (planned(allowed=0), 1),
        (planned(days_ago=30.1), 1),
        (planned(visit=7.1), 1),
        (planned(visit=0.1), 1),
        (planned().with_(safety_plan=None), 1),
        (planned().with_(sessions=()), 1),
        (planned(), 2),
    ],
    ids=["off", "old plan", "far visit", "today", "no plan", "no visit", "a rise"],
)
def test_anything_else_is_escalated(record: CourseRecord, item_9: int) -> None:
    """Switched off, an old plan, no visit soon, the visit's own day, a rise: the one on call is told."""
    after = taken(record, item_9)
    assert after.open_escalation is not None
    assert [one for one in after.tasks if one.kind is TaskKind.SAFETY_ITEM] == []


def test_no_course_waits_unless_its_clinic_says_so() -> None:
    """The shipped clinic has the switch off."""
    assert (make_record().safety_plan_days, clinic().limits.safety_plan_days) == (0, 0)


def test_what_came_back_from_one_on_call_goes_to_the_next_at_once() -> None:
    """The patient is not called about it; an escalation that somebody has taken on is left alone."""
    life = scheduled()
    life.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 2))
    life.wait(minutes=10)
    lost = {"occasions": ["e1/escalation/1"]}
    life.do("report_lost", Role.COURSE, **lost)
    told = [order.step for _, order in life.sent if order.audience is Audience.ONCALL]
    assert told == [0, 1]
    assert life.record.tasks == ()
    life.wait(minutes=29)
    assert len([order for _, order in life.sent if order.audience is Audience.ONCALL]) == 2
    life.do("acknowledge")
    life.do("report_lost", Role.COURSE, **lost)
    assert len([order for _, order in life.sent if order.audience is Audience.ONCALL]) == 2


def untold(life: Life) -> Life:
    """A positive item 9 while there is nobody to tell: each try finds nobody, until the test says who is there."""
    life.fate = lambda order: OccasionState.IN_FLIGHT if order.audience is Audience.ONCALL else OccasionState.SENT
    life.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 2))
    return life


def nobody(life: Life) -> None:
    """The message that is under way has found nobody."""
    (order,) = life.in_flight
    life.ended(order, OccasionState.FAILED, NOBODY_TO_TELL)


def test_an_escalation_with_nobody_to_tell_looks_again_each_minute() -> None:
    """It takes no step of its half hours, says so on page and worklist, and then goes on from who was told."""
    life = untold(scheduled())
    began = life.now
    nobody(life)
    assert life.in_flight == []
    assert "nobody on call can be written to" in life.record.entries[-1].text
    assert "nobody to tell since" in needs(life.record, life.now)[0].text
    life.wait(minutes=1)
    (order,) = life.in_flight
    assert (order.waits, order.step, life.now - began) == (True, 0, timedelta(minutes=1))
    life.wait(hours=2)
    assert [one.key for one in life.in_flight] == ["e1/escalation/1"]
    nobody(life)
    life.wait(minutes=1)
    life.arrive("e1/escalation/1", OccasionState.SENT)
    told_at = life.now
    assert "nobody to tell" not in needs(life.record, life.now)[0].text
    assert life.in_flight == []
    life.wait(minutes=29)
    assert life.in_flight == []
    life.wait(minutes=1)
    assert [(one.key, one.waits) for one in life.in_flight] == [("e1/escalation/2", False)]
    assert life.now - told_at == timedelta(minutes=30)


def test_whoever_it_is_reassigned_to_is_told_though_a_message_waits() -> None:
    """Late is worse than twice; what the first message comes to later disturbs nothing."""
    life = untold(scheduled())
    nobody(life)
    life.wait(minutes=1)
    life.do("reassign", Role.OPS, account="okafor", name="Dr Okafor", item="e1", reason="away")
    assert [(one.key, one.first) for one in life.in_flight] == [("e1/escalation/1", ""), ("e1/escalation/2", "okafor")]
    life.arrive("e1/escalation/2", OccasionState.SENT)
    nobody(life)
    life.wait(minutes=31)
    assert [one.key for one in life.in_flight] == ["e1/escalation/3"]


def test_marks_of_an_escalation_that_nobody_takes_on_do_not_pile_up() -> None:
    """A month of rounds every half hour, and no act: the record holds the last steps, and each was sent."""
    life = scheduled()
    life.do("measure", Role.NURSE, instrument="phq9", answers=(2, 2, 2, 2, 2, 2, 2, 2, 2))
    life.wait(days=25)
    (open_one,) = [one for one in life.record.escalations if one.resolved_at is None]
    marks = [key for key in life.record.occasions if key.startswith(f"{open_one.id}/escalation/")]
    assert open_one.steps > 1_000
    assert len(marks) < 40
