"""Who answers for a course, and what whoever takes it over is told."""

import pytest

from course.actions import Refused
from course.model.parts import Trigger
from course.model.record import CourseRecord
from course.model.terms import Audience, HoldCause, Role, Urgency
from course.rules.safety import raise_escalation
from tests.support.life import Life
from tests.support.ready import ready
from tests.support.records import FIRST

OKAFOR = {"account": "okafor", "name": "Dr Okafor", "reason": "Dr Lee left the clinic"}
URGENT = Trigger(what="phq9 item 9", subject="m9", at=FIRST, urgency=Urgency.URGENT)


def escalated() -> Life:
    """A course with a fresh urgent matter, of which the first on call has just been told."""
    return Life(raise_escalation(ready(), (URGENT,), FIRST), FIRST)


def told(life: Life) -> list[tuple[float, int, str]]:
    """Minutes after the first telling, whose turn, and who goes before the roster."""
    mine = [(at, one) for at, one in life.sent if one.audience is Audience.ONCALL]
    return [((at - FIRST).total_seconds() / 60, one.step, one.first) for at, one in mine]


def owner(record: CourseRecord) -> tuple[str, str]:
    """Who answers for the course."""
    return record.owner, record.owner_name


def test_whoever_takes_a_course_over_is_told_its_open_escalation_at_once() -> None:
    """Acknowledged by who answered before, it is nobody's again: the new one is told now, then the roster."""
    life = escalated()
    life.do("acknowledge", Role.PRESCRIBER)
    life.wait(hours=5)
    life.do("reassign", Role.NURSE, **OKAFOR)
    life.wait(minutes=40)
    assert told(life) == [(0, 0, ""), (300, 1, "okafor"), (330, 2, "")]
    assert owner(life.record) == ("okafor", "Dr Okafor")
    standing = life.record.open_escalation
    assert standing is not None
    assert (standing.acknowledged_by, standing.acknowledged_account, standing.acknowledged_at) == ("", "", None)
    life.do("acknowledge", Role.NURSE)
    life.wait(hours=2)
    assert len(told(life)) == 3


def test_what_somebody_else_has_acknowledged_stays_theirs() -> None:
    """The nurse who has the escalation of a course that changes hands is left in peace; it alone can be given."""
    life = escalated()
    life.do("acknowledge", Role.NURSE)
    life.do("reassign", Role.PRESCRIBER, **OKAFOR)
    assert told(life) == [(0, 0, "")]
    standing = life.record.open_escalation
    assert standing is not None
    assert standing.acknowledged_account == "ortiz"
    life.wait(minutes=5)
    life.do("reassign", Role.PRESCRIBER, **{**OKAFOR, "account": "haas", "name": "Mia Haas, RN"}, item=standing.id)
    assert told(life) == [(0, 0, ""), (5, 1, "haas")]
    assert owner(life.record) == ("okafor", "Dr Okafor")


def test_a_hold_goes_with_its_course() -> None:
    """Whoever answers for the course owns its hold, and the page says who changed it and why."""
    life = Life(ready(), FIRST)
    life.do("hold", Role.NURSE, cause=HoldCause.OTHER, reason="fever")
    life.do("reassign", Role.OPS, **OKAFOR)
    assert life.record.held is not None
    assert life.record.held.owner == "okafor"
    entry = life.record.entries[-1]
    assert (entry.by, entry.text, entry.reason) == ("Kim Ops", "Dr Okafor answers for the course", OKAFOR["reason"])


@pytest.mark.parametrize(
    ("role", "fields", "sentence"),
    [
        (Role.COORDINATOR, OKAFOR, "a coordinator may not"),
        (Role.PRESCRIBER, {**OKAFOR, "reason": ""}, "reason"),
        (Role.PRESCRIBER, {**OKAFOR, "account": "lee", "name": "Dr Lee"}, "Dr Lee answers for this course already"),
        (Role.PRESCRIBER, {**OKAFOR, "item": "e7"}, "there is no open escalation e7"),
    ],
)
def test_a_refused_reassignment_changes_nothing(role: Role, fields: dict[str, str], sentence: str) -> None:
    """The wrong role, no reason, the one who has it already, an escalation that is not open: one sentence each."""
    life = escalated()
    before = life.record
    with pytest.raises(Refused, match=sentence):
        life.do("reassign", role, **fields)
    assert life.record == before
