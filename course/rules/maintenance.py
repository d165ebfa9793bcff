"""Boosters: which interval the protocol allows, when a window opens and closes, what stands against an early one."""

from datetime import datetime, time

from course.model.calendar import Zone, days_from
from course.model.protocol.protocol import Maintenance, Protocol
from course.model.record import CourseRecord
from course.scores.booster_visits import boosters

LEAST_WINDOW_DAYS = 2
"""A booster's window is at least this wide. [set]"""

BRAKE_DAYS = 28
_DAY_BEGINS, _DAY_ENDS = time(0), time(23, 59)


def why_no_interval(protocol: Protocol, interval_days: int | None) -> str:
    """Why boosters may not come every so many days, None meaning as needed; empty where they may."""
    rule = protocol.maintenance
    if interval_days is None:
        return "" if rule.as_needed else f"{protocol.id} has no as-needed boosters: give an interval in days"
    if rule.interval_days_min <= interval_days <= rule.interval_days_max:
        return ""
    return (
        f"{protocol.id} allows {rule.interval_days_min} to {rule.interval_days_max} days between boosters: "
        "choose inside the range; one visit outside it is moved with `defer` or booked early"
    )


def booster_window(
    last_infusion: datetime, interval_days: int, rule: Maintenance, zone: Zone
) -> tuple[datetime, datetime]:
    """When a booster's window opens and closes, `interval_days` after the last infusion; whole days of the zone.

    It closes at the protocol's longest interval; a lead-in window opens at its own interval and closes two days later.
    """
    closes = rule.interval_days_max if interval_days >= rule.interval_days_min else interval_days + LEAST_WINDOW_DAYS
    closes = max(closes, interval_days)
    opens = min(interval_days, closes - LEAST_WINDOW_DAYS)
    return days_from(zone, last_infusion, opens, _DAY_BEGINS), days_from(zone, last_infusion, closes, _DAY_ENDS)


def why_no_early_booster(record: CourseRecord, at: datetime) -> str:
    """Why no early booster may stand at an instant: too near the last infusion, or too many boosters in 28 days."""
    rule = record.protocol.maintenance
    last = record.last_infusion_at
    if last is not None and record.zone.days_between(last, at) < rule.early_gap_days_min:
        return (
            f"that is {record.zone.days_between(last, at)} days after the last infusion: "
            f"an early booster waits for {rule.early_gap_days_min}"
        )
    recent = [one for one in boosters(record) if record.zone.days_between(one[-1].at, at) < BRAKE_DAYS]
    if len(recent) >= rule.early_most_in_28_days:
        return (
            f"{len(recent)} boosters were given in the {BRAKE_DAYS} days before: "
            f"an early one needs fewer than {rule.early_most_in_28_days}"
        )
    return ""
