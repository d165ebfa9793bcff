"""What holds a course by itself: elation in bipolar depression, liver values in the pain arm."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from course.actions import Refused, apply
from course.acts import Correct, RecordGate, RecordMeasure
from course.care_acts import PlaceHold, ReleaseHold
from course.carried import days, hours
from course.clearance import unrated, why_not_dose
from course.folding import opened_ask
from course.occasions import Occasion
from course.record import CourseRecord
from course.room_acts import CheckIn, Reading
from course.terms import GateAnswer, HoldCause, OccasionKind, Phase, Role, TaskKind, Urgency
from tests.support.ready import SCREENED, VISIT, WHOLE, ready
from tests.support.records import FIRST, actor, infused, make_record, measured, treated

NOW = FIRST + days(3)
NURSE, PRESCRIBER = actor(Role.NURSE), actor(Role.PRESCRIBER)


def bipolar(**changes: object) -> CourseRecord:
    """A bipolar course under way, one infusion given."""
    started = treated(measured(-1, 21), doses=[infused(0)], protocol="bipolar-depression", phase=Phase.INDUCTION)
    return started.with_(**changes)


def rate(record: CourseRecord, total: int, *, after: float = 0, role: Role = Role.NURSE) -> CourseRecord:
    """A YMRS total, so many hours later."""
    now = NOW + hours(after)
    act = RecordMeasure(
        request_id=f"ymrs-{total}-{after}", actor=actor(role), made_at=now, instrument="ymrs", total=total
    )
    return apply(record, act, now).record


def screen(record: CourseRecord, answers: tuple[int, ...]) -> CourseRecord:
    """A self-rated mania screen by the patient."""
    act = RecordMeasure(
        request_id=f"asrm-screen-{sum(answers)}",
        actor=actor(Role.PATIENT),
        made_at=NOW,
        instrument="asrm",
        answers=answers,
    )
    return apply(record, act, NOW).record


@given(st.integers(0, 60))
def test_a_ymrs_above_12_holds(total: int) -> None:
    """Held for mania, urgent for the one on call, and a task for a prescriber; up to 12 nothing of it."""
    record = rate(bipolar(), total)
    if total <= 12:
        assert (record.held, record.open_escalation, record.tasks) == (None, None, ())
        return
    assert record.held is not None
    assert record.held.cause is HoldCause.MANIA
    assert record.open_escalation is not None
    assert [(one.what, one.urgency) for one in record.open_escalation.triggers] == [
        ("YMRS of 12.5 or more", Urgency.URGENT)
    ]
    assert [(one.kind, one.role) for one in record.tasks] == [(TaskKind.ALERT, Role.PRESCRIBER)]
    assert str(total) not in record.tasks[0].text.replace("13", "")


@given(st.lists(st.integers(0, 4), min_size=5, max_size=5))
def test_a_positive_self_rated_screen_holds(answers: list[int]) -> None:
    """Six or more holds for mania, less does not."""
    held = screen(bipolar(), tuple(answers)).held
    assert (held is not None) == (sum(answers) >= 6)


def test_the_same_scores_hold_nobody_elsewhere() -> None:
    """The rule is the protocol's: a course without it has no such instrument to hold by."""
    with pytest.raises(Refused, match="this course has no instrument ymrs"):
        rate(make_record("depression", phase=Phase.INDUCTION), 20)


def test_a_rating_is_not_the_patients() -> None:
    """A nurse or a prescriber rates; a patient or a coordinator does not."""
    for role in (Role.PATIENT, Role.COORDINATOR):
        with pytest.raises(Refused, match=f"rated by a nurse or a prescriber, not by a {role}"):
            rate(bipolar(), 3, role=role)


def test_a_late_entry_does_not_hold_what_is_over() -> None:
    """A high rating from before a low one is on record and holds nothing."""
    low = rate(bipolar(), 4)
    early = RecordMeasure(
        request_id="ymrs-late-entry", actor=NURSE, made_at=NOW + hours(1), effective_at=NOW - days(1),
        instrument="ymrs", total=30,
    )  # fmt: skip
    assert apply(low, early, NOW + hours(1)).record.held is None


def test_a_corrected_rating_holds_too() -> None:
    """Four that should have been fourteen."""
    low = rate(bipolar(), 4)
    act = Correct(
        request_id="correct-ymrs", actor=NURSE, made_at=NOW, item=low.scores[-1].id, total=14, reason="misread"
    )
    assert apply(low, act, NOW).record.held is not None


def test_an_elation_that_did_not_rise_is_prompt() -> None:
    """The first is urgent, and so is any rise; the same or less again is prompt."""
    record = rate(rate(rate(bipolar(), 14), 14, after=1), 16, after=2)
    assert record.open_escalation is not None
    assert [one.urgency for one in record.open_escalation.triggers] == [Urgency.URGENT, Urgency.PROMPT, Urgency.URGENT]


def test_release_takes_a_prescriber_and_a_lower_rating() -> None:
    """While the last YMRS still holds nobody releases; after one of 12 a prescriber may, a nurse may not."""
    held = rate(bipolar(), 14)
    by = ReleaseHold(request_id="release-1", actor=PRESCRIBER, made_at=NOW, asked_again=True, reason="calm again")
    with pytest.raises(Refused, match=r"YMRS of 12\.5 or more, which holds: rate it again first"):
        apply(held, by, NOW)
    calm = rate(held, 12, after=48)
    with pytest.raises(Refused, match="released by a prescriber"):
        apply(calm, by.model_copy(update={"actor": NURSE}), NOW)
    assert apply(calm, by, NOW).record.held is None


def test_ymrs_is_rated_on_the_day_of_each_dose() -> None:
    """Yesterday's does not count; only a prescriber waives it."""
    record = bipolar()
    assert unrated(record, NOW) == ("ymrs",)
    rated = rate(record, 3)
    assert unrated(rated, NOW + hours(2)) == ()
    assert unrated(rated, NOW + days(1)) == ("ymrs",)
    assert unrated(make_record(), NOW) == ()


def test_one_request_is_answered_once_both_have_come() -> None:
    """The questionnaire and the mania screen go out as one request, which waits for both."""
    asked = opened_ask(bipolar(), Occasion("ask1", OccasionKind.MEASURE, 1, NOW), NOW)
    assert asked.asks[-1].instruments == ("phq9", "asrm")
    half = screen(asked, (0, 0, 0, 0, 0))
    assert half.asks[-1].closed_at is None
    act = RecordMeasure(request_id="phq9-after", actor=NURSE, made_at=NOW, instrument="phq9", answers=(1,) * 9)
    assert apply(half, act, NOW).record.asks[-1].answered


def liver(record: CourseRecord, value: int, number: int = 1) -> CourseRecord:
    """A liver panel with an upper limit of 40."""
    now = NOW + timedelta(days=number)
    act = RecordGate(
        request_id=f"liver-panel-{number}", actor=NURSE, made_at=now, gate="liver-panel", answer=GateAnswer.YES,
        value=Decimal(value), upper_limit=Decimal(40),
    )  # fmt: skip
    return apply(record, act, now).record


@given(st.integers(1, 60), st.integers(1, 400))
def test_liver_values_hold_and_alert(first: int, second: int) -> None:
    """From 3 x the upper limit the course is held; from 2 x the first value a prescriber is told; below, neither."""
    record = liver(liver(make_record("crps", phase=Phase.INDUCTION), first), second, 2)
    holds, alerts = second >= 120, second >= 2 * first
    assert (record.held is not None) == holds
    assert len(record.tasks) == (holds or alerts)
    if record.held is not None:
        assert record.held.cause is HoldCause.LIVER
    assert record.gates["liver-panel"].first_value == first


def test_a_result_is_dated_by_its_draw_and_keeps_its_unit() -> None:
    """Drawn before the one on record, in another unit, for a gate without values: refused; a pending one is filled."""
    record = liver(make_record("crps", phase=Phase.INDUCTION), 30, 3)
    now = NOW + days(5)

    def lab(drawn: float, gate: str = "liver-panel", unit: str = "", **also: Any) -> RecordGate:
        return RecordGate(
            request_id=f"lab-{drawn}-{gate}", actor=NURSE, made_at=now, effective_at=NOW + days(drawn), gate=gate,
            answer=GateAnswer.YES, value=Decimal(31), unit=unit, upper_limit=Decimal(40), **also,
        )  # fmt: skip

    with pytest.raises(Refused, match="has a result drawn later"):
        apply(record, lab(2), now)
    with pytest.raises(Refused, match="takes no value"):
        apply(record, lab(4, "escort", detail="sister"), now)
    with pytest.raises(Refused, match="takes no value"):
        apply(record, lab(4, also=("urine-drug-screen",)), now)
    measured_in = apply(record, lab(4, unit="U/L"), now).record
    assert measured_in.gates["liver-panel"].expires == NOW + days(4 + 28)
    with pytest.raises(Refused, match="was measured in U/L before"):
        apply(measured_in, lab(5, unit="ukat/L"), now)
    waiting = RecordGate(
        request_id="lab-pending", actor=NURSE, made_at=now, gate="liver-panel", answer=GateAnswer.PENDING
    )
    pending = apply(measured_in, waiting, now).record
    assert apply(pending, lab(4.5, unit="U/L"), now).record.gates["liver-panel"].answer is GateAnswer.YES


def test_a_liver_panel_needs_its_numbers_and_a_fresh_one_releases() -> None:
    """A yes without numbers says nothing; while the last value holds, nobody releases."""
    act = RecordGate(request_id="panel-bare", actor=NURSE, made_at=NOW, gate="liver-panel", answer=GateAnswer.YES)
    with pytest.raises(Refused, match="needs its value and upper limit"):
        apply(make_record("crps"), act, NOW)
    held = liver(make_record("crps", phase=Phase.INDUCTION), 130)
    by = ReleaseHold(request_id="release-2", actor=PRESCRIBER, made_at=NOW + days(1), asked_again=True, reason="seen")
    with pytest.raises(Refused, match="record a fresh one first"):
        apply(held, by, NOW + days(1))
    assert apply(liver(held, 60, 2), by, NOW + days(2)).record.held is None


def test_a_dose_without_a_rating_of_the_day_is_refused() -> None:
    """A nurse's check is refused whatever is waived; a prescriber waives the rating with a reason."""
    whole = ready("bipolar-depression")
    record = whole.with_(scores=(whole.scores[0], SCREENED))
    reading = Reading(at=FIRST - hours(0.1), systolic=122, diastolic=78, **WHOLE)
    check = CheckIn(
        request_id="check-in-1", actor=NURSE, made_at=FIRST, session="s1", identifiers=2, weight_kg=Decimal(70),
        escort=True, fasting=True, asked=True, readings=(reading,), measure_waived="seen by the prescriber",
    )  # fmt: skip
    said = why_not_dose(record, VISIT, check, FIRST)
    assert said == ("ymrs is not rated today: rate it, or a prescriber waives it with a reason",)
    assert why_not_dose(record, VISIT, check.model_copy(update={"actor": PRESCRIBER}), FIRST) == ()


def hold(record: CourseRecord, cause: HoldCause) -> CourseRecord:
    """Placed by a nurse."""
    request_id = f"hold-{cause}-{record.entry_count}"
    act = PlaceHold(request_id=request_id, actor=NURSE, made_at=NOW, cause=cause, reason="as told")
    return apply(record, act, NOW).record


@pytest.mark.parametrize("light", [HoldCause.PATIENT, HoldCause.OPERATOR, HoldCause.BLOOD_PRESSURE, HoldCause.OTHER])
def test_a_grave_cause_takes_a_light_hold_over(light: HoldCause) -> None:
    """Held for something light, then for mania by a rating or by hand: it ends as mania does, and not the other way."""
    for graver in (rate(hold(bipolar(), light), 14), hold(hold(bipolar(), light), HoldCause.MANIA)):
        assert graver.held is not None
        assert (graver.held.cause, graver.held.since) == (HoldCause.MANIA, NOW)
        with pytest.raises(Refused, match="is released by a prescriber"):
            apply(graver, ReleaseHold(request_id="release-1", actor=NURSE, made_at=NOW, reason="well"), NOW)
        with pytest.raises(Refused, match=r"the course is held \(mania\) already"):
            hold(graver, light)
    with pytest.raises(Refused, match="already"):
        hold(hold(bipolar(), light), HoldCause.OTHER)
