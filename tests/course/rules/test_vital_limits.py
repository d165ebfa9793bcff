"""No dose is cleared on vital signs that are outside their limits, old or missing, but a prescriber signed for it."""

from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from course.actions import Refused
from course.model.base import minutes
from course.model.terms import Role
from tests.support.life import Life
from tests.support.ready import WHOLE
from tests.support.records import CLINIC_FOLDER, clinic
from tests.support.stories import Story, check_in, scheduled

FINE = {"systolic": 122, "diastolic": 78, **WHOLE}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "SpO2 of 85": ({"spo2": 85}, "SpO2 below 94 %"),
    "pulse of 140": ({"heart_rate": 140}, "pulse above 110 a minute"),
    "pulse of 38": ({"heart_rate": 38}, "pulse below 50 a minute"),
    "80/45": ({"systolic": 80, "diastolic": 45}, "systolic below 90 mmHg, diastolic below 50 mmHg"),
    "sedated": ({"sedation": 2}, "MOAA/S below 5 of 5"),
    "dissociated": ({"dissociation": 8}, "dissociation above 0 of 10"),
    "raised": ({"systolic": 146}, "blood pressure from 140/90 mmHg on"),
    "no pulse, no SpO2": ({"heart_rate": None, "spo2": None}, "take pulse, SpO2:"),
}


@Story
def morning() -> Life:
    """The first visit has come, and nothing but the check is missing."""
    life = scheduled()
    life.go_to(life.record.open_sessions[0].start)
    return life


def readings(life: Life, age: float = 0, **but: Any) -> list[dict[str, Any]]:
    """One whole reading, `age` minutes old, but for what is named."""
    return [{"at": life.now - minutes(age), **FINE, **but}]


@pytest.mark.parametrize("name", WRONG)
def test_a_sign_outside_its_limits_takes_a_prescriber_and_a_reason(name: str) -> None:
    """Refused for a nurse and without a reason; signed for, the record and the page say who, why, and for what."""
    wrong, says = WRONG[name]
    life = morning()
    for role, said in ((Role.NURSE, ""), (Role.NURSE, "looks well"), (Role.PRESCRIBER, "")):
        with pytest.raises(Refused, match=says):
            check_in(life, "s1", role, readings=readings(life, **wrong), signed_for=said)
    check_in(life, "s1", Role.PRESCRIBER, readings=readings(life, **wrong), signed_for="known and stable")
    signed = life.record.sessions[0].signed_for
    assert signed is not None
    assert (signed.signed.role, signed.reason) == (Role.PRESCRIBER, "known and stable")
    assert says.rstrip(":") in signed.what[0]
    page = [entry.text for entry in life.record.entries]
    assert any(f"signed for by {signed.signed.name}: {signed.what[0]} (known and stable)" in one for one in page)


@pytest.mark.parametrize("age", [31, 6 * 60])
def test_an_old_reading_is_asked_for_again_in_one_sentence(age: float) -> None:
    """Thirty minutes count; older ones are named together, and a fresh set of them clears."""
    life = morning()
    with pytest.raises(Refused, match="blood pressure, pulse, SpO2, MOAA/S, dissociation again, older"):
        check_in(life, "s1", readings=readings(life, age))
    both = [*readings(life, age), *readings(life, 1, spo2=None, sedation=None)]
    with pytest.raises(Refused, match="dosing: take SpO2, MOAA/S again, older than 30 minutes"):
        check_in(life, "s1", readings=both)
    check_in(life, "s1", readings=[*readings(life, age), *readings(life, 30)])
    assert life.record.sessions[0].signed_for is None


def test_the_newest_value_counts() -> None:
    """A pulse that has come down clears; one that has gone up does not."""
    life = morning()
    up = [*readings(life, 10), *readings(life, 1, heart_rate=130)]
    with pytest.raises(Refused, match="pulse above"):
        check_in(life, "s1", readings=up)
    check_in(life, "s1", readings=[*readings(life, 10, heart_rate=130), *readings(life, 1)])


def in_order(reading: dict[str, Any]) -> bool:
    """Whether the first number of its pressure is the higher one."""
    return bool(reading["systolic"] > reading["diastolic"])


ANY: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "age": st.integers(0, 90),
        "systolic": st.integers(71, 200),
        "diastolic": st.integers(30, 130),
        "heart_rate": st.none() | st.integers(30, 150),
        "spo2": st.none() | st.integers(80, 100),
        "sedation": st.none() | st.integers(0, 5),
        "dissociation": st.none() | st.integers(0, 3),
    }
)
SOUND = st.integers(0, 35).map(lambda age: {"age": age, **FINE})


@given(
    taken=st.lists(ANY.filter(in_order) | SOUND, max_size=3),
    role=st.sampled_from([Role.NURSE, Role.PRESCRIBER]),
    reason=st.sampled_from(["", "seen and examined"]),
)
def test_cleared_means_inside_the_limits_and_fresh_or_signed_for(
    taken: list[dict[str, Any]], role: Role, reason: str
) -> None:
    """Over any readings: cleared on sound and fresh ones, or a prescriber's name and reason stand in the record."""
    life = morning()
    lines = [{"at": life.now - minutes(one["age"]), **{k: v for k, v in one.items() if k != "age"}} for one in taken]
    try:
        check_in(life, "s1", role, readings=lines, signed_for=reason)
    except Refused:
        assert life.record.sessions[0].arrived_at is None
        return
    visit = life.record.sessions[0]
    if visit.signed_for is not None:
        assert (visit.signed_for.signed.role, visit.signed_for.reason) == (Role.PRESCRIBER, "seen and examined")
        return
    limits = {
        "systolic": (90, 139), "diastolic": (50, 89), "heart_rate": (50, 110), "spo2": (94, 100), "sedation": (5, 5),
        "dissociation": (0, 0),
    }  # fmt: skip
    for sign, (low, high) in limits.items():
        held = [one for one in taken if one[sign] is not None]
        youngest = min(one["age"] for one in held)
        assert youngest <= 30
        assert any(low <= one[sign] <= high for one in held if one["age"] == youngest)


def test_a_dose_long_after_its_check_is_flagged() -> None:
    """What was given is always recordable; more than half an hour after the readings it says so to a prescriber."""
    life = morning()
    check_in(life, "s1")
    life.wait(minutes=80)
    dose = {"started_at": life.now - minutes(40), "minutes": 40, "mg": Decimal(35)}
    life.do("session", Role.NURSE, session="s1", readings=readings(life), **dose)
    assert "begun more than 30 minutes after its pre-dose check" in life.record.tasks[-1].text


@pytest.mark.parametrize("protocol", sorted(clinic().protocols))
def test_every_protocol_says_its_limits_with_their_source(protocol: str) -> None:
    """Each limit stands in the file itself, with a tag."""
    lines = (clinic_file(protocol)).split("[before_dose]")[1].split("\n\n")[0].split("\n")[1:]
    assert len(lines) == 7
    assert all("# [" in one for one in lines)


def clinic_file(protocol: str) -> str:
    """A shipped protocol's text."""
    return (CLINIC_FOLDER / "protocols" / f"{protocol}.toml").read_text()
