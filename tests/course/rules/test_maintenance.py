"""Boosters: their windows."""

from datetime import UTC, datetime

import pytest

from adapters.clinic.zones import zone_snapshot
from course.model.protocol.protocol import Maintenance
from course.rules.maintenance import booster_window


@pytest.mark.parametrize(
    ("interval_days", "opens", "closes"),
    [
        (28, "2027-03-05T00:00", "2027-03-19T23:59"),
        (35, "2027-03-12T00:00", "2027-03-19T23:59"),
        (42, "2027-03-17T00:00", "2027-03-19T23:59"),
        (7, "2027-02-12T00:00", "2027-02-14T23:59"),
    ],
)
def test_a_booster_window_lies_inside_the_protocol(interval_days: int, opens: str, closes: str) -> None:
    """From the interval to the protocol's longest one, whole days, at least two wide; a lead-in has two days."""
    rule = Maintenance(interval_days=28, interval_days_min=28, interval_days_max=42, lead_in_days=(7,))
    zone = zone_snapshot("America/New_York", datetime(2026, 11, 23, tzinfo=UTC), 2)
    last = zone.strict(datetime(2027, 2, 5, 9, 30))  # noqa: DTZ001
    window = booster_window(last, interval_days, rule, zone)
    assert window == tuple(zone.strict(datetime.fromisoformat(wall)) for wall in (opens, closes))
