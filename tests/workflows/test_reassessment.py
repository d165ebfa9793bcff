"""Reassessment: what asks for questionnaires stands apart in the history, and reaches the patient as any message."""

from temporalio.testing import TimeSkipper

from adapters.wiring import Application
from tests.support.served import Served


async def test_a_questionnaire_is_asked_by_an_activity_of_its_own(app: Application, skipper: TimeSkipper) -> None:
    """The patient gets one letter for each time that the ledger says so; the history says which of them ask."""
    course = await Served.begin(app, skipper)
    await course.wait(days=8)
    kinds = await course.kinds_sent()
    asking = [one for one in kinds if "measure" in one]
    assert asking
    assert len(await course.to_patient()) == len(kinds)
    events = [event async for event in course.handle.fetch_history_events()]
    scheduled = [
        one.activity_task_scheduled_event_attributes.activity_type.name
        for one in events
        if one.HasField("activity_task_scheduled_event_attributes")
    ]
    assert scheduled.count("ask_for_questionnaires") == len(asking)
    assert scheduled.count("send_message") >= len(kinds) - len(asking)
