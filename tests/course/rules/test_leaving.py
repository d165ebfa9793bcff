"""Who may go home: never above the ceiling or sedated, dissociated or short of oxygen, but a prescriber signed."""

from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from course.actions import Refused
from course.model.base import minutes
from course.model.terms import Role
from course.model.visit import Departure
from course.rules.leaving_criteria import in_words
from tests.support.life import Life
from tests.support.ready import WHOLE
from tests.support.records import DEPRESSION
from tests.support.stories import Story, check_in, scheduled

WELL = {"awake": True, "walking": True, "escort": True}
WATCH = DEPRESSION.session.leave_minutes


@Story
def watched(before: tuple[int, int] = (122, 78), waits: int = WATCH) -> Life:
    """Dosed after this pressure, and watched; the patient is still there."""
    life = scheduled()
    session = life.record.open_sessions[0]
    life.go_to(session.start)
    reading = {"at": life.now, "systolic": before[0], "diastolic": before[1], **WHOLE}
    check_in(life, "s1", Role.PRESCRIBER, readings=[reading], signed_for="known and stable")
    life.wait(minutes=40)
    life.do("session", Role.NURSE, session="s1", started_at=session.start, minutes=40, mg=Decimal(35))
    life.wait(minutes=waits)
    return life


def leave(life: Life, *readings: dict[str, Any], role: Role = Role.NURSE, reason: str = "") -> Departure | None:
    """The patient leaves now, as they should but for the readings; each has its age in minutes."""
    taken = [{**WHOLE, **one, "at": life.now - minutes(one["age"])} for one in readings]
    lines = [{name: value for name, value in one.items() if name != "age"} for one in taken]
    life.do("leave", role, session="s1", leaving={"at": life.now, **WELL}, readings=lines, reason=reason)
    return life.record.sessions[0].departure


@pytest.mark.parametrize(
    ("before", "now", "says"),
    [
        ((158, 98), (178, 118), "systolic above 160 mmHg; diastolic above 100 mmHg"),
        ((158, 98), (160, 100), ""),
        ((150, 95), (128, 80), ""),
        ((122, 78), (142, 98), ""),
        ((122, 78), (143, 80), "systolic more than 20 mmHg above"),
        ((122, 78), (120, 99), "diastolic more than 20 mmHg above"),
        ((122, 78), (90, 50), ""),
        ((122, 78), (89, 50), "systolic below 90 mmHg"),
    ],
)
def test_only_too_high_or_too_low_a_pressure_keeps_somebody(
    before: tuple[int, int], now: tuple[int, int], says: str
) -> None:
    """An absolute ceiling stands beside nearness; a pressure that came down is no reason to stay, but for the floor."""
    life = watched(before)
    reading = {"age": 0, "systolic": now[0], "diastolic": now[1]}
    if not says:
        gone = leave(life, reading)
        assert gone is not None
        assert gone.unmet == ()
        return
    with pytest.raises(Refused, match=f"not ready to leave: {says}"):
        leave(life, reading)
    gone = leave(life, reading, role=Role.PRESCRIBER, reason="seen, goes to her own doctor now")
    assert gone is not None
    assert gone.signed is not None
    assert (gone.signed.name, gone.reason) == ("Dr Lee", "seen, goes to her own doctor now")


@given(
    taken=st.lists(
        st.fixed_dictionaries(
            {
                "age": st.integers(0, 100),
                "systolic": st.integers(85, 190),
                "diastolic": st.integers(45, 84),
                "heart_rate": st.sampled_from([45, 72, 130, None]),
                "spo2": st.sampled_from([84, 93, 94, 99, None]),
                "sedation": st.sampled_from([3, 5, 5, None]),
                "dissociation": st.sampled_from([0, 0, 2, None]),
            }
        )
        | st.integers(0, 40).map(lambda age: {"age": age, "systolic": 120, "diastolic": 80, **WHOLE}),
        max_size=3,
    ),
    waits=st.sampled_from([WATCH - 1, WATCH]),
    role=st.sampled_from([Role.NURSE, Role.PRESCRIBER]),
    reason=st.sampled_from(["", "seen"]),
)
def test_let_go_means_inside_the_limits_or_signed_for(
    taken: list[dict[str, Any]], waits: int, role: Role, reason: str
) -> None:
    """Over any readings: gone on sound and fresh ones after the watch, or a prescriber's reason stands there."""
    life = watched(waits=waits)
    try:
        gone = leave(life, *taken, role=role, reason=reason)
    except Refused:
        assert life.record.sessions[0].still_here
        return
    assert gone is not None
    if gone.unmet:
        assert gone.signed is not None
        assert (gone.signed.role, gone.reason) == (Role.PRESCRIBER, "seen")
        return
    assert waits == WATCH
    limits = {
        "systolic": (90, 142), "diastolic": (0, 98), "heart_rate": (50, 120), "spo2": (94, 100), "sedation": (5, 5),
        "dissociation": (0, 0),
    }  # fmt: skip
    for sign, (low, high) in limits.items():
        held = [one for one in taken if one[sign] is not None]
        youngest = min(one["age"] for one in held)
        assert youngest <= 30
        assert any(low <= one[sign] <= high for one in held if one["age"] == youngest)


def test_the_rule_in_words_is_the_protocols() -> None:
    """What the paper says follows every number of the protocol."""
    text = "; ".join(in_words(DEPRESSION))
    assert text.startswith("80 minutes or more after the end; awake, walking safely, with the escort; ")
    assert "systolic 90 to 160 mmHg, diastolic 100 mmHg or less, pulse 50 to 120 a minute, SpO2 94 % or more" in text
    longer = DEPRESSION.session.with_(leave_minutes=95)
    other = DEPRESSION.with_(leaving=DEPRESSION.leaving.with_(spo2_min=96), session=longer)
    assert "95 minutes or more" in "; ".join(in_words(other))
    assert "SpO2 96 % or more" in "; ".join(in_words(other))
