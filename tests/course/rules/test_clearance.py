"""May a course begin, may a dose be given, and against what does it stand."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from course.acts.room import CheckIn, Reading
from course.model.base import days, minutes
from course.model.parts import Escalation, Hold, Trigger
from course.model.record import CourseRecord
from course.model.terms import HoldCause, Role, SessionStatus, Urgency
from course.model.visit import Session
from course.rules import clearance
from tests.support.ready import OVERRIDDEN, SCREENED, VISIT, WHOLE, YES, ready, state
from tests.support.records import FIRST, actor, clinic, infused, measured

NOW = FIRST
HELD = Hold(cause=HoldCause.PSYCHOSIS, since=FIRST, review_at=FIRST + days(7), owner="lee", owner_role=Role.PRESCRIBER)


def checked(role: Role = Role.NURSE, *pressures: tuple[int, int, int], **but: Any) -> CheckIn:
    """A pre-dose check with nothing against it but what is named; pressures are minutes from now, mmHg, mmHg."""
    readings = tuple(
        Reading(at=NOW + minutes(when), systolic=systolic, diastolic=diastolic, **WHOLE)
        for when, systolic, diastolic in pressures or ((-5, 122, 78),)
    )
    fine: dict[str, Any] = {"identifiers": 2, "weight_kg": Decimal(70), "escort": True, "fasting": True, "asked": True}
    fields = {**fine, "readings": readings, **but}
    return CheckIn(request_id="request-1", actor=actor(role), made_at=NOW, session="s1", **fields)


def against(record: CourseRecord, check_in: CheckIn | None = None, session: Session = VISIT) -> tuple[str, ...]:
    """What stands against dosing now."""
    return clearance.why_not_dose(record, session, check_in or checked(), NOW)


@pytest.mark.parametrize("protocol", sorted(clinic().protocols))
def test_nothing_stands_against_what_is_right(protocol: str) -> None:
    """Answers, signature, measure and check as they should be clear every shipped protocol."""
    assert clearance.why_not_clear(ready(protocol), NOW) == ()
    assert against(ready(protocol)) == ()


def escalated(record: CourseRecord, urgency: Urgency, day: float) -> CourseRecord:
    """The record with an open escalation of that day."""
    trigger = Trigger(what="PHQ-9 item 9", subject="m1", at=FIRST + days(day), urgency=urgency)
    since = FIRST + days(day)
    return record.with_(escalations=(Escalation(id="e1", opened_at=since, clock_from=since, triggers=(trigger,)),))


BREAKS: dict[str, Callable[[CourseRecord], CourseRecord]] = {
    "hold": lambda record: record.with_(held=HELD),
    "no clearance": lambda record: record.with_(clearance=None),
    "unsigned order": lambda record: record.with_(order=record.order.with_(signed=None)),
    "unanswered gate": lambda record: record.with_(gates={k: v for k, v in record.gates.items() if k != "heart"}),
    "exclusion": lambda record: record.with_(gates={**record.gates, "mania": state(YES)}),
    "urgent escalation": lambda record: escalated(record, Urgency.URGENT, -2),
    "no measure": lambda record: record.with_(scores=tuple(one for one in record.scores if one.instrument != "phq9")),
    "no suicide screen": lambda record: record.with_(scores=tuple(one for one in record.scores if one != SCREENED)),
}
SAYS: dict[str, dict[str, Any]] = {
    "one identifier": {"identifiers": 1},
    "no escort": {"escort": False},
    "not fasted": {"fasting": False},
    "reported exclusion": {"changes": ("pregnancy",)},
    "reported relative exclusion": {"changes": ("seizures",)},
    "unknown change": {"changes": ("pregnacy",)},
    "nothing asked": {"asked": False},
    "no pressure": {"readings": ()},
    "coordinator": {"role": Role.COORDINATOR},
}


@given(st.sets(st.sampled_from([*BREAKS, *SAYS]), min_size=1))
def test_nothing_makes_up_for_what_is_missing_and_everything_is_named(broken: set[str]) -> None:
    """Whatever else is right, each thing that is wrong is a sentence of its own."""
    record = ready()
    fields: dict[str, Any] = {}
    for name in sorted(broken):
        record = BREAKS[name](record) if name in BREAKS else record
        wrong = SAYS.get(name, {})
        fields |= {**wrong, "changes": fields.get("changes", ()) + wrong.get("changes", ())}
    found = against(record, checked(fields.pop("role", Role.NURSE), **fields))
    assert len(found) == len(set(found)) == len(broken)


@pytest.mark.parametrize(("age", "clears"), [(0, True), (14, True), (15, False), (-1, False)])
def test_a_baseline_is_at_most_fourteen_days_old(age: int, clears: bool) -> None:
    """Counted in the clinic's calendar days; one yet to come is none."""
    record = ready().with_(scores=(measured(-age, 16),))
    assert (clearance.why_not_clear(record, NOW) == ()) is clears


@pytest.mark.parametrize(("age", "counts"), [(0, True), (7, True), (8, False)])
def test_the_measure_is_no_older_than_its_cadence(age: int, counts: bool) -> None:
    """A week during the series; an older one is asked again or waived with a reason."""
    record = ready().with_(doses=(infused(-age, 9),), scores=(measured(-age, 16),))
    screened = record.with_(scores=(*record.scores, measured(0, 0, 2, instrument="cssrs_screener")))
    later = record.with_(doses=(infused(-age - 0.01, 9),), scores=screened.scores)
    assert (against(later) == ()) is clearance.measure_in(later, NOW) is counts
    assert against(later, checked(measure_waived="no tablet today")) == ()


@pytest.mark.parametrize(
    ("urgency", "day", "blocks"),
    [
        (Urgency.URGENT, -5, True),
        (Urgency.PROMPT, 0, True),
        (Urgency.PROMPT, -1, False),
    ],
)
def test_an_open_escalation_is_seen_first(urgency: Urgency, day: float, blocks: bool) -> None:
    """An urgent one, and any of the session's own day; acknowledged is not seen, resolved is."""
    record = escalated(ready(), urgency, day)
    (standing,) = record.escalations
    acknowledged = record.with_(escalations=(standing.with_(acknowledged_at=NOW, acknowledged_by="Any Prescriber"),))
    resolved = record.with_(escalations=(standing.with_(resolved_at=NOW),))
    assert bool(against(record)) is bool(against(acknowledged)) is blocks
    assert against(resolved) == ()


@pytest.mark.parametrize(
    ("pressures", "role", "signed", "says"),
    [
        (((-5, 139, 89),), Role.NURSE, False, ""),
        (((-5, 140, 80),), Role.NURSE, False, "prescriber signs"),
        (((-5, 120, 90),), Role.NURSE, False, "prescriber signs"),
        (((-5, 159, 99),), Role.PRESCRIBER, False, "prescriber signs"),
        (((-5, 159, 99),), Role.NURSE, True, "prescriber signs"),
        (((-5, 159, 99),), Role.PRESCRIBER, True, ""),
        (((-5, 160, 80),), Role.PRESCRIBER, True, "take it again 15 minutes"),
        (((-5, 120, 100),), Role.PRESCRIBER, True, "take it again 15 minutes"),
        (((-15, 172, 104), (-1, 170, 102)), Role.PRESCRIBER, True, "take it again 15 minutes"),
        (((-15, 172, 104), (-5, 120, 80)), Role.PRESCRIBER, True, "take it again 15 minutes"),
        (((-15, 172, 104), (0, 170, 102)), Role.PRESCRIBER, True, "not given"),
        (((0, 170, 80), (-15, 120, 100)), Role.PRESCRIBER, True, "not given"),
        (((-40, 172, 104), (-20, 170, 80), (-2, 120, 80)), Role.NURSE, False, "not given"),
        (((-16, 172, 104), (-1, 135, 85)), Role.NURSE, False, ""),
        (((-16, 172, 104), (-1, 145, 85)), Role.NURSE, False, "prescriber signs"),
        (((5, 120, 80),), Role.NURSE, False, "future"),
        (((-60 * 24, 120, 80),), Role.NURSE, False, "blood pressure, pulse, SpO2, MOAA/S, dissociation again"),
    ],
)
def test_blood_pressure(pressures: tuple[tuple[int, int, int], ...], role: Role, signed: bool, says: str) -> None:
    """160 or 100 twice in 15 minutes is refused, once is taken again; 140 or 90 takes a prescriber's signature."""
    found = against(ready(), checked(role, *pressures, signed_for="well, no complaint" if signed else ""))
    assert len(found) == bool(says)
    assert says in "".join(found)


def test_a_reported_flag_and_an_overridden_exclusion_do_not_block() -> None:
    """Flags are recorded and never acted on; what a prescriber has overridden is decided."""
    assert against(ready(), checked(changes=("lamotrigine",))) == ()
    record = ready().with_(gates={**ready().gates, "seizures": state(OVERRIDDEN)})
    assert against(record, checked(changes=("seizures",))) == ()


def test_a_visit_that_is_over_is_not_dosed() -> None:
    """What has ended is planned anew."""
    assert len(against(ready(), session=VISIT.with_(status=SessionStatus.NO_SHOW))) == 1
