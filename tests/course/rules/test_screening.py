"""Somebody is asked about suicide before the first signature and before each dose, in every arm."""

import pytest

from course.actions import Refused
from course.agenda.worklist import needs
from course.model.base import days, minutes
from course.model.terms import NeedKind, Role
from course.rules.screening import owed_since
from tests.support.life import Life
from tests.support.ready import WHOLE, baseline_acts, gate_acts, ready
from tests.support.records import FIRST, answered, clinic, make_record, measured
from tests.support.stories import BASELINE, BEGAN, check_in, give, scheduled

NO = (0, 0, 0)
READY = {
    "identifiers": 2, "weight_kg": 70, "escort": True, "fasting": True, "asked": True, "measure_waived": "asked before",
}  # fmt: skip


def bare_check_in(life: Life, role: Role = Role.NURSE, signed_for: str = "") -> None:
    """The next visit's check with nothing against it, and nobody asked about suicide."""
    session = life.record.open_sessions[0]
    reading = {"at": life.now, "systolic": 122, "diastolic": 78, **WHOLE}
    life.do("check_in", role, session=session.id, readings=[reading], signed_for=signed_for, **READY)


@pytest.mark.parametrize("protocol", sorted(clinic().protocols))
def test_no_arm_begins_without_a_suicide_screen_and_audit_c(protocol: str) -> None:
    """The primary measure alone clears nobody; once both are asked the prescriber signs."""
    record = make_record(protocol)
    life = Life(record.with_(opened_at=BEGAN, phase_since=BEGAN), BEGAN)
    primary = record.protocol.outcome.instrument
    for role, said in gate_acts(record.protocol):
        life.do("gate", role, **said)
    for action, said in baseline_acts(record.protocol, life.now):
        life.do(action, Role.NURSE, **said)
    if primary != "phq9":
        instrument = record.instruments[primary]
        life.do("measure", Role.NURSE, instrument=primary, answers=tuple([instrument.item_max] * instrument.items))
        with pytest.raises(Refused, match="no suicide screen of the last 14 days: ask C-SSRS screener or PHQ-9"):
            life.do("clear")
        life.do("measure", Role.NURSE, instrument="cssrs_screener", answers=NO)
    else:
        life.do("measure", Role.NURSE, instrument="phq9", answers=BASELINE)
    with pytest.raises(Refused, match="AUDIT-C is missing: ask it, or sign with a reason"):
        life.do("clear")
    life.do("measure", Role.NURSE, instrument="audit_c", answers=NO)
    life.do("clear")
    assert life.record.clearance is not None


def test_each_dose_has_its_own_screen() -> None:
    """One of before the last infusion says nothing; a screen of today clears, and a prescriber signs without one."""
    life = scheduled()
    give(life)
    life.go_to(life.record.open_sessions[0].start)
    with pytest.raises(Refused, match="no suicide screen before this dose: ask C-SSRS screener or PHQ-9"):
        bare_check_in(life)
    with pytest.raises(Refused, match="no suicide screen"):
        bare_check_in(life, Role.NURSE, "looks cheerful")
    bare_check_in(life, Role.PRESCRIBER, "asked in person, will be written down")
    signed = life.record.sessions[1].signed_for
    assert signed is not None
    assert signed.what == ("no suicide screen before this dose: ask C-SSRS screener or PHQ-9",)
    assert signed.reason == "asked in person, will be written down"


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"instrument": "phq9", "answers": (1, 1, 1, 1, 0, 0, 0, 0, 0)}, True),
        ({"instrument": "phq9", "total": 4}, False),
        ({"instrument": "phq9", "total": 0}, True),
        ({"instrument": "gad7", "answers": (0,) * 7}, False),
        ({"instrument": "cssrs_screener", "answers": NO}, True),
    ],
)
def test_what_counts_as_a_screen(fields: dict[str, object], counts: bool) -> None:
    """An answered item does; a total that leaves the item open does not, nor a questionnaire without one."""
    life = scheduled()
    life.go_to(life.record.open_sessions[0].start)
    life.do("measure", Role.NURSE, **fields)
    if counts:
        bare_check_in(life)
        assert life.record.sessions[0].arrived_at is not None
        return
    with pytest.raises(Refused, match="no suicide screen"):
        bare_check_in(life)


def test_a_positive_item_owes_the_screener() -> None:
    """It waits for a nurse and blocks the dose until it is asked; the questionnaire itself does not settle it."""
    life = scheduled()
    life.do("measure", Role.PATIENT, instrument="phq9", answers=(1, 1, 1, 1, 1, 1, 1, 1, 1))
    (owed,) = [one for one in needs(life.record, life.now) if one.kind is NeedKind.SCREEN]
    assert (owed.role, owed.text) == (Role.NURSE, "C-SSRS screener is owed after a positive safety item: ask it")
    life.do("resolve", item="e1", reason="seen, safe to go on")
    life.go_to(life.record.open_sessions[0].start)
    life.do("measure", Role.NURSE, instrument="phq9", answers=(1, 1, 1, 1, 1, 1, 1, 1, 0))
    with pytest.raises(Refused, match="dosing: C-SSRS screener is owed after a positive safety item: ask it"):
        bare_check_in(life)
    life.do("measure", Role.NURSE, instrument="cssrs_screener", answers=NO)
    assert not [one for one in needs(life.record, life.now) if one.kind is NeedKind.SCREEN]
    check_in(life, "s1")


def test_a_screener_asked_at_the_same_time_is_no_longer_owed() -> None:
    """Both were asked in one sitting and entered with one time; a screener of before says nothing of a later answer."""
    positive = answered(1, "111111111", 8, flags=("item 9",))
    screener = measured(1, 0, 9, instrument="cssrs_screener", answers="000")
    record = ready()
    sat = record.with_(scores=(*record.scores, positive, screener))
    assert owed_since(sat) is None
    before = record.with_(scores=(*record.scores, positive.with_(at=screener.at + minutes(1)), screener))
    assert owed_since(before) == screener.at + minutes(1)
    assert owed_since(before.with_(scores=(*before.scores, screener.with_(id="m10", at=FIRST + days(2))))) is None


def test_a_protocol_without_a_follow_up_owes_none() -> None:
    """A positive item there is an escalation and nothing more; the course goes on to list what waits."""
    life = scheduled()
    screening = life.record.protocol.screening.with_(follow_up="")
    life.record = life.record.with_(protocol=life.record.protocol.with_(screening=screening))
    life.do("measure", Role.PATIENT, instrument="phq9", answers=(1, 1, 1, 1, 1, 1, 1, 1, 1))
    assert NeedKind.ESCALATION in {one.kind for one in needs(life.record, life.now)}
    assert NeedKind.SCREEN not in {one.kind for one in needs(life.record, life.now)}
