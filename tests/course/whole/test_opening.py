"""How a record begins: with what was agreed at enrolment, and with the whole of what a course needs."""

import pytest

from course.model.base import days
from course.model.terms import GateAnswer, Role, TaskKind
from course.opening import open_record
from tests.support.records import at, order

BEGAN = at("2026-11-02T14:00Z")


def test_a_course_starts_with_its_protocol_and_its_calendar() -> None:
    """Without either of them it does not start."""
    whole = order(now=BEGAN)
    for field in ("protocol", "calendar"):
        with pytest.raises(ValueError, match="a course starts with its protocol and its site's calendar"):
            open_record(whole.with_(**{field: None}), BEGAN)


def test_consents_given_at_enrolment_are_answered_gates() -> None:
    """Each channel by its own gate; what was not agreed to is asked at intake."""
    for email, sms in ((True, False), (False, True), (False, False)):
        record = open_record(order(now=BEGAN).with_(email_consent=email, sms_consent=sms), BEGAN)
        assert (record.messaging.email, record.messaging.sms) == (email, sms)
        given = {name for name, gate in record.gates.items() if gate.answer is GateAnswer.YES}
        assert given == {name for name, yes in (("messages-email", email), ("messages-sms", sms)) if yes}


def test_a_doubt_that_somebody_was_sure_of_is_a_prescribers() -> None:
    """Due the next day; without a doubt there is nothing to look at."""
    assert open_record(order(now=BEGAN), BEGAN).tasks == ()
    doubted = open_record(order(now=BEGAN).with_(doubted="a birth date that makes 17 years"), BEGAN)
    (task,) = doubted.tasks
    assert (task.kind, task.role, task.due) == (TaskKind.ALERT, Role.PRESCRIBER, BEGAN + days(1))
    assert "who was sure: a birth date that makes 17 years" in task.text


def test_the_protocol_is_carried_whole_but_for_its_references() -> None:
    """What the rules read stays as it was at enrolment; references and worked examples stay in their files."""
    whole = order(now=BEGAN)
    record = open_record(whole, BEGAN)
    assert whole.protocol is not None
    assert record.protocol == whole.protocol.with_(sources={})
    assert all(one.examples == () for one in record.instruments.values())
    assert set(record.instruments) == set(whole.instruments)
    assert record.entries[0].text.startswith(f"enrolled on depression {record.protocol.version} (sha ")
