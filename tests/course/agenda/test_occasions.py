"""What is due at one instant goes in one order, and what comes too late is not said any more."""

from datetime import timedelta

import pytest

from course.agenda import outbox
from course.model.base import days, hours, minutes
from course.model.occasions import RULES, Occasion
from course.model.terms import OccasionKind
from tests.support.records import FIRST

IN_ORDER = [
    "escalation", "cancelled", "moved", "closed", "plan", "visit_2h", "visit_24h", "visit_72h", "no_show", "forms",
    "measure", "book", "lapsed", "checkin", "calendar", "archive",
]  # fmt: skip
"""Safety, then what changed, then the visits, then what is asked, then what the course does for itself."""

TOO_LATE = {
    "cancelled": days(7), "moved": days(7), "closed": days(14), "plan": days(14), "visit_2h": hours(14),
    "visit_24h": hours(24), "visit_72h": hours(48), "no_show": days(2), "forms": days(3.5), "book": days(14.5),
    "lapsed": days(6.5), "checkin": hours(20),
}  # fmt: skip
"""How late each kind is still said; an escalation, a calendar and an archive are never too late."""


def due(kind: str, *, subject: str = "s1", ordinal: int = 1, order: int = 1, at: timedelta = timedelta(0)) -> Occasion:
    """One occasion."""
    return Occasion(subject, OccasionKind(kind), ordinal, FIRST + at, order=order)


def test_all_that_is_due_at_one_instant_has_one_order() -> None:
    """Whichever way round it was found, safety comes first and no two kinds are tied."""
    assert [str(kind) for kind in OccasionKind if str(kind) not in IN_ORDER] == []
    for found in (IN_ORDER, IN_ORDER[::-1]):
        several = sorted((due(kind) for kind in found), key=lambda one: one.sort_key)
        assert [str(one.kind) for one in several] == IN_ORDER


def test_the_instant_comes_first_then_safety_then_the_number_of_the_visit() -> None:
    """The tenth visit comes after the ninth, and an escalation before either."""
    earlier = due("archive", at=-minutes(1))
    ninth, tenth = due("visit_24h", subject="s9", order=9), due("visit_2h", subject="s10", order=10)
    safety = due("escalation", subject="e1", order=99)
    found = sorted([tenth, ninth, safety, earlier], key=lambda one: one.sort_key)
    assert found == [earlier, safety, ninth, tenth]


@pytest.mark.parametrize("kind", TOO_LATE)
def test_what_comes_too_late_is_not_said(kind: str) -> None:
    """Up to its limit it is, a moment later it is suppressed and says why."""
    one = due(kind)
    assert outbox._why_not(one, (one,), FIRST + TOO_LATE[kind]) == ""
    assert outbox._why_not(one, (one,), FIRST + TOO_LATE[kind] + minutes(1)) == "stale: it came too late"


def test_a_first_questionnaire_is_never_too_late_and_its_reminder_is() -> None:
    """After an outage the patient is asked all the same, once."""
    first, again = due("measure", subject="ask4"), due("measure", subject="ask4", ordinal=2)
    for late in (days(4), days(5), days(30)):
        assert outbox._why_not(first, (first,), FIRST + late) == ""
        assert (outbox._why_not(again, (again,), FIRST + late) != "") is (late > days(4.5))


def test_safety_and_housekeeping_are_never_too_late() -> None:
    """However long nobody ran."""
    for kind in set(IN_ORDER) - set(TOO_LATE) - {"measure"}:
        assert outbox._why_not(due(kind), (), FIRST + days(300)) == ""


def test_a_reminder_is_said_again_when_its_visit_moves_far_enough() -> None:
    """Half an hour for the last one, half a day and two days for those before."""
    again = {str(kind): rule.resend_if_moved_by for kind, rule in RULES.items() if rule.resend_if_moved_by}
    assert again == {"visit_2h": minutes(30), "visit_24h": hours(12), "visit_72h": hours(48)}
