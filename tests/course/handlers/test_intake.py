"""Gates: who answers which how, what each answer takes, and what an answer leads to."""

from typing import Any

import pytest

from course.model.base import days
from course.model.terms import GateAnswer, HoldCause, Role
from tests.support.life import Life, why_refused
from tests.support.stories import Story, cleared, enrolled, scheduled

YES, NO, PENDING, DECLINED, OVERRIDDEN = GateAnswer


@Story
def asked() -> Life:
    """A course at intake, nothing answered."""
    return enrolled()


def why_not(life: Life, gate: str, answer: GateAnswer, role: Role = Role.PRESCRIBER, **fields: Any) -> str:
    """Why an answer is refused now, or nothing."""
    return why_refused(life.record, life.words("gate", role, gate=gate, answer=answer, **fields), life.now)


@pytest.mark.parametrize(
    ("gate", "answer", "role", "fields", "why"),
    [
        ("seizures", OVERRIDDEN, Role.PRESCRIBER, {"reason": "controlled"}, ""),
        ("seizures", OVERRIDDEN, Role.PRESCRIBER, {}, "takes a prescriber and a reason"),
        ("seizures", OVERRIDDEN, Role.NURSE, {"reason": "controlled"}, "takes a prescriber and a reason"),
        ("aneurysm", OVERRIDDEN, Role.PRESCRIBER, {"reason": "small"}, "cannot be overridden"),
        ("consent-treatment", OVERRIDDEN, Role.PRESCRIBER, {"reason": "later"}, "cannot be overridden"),
        ("ecg", DECLINED, Role.NURSE, {"reason": "no risk"}, ""),
        ("ecg", DECLINED, Role.NURSE, {}, "was not done: say why not"),
        ("ecg", YES, Role.NURSE, {}, ""),
        ("ecg", PENDING, Role.NURSE, {}, ""),
        ("escort", YES, Role.NURSE, {}, "needs --detail"),
        ("escort", YES, Role.NURSE, {"detail": "her brother"}, ""),
        ("escort", NO, Role.NURSE, {}, ""),
        ("maoi", YES, Role.PATIENT, {}, "is answered by"),
        ("sight", YES, Role.NURSE, {}, "there is no gate sight in depression"),
    ],
)
def test_what_an_answer_takes(gate: str, answer: GateAnswer, role: Role, fields: dict[str, Any], why: str) -> None:
    """An override a prescriber and a reason, a test that was not done why not, a name the name."""
    refused = why_not(asked(), gate, answer, role, **fields)
    assert why in refused
    assert (refused == "") is (why == "")


def test_an_answer_holds_as_long_as_the_gate_says() -> None:
    """From when it became true; what was declined or never expires is not asked for again."""
    life = asked()
    for gate, answer, expires in (
        ("pdmp", YES, 90),
        ("consent-treatment", YES, 365),
        ("ecg", DECLINED, None),
        ("maoi", NO, None),
    ):
        life.do("gate", gate=gate, answer=answer, reason="no risk", detail="as told")
        state = life.record.gates[gate]
        assert state.expires == (None if expires is None else life.now + days(expires))


def test_the_receipt_says_how_it_stood_before() -> None:
    """Of one gate the answer, of several each by its name."""
    life = asked()
    assert life.do("gate", gate="maoi", answer=NO).before == "unanswered"
    assert life.do("gate", gate="maoi", answer=YES).before == "no"
    receipt = life.do("gate", gate="maoi", also=("stimulants", "lamotrigine"), answer=NO)
    assert receipt.before == "yes (maoi), unanswered (stimulants), unanswered (lamotrigine)"
    assert life.record.entries[-1].text == "gates maoi, stimulants, lamotrigine: no"


def test_an_exclusion_warns_at_intake_and_holds_afterwards() -> None:
    """Before clearance there is nothing to hold; under way the course is held and a prescriber decides."""
    life = asked()
    receipt = life.do("gate", gate="pregnancy", answer=YES)
    assert receipt.warnings == ("pregnancy excludes treatment: the course cannot be cleared while it stands",)
    assert life.record.held is None
    life = scheduled()
    assert life.do("gate", gate="pregnancy", answer=YES).warnings == ()
    assert life.record.held is not None
    assert life.record.held.cause is HoldCause.EXCLUSION
    assert life.record.entries[-1].text.endswith("the course is held")
    assert life.do("gate", gate="mania", answer=YES).warnings == ()
    assert "held" not in life.record.entries[-1].text, "it was held already"


def test_consent_to_a_channel_opens_and_closes_it() -> None:
    """Each channel by its own gate; the other one stays as it was."""
    life = asked()
    assert (life.record.messaging.email, life.record.messaging.sms) == (True, False)
    life.do("gate", gate="messages-sms", answer=YES)
    assert (life.record.messaging.email, life.record.messaging.sms) == (True, True)
    life.do("gate", gate="messages-email", answer=NO)
    assert (life.record.messaging.email, life.record.messaging.sms) == (False, True)


def test_clearance_says_what_is_missing_and_how_much_more() -> None:
    """Four things are named, and the number of the rest; of four, no rest is spoken of."""
    life = asked()
    why = why_refused(life.record, life.words("clear"), life.now)
    named, _, rest = why.partition("; and ")
    assert named.count(";") == 3
    assert rest.endswith(" more, see `show`")
    assert int(rest.split()[0]) > 0
    missing = cleared()
    answers = {name: one for name, one in missing.record.gates.items() if name not in {"pdmp", "heart"}}
    missing.record = missing.record.with_(clearance=None, gates=answers)
    missing.go_to(missing.now)
    record = missing.record.with_(phase=life.record.phase)
    few = why_refused(record, missing.words("clear"), missing.now)
    assert few.startswith("not cleared: ")
    assert "more, see" not in few


def test_an_order_that_was_signed_keeps_its_signature() -> None:
    """Clearance signs an order that nobody has signed, and leaves one that a prescriber has amended."""
    life = cleared()
    assert life.record.order.signed is not None
    first = life.record.order.signed
    assert first.meaning.startswith("I have reviewed the intake")
    intake = asked()
    intake.do("order", minutes=50, reason="slower")
    amended = intake.record.order.signed
    assert amended is not None
    record = cleared().record.with_(order=intake.record.order, clearance=None, phase=intake.record.phase)
    assert why_refused(record, cleared().words("clear"), cleared().now) == ""
