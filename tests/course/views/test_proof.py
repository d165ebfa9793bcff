"""Nobody disappears: what counts as an exception, and that no course falls between the lists."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from course.model.base import days, minutes
from course.model.terms import NeedKind, OccasionState, Phase
from course.views.cover import NO_PRESCRIBER, NOBODY, Gap
from course.views.evidence import DirectoryCourse, ProofEvidence, RunningCourse, UnsettledMessage
from course.views.proof import COMPLETED, ProofFault, prove
from tests.support.records import at

NOW = at("2026-11-23T04:00Z")
BEGAN = NOW - days(90)
SEEN = RunningCourse("c-1", "northside", Phase.MAINTENANCE, NOW - days(10), next_session=NOW + days(3))
BARE = replace(SEEN, next_session=None)
ASKED = replace(SEEN, needs=(NeedKind.ESCALATION, NeedKind.TASK), need_due=NOW - minutes(10))
TOLD = (NOW - minutes(40), NOW - minutes(10))
WELL = ProofEvidence(NOW, (SEEN,), (DirectoryCourse("c-1", "northside", BEGAN),), on_call={"northside": 2})


def wrong(gathered: ProofEvidence) -> list[tuple[ProofFault, str]]:
    """The kinds of exceptions, and with what."""
    return [(one.kind, one.subject) for one in prove(gathered).exceptions]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"seen": (BARE,), "heard": {"c-1": NOW - days(34)}},
        {"seen": (replace(BARE, phase=Phase.CLOSED),)},
        {
            "seen": (replace(SEEN, phase=Phase.CLOSED),),
            "listed": (DirectoryCourse("c-1", "northside", BEGAN, closed=True),),
        },
        {"seen": (replace(SEEN, needs=("book",), need_due=NOW - days(1)),)},
        {"seen": (replace(SEEN, next_session=NOW - days(1)),)},
        {"seen": (replace(SEEN, phase=None, began_at=NOW - minutes(15)),)},
        {"seen": (), "ended": {"c-1": COMPLETED}},
        {"seen": (), "listed": (DirectoryCourse("c-1", "northside", NOW - minutes(15), opening=True),)},
        {"seen": (ASKED,), "told": {"c-1": TOLD}, "owned": {"c-1": NOW - minutes(5)}},
        {"seen": (ASKED,), "told": {"c-1": TOLD}, "owned": {"c-1": NOW - minutes(20)}},
        {"seen": (replace(ASKED, need_due=NOW + days(1)),), "told": {"c-1": TOLD}},
        {"unsettled": (UnsettledMessage("c-1", "s1/visit_24h/1", NOW - minutes(15), OccasionState.IN_FLIGHT),)},
    ],
    ids=[
        *(
            "well",
            "quiet for 34 days",
            "closed and quiet",
            "closed in both",
            "a day late",
            "a visit of yesterday",
            "just started",
        ),
        *("ended in good order", "being enrolled", "acknowledged", "its clock began again"),
        *("nothing overdue", "a slow send"),
    ],
)
def test_what_is_in_order_is_no_exception(changes: Mapping[str, Any]) -> None:
    """Each limit itself still stands: 35 days quiet, a day overdue, 15 minutes in flight or to begin."""
    assert wrong(replace(WELL, **changes)) == []


@pytest.mark.parametrize(
    ("kind", "subject", "changes"),
    [
        (ProofFault.NOT_RUNNING, "c-1", {"seen": (), "ended": {"c-1": "terminated"}}),
        (ProofFault.NOT_RUNNING, "c-1", {"seen": ()}),
        (
            ProofFault.NOT_RUNNING,
            "c-1",
            {"seen": (), "listed": (DirectoryCourse("c-1", "northside", BEGAN, opening=True),)},
        ),
        (ProofFault.UNKNOWN, "c-1", {"listed": ()}),
        (ProofFault.UNKNOWN, "c-1", {"listed": (DirectoryCourse("c-1", "northside", BEGAN, closed=True),)}),
        (ProofFault.NOT_TAKEN_UP, "c-1", {"seen": (replace(SEEN, phase=None),)}),
        (ProofFault.FAILING, "c-1", {"seen": (replace(SEEN, problems=("category=WorkflowTaskFailed",)),)}),
        (ProofFault.OVERDUE, "c-1", {"seen": (replace(SEEN, needs=("book",), need_due=NOW - days(1) - minutes(1)),)}),
        (ProofFault.OVERDUE, "c-1", {"seen": (replace(SEEN, next_session=NOW - days(1) - minutes(1)),)}),
        (ProofFault.QUIET, "c-1", {"seen": (BARE,), "heard": {"c-1": NOW - days(36)}}),
        (ProofFault.QUIET, "c-1", {"seen": (BARE,)}),
        (ProofFault.ESCALATION, "c-1", {"seen": (ASKED,), "told": {"c-1": TOLD}}),
        (ProofFault.ESCALATION, "c-1", {"seen": (ASKED,), "told": {"c-1": TOLD}, "owned": {"c-1": NOW - days(1)}}),
        (ProofFault.ESCALATION, "c-1", {"seen": (ASKED,)}),
        (
            ProofFault.SEND,
            "c-1",
            {"unsettled": (UnsettledMessage("c-1", "s1/visit_24h/1", NOW - minutes(16), OccasionState.LATER),)},
        ),
        (ProofFault.NO_SLOT, "c-1", {"without_slot": {"c-1": (NOW + days(3),), "c-2": ()}}),
        (ProofFault.NO_OWNER, "c-1", {"seen": (replace(SEEN, owner="lee"),), "disabled": frozenset({"lee"})}),
        (ProofFault.NOBODY_ON_CALL, "westside", {"on_call": {"northside": 1, "westside": 0}}),
        (ProofFault.NO_COVER, "westside", {"gaps": (Gap("westside", NOW + days(3), NOW + days(4), NOBODY),)}),
        (ProofFault.NO_COVER, "westside", {"gaps": (Gap("westside", NOW, None, NO_PRESCRIBER),)}),
        (ProofFault.LICENCE, "lee", {"licences": {"lee": "licence expired on 2026-11-01"}}),
    ],
)
def test_each_fault_is_one_exception(kind: ProofFault, subject: str, changes: Mapping[str, Any]) -> None:
    """One fault in a well clinic gives one exception, of its kind, with one sentence."""
    gathered = replace(WELL, **changes)
    assert wrong(gathered) == [(kind, subject)]
    assert all(one.sentence for one in prove(gathered).exceptions)


IDS = st.sampled_from(["c-1", "c-2", "c-3", "c-4"])
INSTANTS = st.floats(-60, 60).map(lambda ahead: NOW + days(ahead))


@st.composite
def courses(draw: st.DrawFn) -> RunningCourse:
    """A running course whose needs and their due time agree."""
    needs = tuple(draw(st.sets(st.sampled_from([str(kind) for kind in NeedKind]), max_size=2)))
    due = draw(INSTANTS) if needs else None
    phase, began = draw(st.none() | st.sampled_from(list(Phase))), draw(INSTANTS)
    return RunningCourse(draw(IDS), "northside", phase, began, needs, due, draw(st.none() | INSTANTS))


EVIDENCE = st.builds(
    ProofEvidence,
    at=st.just(NOW),
    seen=st.lists(courses(), max_size=4, unique_by=lambda one: one.course_id).map(tuple),
    listed=st.lists(
        st.builds(DirectoryCourse, IDS, st.just("northside"), INSTANTS, st.booleans(), st.booleans()),
        max_size=4,
        unique_by=lambda one: one.course_id,
    ).map(tuple),
    ended=st.dictionaries(IDS, st.sampled_from([COMPLETED, "terminated", "failed"])),
    heard=st.dictionaries(IDS, INSTANTS),
    told=st.dictionaries(IDS, st.lists(INSTANTS, max_size=3).map(tuple)),
)


@given(EVIDENCE)
def test_nobody_falls_between_the_lists(gathered: ProofEvidence) -> None:
    """A running course stands in the report once; a listed one that does not run has ended well or is an exception."""
    proof = prove(gathered)
    running = {one.course_id for one in gathered.seen}
    assert sorted(one.course_id for one in proof.open) == sorted(running)
    named = {one.subject for one in proof.exceptions}
    for one in gathered.listed:
        settled = one.closed or gathered.ended.get(one.course_id) == COMPLETED
        fresh = one.opening and NOW - one.opened_at <= minutes(15)
        assert settled or fresh or one.course_id in running | named


@given(EVIDENCE)
def test_a_running_course_without_exception_owes_something_soon(gathered: ProofEvidence) -> None:
    """Its next due thing is not more than a day past; with nothing booked it is due within 35 days of its last sign."""
    proof = prove(gathered)
    named = {one.subject for one in proof.exceptions}
    bare = {one.course_id for one in gathered.seen if one.next_session is None and one.need_due is None}
    for one in proof.open:
        if one.course_id in named or one.phase is Phase.CLOSED:
            continue
        assert one.due is not None
        assert one.due >= NOW - days(1)
        assert one.course_id not in bare or one.due >= NOW


@given(EVIDENCE, EVIDENCE)
def test_one_course_says_nothing_of_another(gathered: ProofEvidence, other: ProofEvidence) -> None:
    """Other courses beside it change none of a course's exceptions."""
    alone = replace(gathered, seen=gathered.seen[:1], listed=tuple(o for o in gathered.listed if o.course_id == "c-1"))
    beside = tuple(replace(one, course_id=f"{one.course_id}-x") for one in other.seen)
    assert {one for one in wrong(alone) if not one[1].endswith("-x")} == {
        one for one in wrong(replace(alone, seen=(*alone.seen, *beside))) if not one[1].endswith("-x")
    }
