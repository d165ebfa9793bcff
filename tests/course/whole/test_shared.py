"""Courses of one worker hold one copy of what they have alike."""

from course.model.protocol.protocol import Protocol
from course.model.record import CourseRecord
from tests.support.stories import treated


def test_courses_of_one_protocol_hold_it_once() -> None:
    """Instruments and zones too; what differs between courses stays apart."""
    record = treated().record
    stored = record.model_dump_json()
    one, other = CourseRecord.model_validate_json(stored), CourseRecord.model_validate_json(stored)
    assert one.protocol is other.protocol
    assert all(one.instruments[name] is other.instruments[name] for name in record.instruments)
    assert one.zone is other.zone is one.messaging.zone
    assert one.sessions == other.sessions
    assert one.sessions[0] is not other.sessions[0]


def test_a_protocol_that_says_something_else_is_another() -> None:
    """One limit more, or a table that a later release adds, is not shared away."""
    record = treated().record
    raised = record.protocol.with_(dose=record.protocol.dose.with_(max_mg=record.protocol.dose.max_mg + 1))
    later = Protocol.model_validate({**record.protocol.model_dump(), "added_later": {"limit": 3}})
    for changed in (raised, later):
        read = CourseRecord.model_validate_json(record.with_(protocol=changed).model_dump_json())
        assert read.protocol == changed
        assert read.protocol is not record.protocol
