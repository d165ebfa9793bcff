"""What the patient wishes at an evaluation: kept in the patient's words beside the decision, and deciding nothing."""

from typing import Any

from course.model.record import CourseRecord
from course.model.terms import Decision, Phase, Role, TaskKind
from course.signals import EVALUATION, received
from tests.support.life import STAFF, Life
from tests.support.stories import treated

WISH = "a longer gap, if it holds"


def evaluated(**fields: Any) -> Life:
    """Six infusions, and the prescriber's decision to go on."""
    life = treated()
    life.do("evaluate", decision=Decision.MAINTENANCE, reason="response", **fields)
    return life


def test_the_wish_stands_beside_the_decision_and_decides_nothing() -> None:
    """It is on record and on the page; whatever is wished, the course goes on as the prescriber decided."""
    told, plain = evaluated(wish="to stop now"), evaluated()
    (kept,) = told.record.evaluations
    assert (kept.decision, kept.reason, kept.wish) == (Decision.MAINTENANCE, "response", "to stop now")
    page = next(one.text for one in told.record.entries if one.text.startswith("evaluated"))
    assert page.startswith("evaluated: maintenance")
    assert page.endswith('the patient\'s wish: "to stop now"')
    for name in set(CourseRecord.model_fields) - {"evaluations", "entries", "applied"}:
        assert getattr(told.record, name) == getattr(plain.record, name), name
    assert told.record.phase is Phase.MAINTENANCE


def test_a_signal_may_carry_the_wish() -> None:
    """As the act has it, word for word; one that is no text is named, and nothing is decided."""
    life = treated()
    content = {
        "decision": "maintenance",
        "reason": "response",
        "wish": WISH,
        "actor": STAFF[Role.PRESCRIBER].model_dump(mode="json"),
        "made_at": life.now.isoformat(),
        "request_id": "machine-0001",
    }
    record = received(life.record, EVALUATION, [content], life.now, lambda *_: True)
    assert record.evaluations[-1].wish == WISH
    wrong = received(life.record, EVALUATION, [{**content, "wish": ["x"]}], life.now, lambda *_: True)
    assert wrong.evaluations == ()
    assert "its field wish does not fit" in wrong.entries[-1].text
    assert [one.kind for one in wrong.tasks if one.resolved_at is None] == [TaskKind.REFUSED_SIGNAL]
