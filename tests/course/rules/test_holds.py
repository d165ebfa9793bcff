"""What holds a course by itself: elation in bipolar depression, liver values in every arm."""

from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from course.actions import Refused, apply
from course.acts.care import PlaceHold, ReleaseHold
from course.acts.catalogue import Correct, LabResult, RecordGate, RecordMeasure
from course.acts.room import CheckIn, Reading
from course.agenda.send_results import opened_ask
from course.model.base import days, hours
from course.model.occasions import Occasion
from course.model.record import CourseRecord
from course.model.terms import GateAnswer, HoldCause, OccasionKind, Phase, Role, TaskKind, Urgency
from course.rules.clearance import unrated, why_not_dose
from tests.support.ready import SCREENED, VISIT, WHOLE, YES, panel, ready
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


def liver(record: CourseRecord, number: float = 1, **values: Any) -> CourseRecord:
    """A liver panel, drawn so many days on, whose other values nothing stands against."""
    return drawn(record, number, YES, values=values)


def drawn(
    record: CourseRecord, day: float, answer: GateAnswer, *only: str, values: dict[str, Any], **fields: Any
) -> CourseRecord:
    """A liver panel of that day, or only those of its values."""
    gate, now = record.protocol.gate("liver-panel"), NOW + days(day)
    assert gate is not None
    results = [one for one in panel(gate, **values) if not only or one["analyte"] in only]
    act = RecordGate(
        request_id=f"panel-{day}-{answer}-{len(results)}", actor=NURSE, made_at=now, effective_at=now, gate=gate.id,
        answer=answer, results=tuple(LabResult(**one | fields.pop(one["analyte"], {})) for one in results), **fields,
    )  # fmt: skip
    return apply(record, act, now).record


TIMES = {"ALT": 3, "AST": 3, "ALP": 2, "GGT": 3}


@given(st.sampled_from(sorted(TIMES)), st.sampled_from(("crps", "depression")), st.integers(1, 60), st.integers(1, 400))
def test_each_liver_value_holds_and_alerts_by_itself(analyte: str, protocol: str, first: int, second: int) -> None:
    """From so many x its upper limit the course is held; from 2 x its own first value a prescriber is told."""
    begun = liver(make_record(protocol, phase=Phase.INDUCTION), **{analyte: first})
    record = liver(begun, 2, **{analyte: second})
    holds, alerts = second >= TIMES[analyte] * 40, second >= 2 * first and second != first
    assert (record.held is not None) == holds
    assert len(record.tasks) == (holds or alerts)
    if record.held is not None:
        assert record.held.cause is HoldCause.LIVER
        assert analyte in record.held.reason
    kept = {one.analyte: (one.value, one.first) for one in record.gates["liver-panel"].results}
    assert kept == {
        "ALT": (22, 22), "AST": (22, 22), "ALP": (22, 22), "GGT": (22, 22), "bilirubin": (Decimal("0.6"),) * 2,
        analyte: (second, first),
    }  # fmt: skip


def test_values_of_another_unit_or_of_none_are_never_compared() -> None:
    """Without a unit: asked for; another than the first: asked once more, then told a prescriber, read by its limit."""
    record = liver(make_record("crps", phase=Phase.INDUCTION), 1, ALT=39)
    with pytest.raises(Refused, match="ALT has no unit: give it as the laboratory writes it, such as 35 U/L"):
        drawn(record, 2, YES, values={"ALT": 80}, ALT={"unit": ""})
    katal: dict[str, Any] = {"unit": "ukat/L", "upper_limit": "0.7"}
    with pytest.raises(Refused, match="ALT in ukat/L where it was measured in U/L first"):
        drawn(record, 2, YES, values={"ALT": "0.68"}, ALT=katal)
    sure = drawn(record, 2, YES, values={"ALT": "0.68"}, ALT=katal, sure=True)
    assert [one.text.partition(": ")[2] for one in sure.tasks] == ["ALT in ukat/L where it was measured in U/L first"]
    again = drawn(sure, 3, YES, values={"ALT": "1.9"}, ALT=katal, sure=True)
    assert again.held is None
    assert not any("first value" in one.text for one in again.tasks), "1.9 ukat/L is no multiple of 39 U/L"
    assert drawn(again, 4, YES, values={"ALT": "2.1"}, ALT=katal, sure=True).held is not None


def test_what_is_back_of_a_panel_is_read_at_once_and_the_rest_awaited() -> None:
    """Pending blocks the dose; a value that is in holds; the panel is whole when the others of that draw are in."""
    begun = liver(make_record("crps", phase=Phase.INDUCTION))
    with pytest.raises(Refused, match="lacks AST, ALP, GGT, bilirubin"):
        drawn(begun, 2, YES, "ALT", values={})
    part = drawn(begun, 2, GateAnswer.PENDING, "GGT", values={"GGT": 130})
    assert part.held is not None
    assert part.gates["liver-panel"].answer is GateAnswer.PENDING
    by = ReleaseHold(request_id="release-3", actor=PRESCRIBER, made_at=NOW + days(2), asked_again=True, reason="seen")
    with pytest.raises(Refused, match="record a fresh one first"):
        apply(drawn(part, 2.1, GateAnswer.PENDING, "none", values={}), by, NOW + days(2.1))
    whole = drawn(part, 2, YES, "ALT", "AST", "ALP", "bilirubin", values={})
    assert whole.gates["liver-panel"].answer is YES
    assert [one.value for one in whole.gates["liver-panel"].results if one.analyte == "GGT"] == [130]


def test_a_result_is_dated_by_its_draw() -> None:
    """Drawn before the one on record, for a gate without values: refused; it expires from the draw."""
    record = liver(make_record("crps", phase=Phase.INDUCTION), 3)
    now = NOW + days(5)

    def lab(gate: str = "urine-drug-screen", **also: Any) -> RecordGate:
        return RecordGate(
            request_id=f"lab-{gate}", actor=NURSE, made_at=now, gate=gate, answer=YES, value=Decimal(31), unit="U/L",
            **also,
        )  # fmt: skip

    with pytest.raises(Refused, match="has a result drawn later"):
        liver(record, 2)
    with pytest.raises(Refused, match="takes no value"):
        apply(record, lab("escort", detail="sister"), now)
    with pytest.raises(Refused, match="takes no value"):
        apply(record, lab(also=("ecg",)), now)
    with pytest.raises(Refused, match="takes ALT, AST, ALP, GGT, bilirubin, each such as ALT=35/40U/L"):
        apply(record, lab("liver-panel"), now)
    assert liver(record, 4).gates["liver-panel"].expires == NOW + days(4 + 28)


def test_a_liver_panel_needs_its_numbers_and_a_fresh_one_releases() -> None:
    """A yes without numbers says nothing; while the last value holds, nobody releases."""
    act = RecordGate(request_id="panel-bare", actor=NURSE, made_at=NOW, gate="liver-panel", answer=GateAnswer.YES)
    with pytest.raises(Refused, match="lacks ALT, AST, ALP, GGT, bilirubin: give each with its upper limit and unit"):
        apply(make_record("crps"), act, NOW)
    held = liver(make_record("crps", phase=Phase.INDUCTION), ALT=130)
    by = ReleaseHold(request_id="release-2", actor=PRESCRIBER, made_at=NOW + days(1), asked_again=True, reason="seen")
    with pytest.raises(Refused, match="record a fresh one first"):
        apply(held, by, NOW + days(1))
    assert apply(liver(held, 2, ALT=60), by, NOW + days(2)).record.held is None


def test_a_dose_without_a_rating_of_the_day_is_refused() -> None:
    """A nurse's check is refused whatever is waived; a prescriber waives the rating with a reason."""
    whole = ready("bipolar-depression")
    record = whole.with_(scores=(whole.scores[0], SCREENED))
    reading = Reading(at=FIRST - hours(0.1), systolic=122, diastolic=78, **WHOLE)
    check = CheckIn(
        request_id="check-in-1", actor=NURSE, made_at=FIRST, session="s1", identifiers=2, weight_kg=Decimal(70),
        escort=True, fasting=True, asked=True, readings=(reading,), measure_waived="seen by the prescriber",
    )  # fmt: skip
    value = why_not_dose(record, VISIT, check, FIRST)
    assert value == ("ymrs is not rated today: rate it, or a prescriber waives it with a reason",)
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
