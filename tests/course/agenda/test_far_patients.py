"""A patient who lives by another clock is reminded while it helps."""

from datetime import timedelta

import pytest

from adapters.clinic.zones import zone_snapshot
from course.agenda.sending_hours import in_sending_hours
from course.model.terms import OccasionKind, Role
from tests.support.stories import MONDAY, cleared


@pytest.mark.parametrize("hours_after_nine", [0, 3, 6, 7])
def test_a_patient_in_sydney_gets_the_last_reminder_before_the_visit(hours_after_nine: int) -> None:
    """Visits in New York at nine, noon, three and four: in the patient's sending hours, ahead of the visit."""
    life = cleared()
    life.do("contact", Role.COORDINATOR, zone=zone_snapshot("Australia/Sydney", life.now, 3))
    first = MONDAY + timedelta(hours=hours_after_nine)
    life.do("schedule", Role.COORDINATOR, first=first)
    life.go_to(first)
    last = [
        at
        for at, order in life.to_patient()
        for part in order.parts
        if part.kind is OccasionKind.VISIT_2H and part.occasion.startswith("s1/")
    ]
    assert len(last) == 1
    assert first - timedelta(hours=24) <= last[0] < first
    assert in_sending_hours(life.record.messaging.zone, last[0]) == last[0]
